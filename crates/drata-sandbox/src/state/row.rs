//! What a row is, and which rows are meant.

use drata_contract::resource::KindId;
use serde_json::{Map, Value};

/// A row: its kind and its number, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) kind: KindId,
    pub(crate) number: u64,
}

/// The properties of a row that were written.
pub(crate) type Written = Map<String, Value>;

/// Restricts the rows of a kind to those of a parent or of a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Within {
    pub(crate) parent: Option<u64>,
    pub(crate) workspace: Option<u64>,
}

impl Within {
    pub(crate) const ALL: Self = Self { parent: None, workspace: None };

    pub(crate) const fn parent(parent: u64) -> Self {
        Self { parent: Some(parent), workspace: None }
    }
}
