//! What became of each record of a session.

use std::collections::HashMap;

use serde_json::Value;

/// What became of each record of a session, by its position among all that were given to it, from 0.
///
/// A record that is sent again under the same id takes the place of the earlier one.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Vec<LedgerEntry>,
    by_id: HashMap<String, usize>,
}

/// One record of a session. Its content is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerEntry {
    /// Its position among the records that were given to the session, from 0.
    pub position: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// What became of it.
    pub state: RecordState,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordState {
    /// Not sent, for this reason.
    Unsent(String),
    /// Its batch was sent, and no result arrived: it may be part of the session or not.
    Failed,
    /// The service rejected it, with this message.
    Rejected(String),
    /// It is part of the session.
    Accepted,
    /// Given up: a stored version of it may be deleted.
    GivenUp,
}

impl RecordState {
    /// Returns whether nothing is left to decide about the record.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Accepted | Self::GivenUp)
    }
}

impl LedgerEntry {
    /// What the record is called: its id, or its position without one.
    pub(super) fn name(&self) -> String {
        match &self.id {
            Some(id) => format!("{id:?}"),
            None => format!("the record at position {}", self.position),
        }
    }
}

impl Ledger {
    /// Returns all records, by position.
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Returns the records that are neither accepted nor given up.
    pub fn unsettled(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.entries.iter().filter(|entry| !entry.state.is_settled())
    }

    /// Returns how many records the service accepted.
    pub fn accepted(&self) -> usize {
        self.entries.iter().filter(|entry| entry.state == RecordState::Accepted).count()
    }

    /// Adds a record that is to be sent, and returns its position. What was decided about an earlier one of its id is void,
    /// unless that was accepted.
    pub(super) fn add(&mut self, record: Option<&Value>) -> usize {
        let id = record.and_then(id);
        let state = RecordState::Unsent("it was not its turn yet".to_owned());
        if let Some(position) = id.as_ref().and_then(|id| self.by_id.get(id)) {
            self.entries[*position].state = state;
            return *position;
        }
        let position = self.entries.len();
        if let Some(id) = &id {
            self.by_id.insert(id.clone(), position);
        }
        self.entries.push(LedgerEntry { position, id, state });
        position
    }

    pub(super) fn set(&mut self, position: usize, state: RecordState) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.state = state;
        }
    }

    pub(super) fn get(&self, position: usize) -> Option<&LedgerEntry> {
        self.entries.get(position)
    }

    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

/// The id of a record, which may be written as a number.
pub(super) fn id(record: &Value) -> Option<String> {
    match record.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
