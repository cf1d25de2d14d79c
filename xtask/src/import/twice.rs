//! JSON in which a key may stand twice in one object.
//!
//! A parser keeps the last of the two without a word. Where they differ, nobody can tell which one counts.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::escape;

/// The value that a text of JSON holds, and the keys that stand twice in one object with different values.
pub(super) fn parse(text: &str) -> serde_json::Result<(Value, Findings)> {
    let mut found = Findings::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = At { pointer: String::new(), found: &mut found }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, found))
}

/// The value at a pointer.
struct At<'a> {
    pointer: String,
    found: &'a mut Findings,
}

impl At<'_> {
    fn below(&mut self, segment: &str) -> At<'_> {
        At { pointer: format!("{}/{}", self.pointer, escape(segment)), found: self.found }
    }

    /// Whether the values here are samples, of which no fact is taken: there, either will do.
    fn is_sample(&self, key: &str) -> bool {
        matches!(key, "example" | "examples") && !self.pointer.ends_with("/properties")
    }
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = match self.is_sample(&key) {
                true => map.next_value()?,
                false => map.next_value_seed(self.below(&key))?,
            };
            let twice = members.get(&key).is_some_and(|other| *other != value);
            if twice && !self.is_sample(&key) {
                let at = self.below(&key).pointer;
                self.found.push(Diagnosis::refused(
                    at,
                    format!("{key:?} stands twice in one object, with different values"),
                    "ask the vendor which one counts, or remove the other from the saved document before importing it",
                ));
            }
            members.insert(key, value);
        }
        Ok(members.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below(&list.len().to_string()))? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}
