//! What identifies an item within its list.

use serde::{Deserialize, Serialize};

/// What identifies an item within its list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ItemKey {
    /// A number.
    Number(i64),
    /// A string.
    Text(String),
}

impl From<i64> for ItemKey {
    fn from(id: i64) -> Self {
        Self::Number(id)
    }
}

impl From<&str> for ItemKey {
    fn from(id: &str) -> Self {
        Self::Text(id.to_owned())
    }
}
