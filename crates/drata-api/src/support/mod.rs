//! What generated code needs at run time: written by hand, and knowing no operation and no type by name.

// Which of the macros and helpers are used depends on the areas that are compiled in.
#![cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]

pub(crate) mod builder;
pub(crate) mod call;
pub(crate) mod checkpoint;
pub(crate) mod client;
pub(crate) mod decode;
pub(crate) mod error;
pub(crate) mod extra;
pub(crate) mod id;
pub(crate) mod id_forms;
pub(crate) mod item_key;
pub(crate) mod list;
pub(crate) mod meta;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod open_enum;
pub(crate) mod operation;
pub(crate) mod paged;
pub(crate) mod parameters;
pub(crate) mod patch;
pub(crate) mod problem;
pub(crate) mod read_only;
pub(crate) mod reading;
pub(crate) mod rejected;
pub(crate) mod request;
pub(crate) mod request_id;
pub(crate) mod request_model;
pub(crate) mod retry_policy;
pub(crate) mod same;
#[cfg(feature = "testing")]
pub(crate) mod testing;
pub(crate) mod timestamp;
pub(crate) mod upload;
pub(crate) mod validate;
pub(crate) mod way;
pub(crate) mod wire;
