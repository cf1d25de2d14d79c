//! What effects remember besides rows.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use super::row::Row;

/// What effects remember besides rows.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Who came with the last roster of a connection, by the connection's number.
    pub(crate) rosters: HashMap<u64, Vec<Row>>,
    /// Records that wait for their session to be completed, by the session's number.
    pub(crate) staged: HashMap<u64, Vec<Value>>,
    /// Reports being made, by their ids.
    pub(crate) jobs: HashMap<String, Job>,
    /// Until when a row takes no further action.
    pub(crate) busy: HashMap<Row, Timestamp>,
}

/// A report being made. Its state changes with every look at it, not with time, so that tests need not wait.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) event: Row,
    pub(crate) created: Value,
    pub(crate) looks: u32,
}
