//! JSON that a user wrote: nothing of it may be lost on the way.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads JSON; a name that stands twice in an object, and an integer that would lose digits, are errors.
pub(crate) fn read(text: &str) -> Result<Value, serde_json::Error> {
    // Editors and shells of Windows begin a file with a mark of its encoding.
    serde_json::from_str::<Strict>(text.trim_start_matches('\u{feff}')).map(|strict| strict.0)
}

/// A value whose every part was read strictly.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        /// Above this, integers come as numbers whose last digits are not what was written.
        const EXACT: f64 = 18_446_744_073_709_551_616.0;
        match value.abs() < EXACT {
            true => Ok(value.into()),
            false => Err(E::custom(format!(
                "the number {value:e} has more digits than are sent exactly: it must be within ±{}, or a string",
                u64::MAX
            ))),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if all.contains_key(&name) {
                return Err(A::Error::custom(format!("{name:?} stands twice in one object")));
            }
            let Strict(value) = fields.next_value()?;
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_lost() {
        let text = "\u{feff}{\"a\": [1, -2, 1.5, null, true, \"x\"], \"b\": {\"a\": 18446744073709551615}}";
        assert_eq!(read(text).unwrap(), json!({ "a": [1, -2, 1.5, null, true, "x"], "b": { "a": u64::MAX } }));
        for (text, problem) in [
            ("{\"a\": {\"b\": 1, \"b\": 1}}", "\"b\" stands twice in one object at line 1"),
            ("[18446744073709551616]", "more digits than are sent exactly"),
            ("{} {}", "trailing characters"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
