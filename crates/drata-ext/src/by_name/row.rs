//! Rows of lists whose type is not known.

use std::fmt;

use drata_api::ItemKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

mod sealed {
    pub trait Sealed {}
    impl Sealed for serde_json::Value {}
    impl Sealed for super::RawRow {}
}

/// What a row of a list can be read as: a [`Value`], or a [`RawRow`].
pub trait Row: DeserializeOwned + Send + 'static + sealed::Sealed {
    /// What identifies the row within its list.
    fn key(&self) -> Option<ItemKey>;
}

impl Row for Value {
    fn key(&self) -> Option<ItemKey> {
        match self.get("id")? {
            Value::Number(number) => number.as_i64().map(ItemKey::Number),
            Value::String(text) => Some(ItemKey::Text(text.clone())),
            _ => None,
        }
    }
}

/// A row as the service wrote it: valid JSON that is not taken apart, for programs that hand it on.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawRow(Box<RawValue>);

impl RawRow {
    /// Returns its JSON.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads it.
    pub fn to_value(&self) -> Value {
        // A raw value is valid JSON already.
        serde_json::from_str(self.get()).unwrap_or_default()
    }
}

impl fmt::Debug for RawRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

/// The identifier of a row, whatever else it holds.
#[derive(Deserialize)]
struct Identified {
    #[serde(default)]
    id: Option<ItemKey>,
}

impl Row for RawRow {
    fn key(&self) -> Option<ItemKey> {
        // Most rows begin with it.
        if let Some(rest) = self.get().strip_prefix("{\"id\":") {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 && rest[digits..].starts_with([',', '}']) {
                return rest[..digits].parse().ok().map(ItemKey::Number);
            }
        }
        // A list would be read as the fields of the struct in their order.
        if !self.get().starts_with('{') {
            return None;
        }
        serde_json::from_str::<Identified>(self.get()).ok()?.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_row_has_the_key_of_its_value() {
        for json in [
            r#"{"id":7,"a":1}"#,
            r#"{"id":"x"}"#,
            r#"{"a":{"id":1},"id":8}"#,
            r#"{"id":7.5}"#,
            r#"{"id":null}"#,
            r#"{"a":1}"#,
            "[1]",
            r#"{"id":99999999999999999999}"#,
        ] {
            let raw: RawRow = serde_json::from_str(json).unwrap();
            assert_eq!(raw.key(), raw.to_value().key(), "{json}");
        }
    }
}
