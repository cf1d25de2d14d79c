//! The server: connections, keys, the record of what was received, and what stands beside the API.

pub(crate) mod auth;
pub(crate) mod control;
pub(crate) mod description;
pub(crate) mod handling;
pub(crate) mod outgoing;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod server;
pub(crate) mod service;
pub(crate) mod storage;
