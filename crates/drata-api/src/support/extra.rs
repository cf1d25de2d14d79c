//! Fields of a response that are not in the contract.

use std::fmt;

use serde_json::{Map, Value};

/// The most fields that a type can have.
pub(crate) const MAX_FIELDS: usize = 128;

/// The fields of a response that are not in the contract, kept as they came and written back the same.
///
/// Every response type has one, so a field that the service adds tomorrow can be used today.
#[derive(Clone, Default)]
pub struct Extra {
    // Boxed, because it is empty almost always.
    fields: Option<Box<Map<String, Value>>>,
    /// A bit for each known field that came as `null`.
    nulls: [u64; MAX_FIELDS / 64],
}

impl Extra {
    /// A field by its name on the wire.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.as_ref()?.get(name)
    }

    /// All fields, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().flat_map(|fields| fields.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.fields.as_ref().map_or(0, |fields| fields.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn insert(&mut self, name: String, value: Value) {
        self.fields.get_or_insert_default().insert(name, value);
    }

    /// Notes that the known field at `index` came as an explicit `null`.
    pub(crate) fn note_null(&mut self, index: usize) {
        if let Some(nulls) = self.nulls.get_mut(index / 64) {
            *nulls |= 1 << (index % 64);
        }
    }

    /// Whether the known field at `index` came as an explicit `null`.
    pub(crate) fn was_null(&self, index: usize) -> bool {
        self.nulls.get(index / 64).is_some_and(|nulls| nulls >> (index % 64) & 1 == 1)
    }
}

/// The fields alone: that a known one came as `null` shows at the known one.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Whether a known field was absent or `null` is no difference in meaning, so it is none here.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}
