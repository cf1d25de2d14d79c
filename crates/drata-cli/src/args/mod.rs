//! The command line: built from the contract, and only as far as it is asked for.

pub(crate) mod about;
pub(crate) mod area;
pub(crate) mod candidates;
pub(crate) mod flags;
pub(crate) mod globals;
pub(crate) mod inputs;
pub(crate) mod operation;
pub(crate) mod values;
pub(crate) mod words;
