//! Pages whose type is not known, taken apart where the contract says.

use std::borrow::Cow;

use drata_api::{List, PageParts};
use drata_contract::operation::Operation;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::row::Row;

/// A page as the service wrote it.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct NamedPage(Box<RawValue>);

impl NamedPage {
    /// Takes the page of a list apart.
    pub(super) fn split<R: Row>(&self, operation: &Operation) -> PageParts<R> {
        let top = Members::of(&self.0);
        let at = |way: &[&str]| match way {
            [] => Some(&*self.0),
            [first, rest @ ..] => top.get(first).and_then(|value| inside(value, rest)),
        };
        let along = |way: Option<&Vec<String>>| at(&way?.iter().map(String::as_str).collect::<Vec<_>>());
        let paging = operation.paging.as_ref();
        let rows = at(&operation.rows().unwrap_or_default());
        // Some lists come without their envelope.
        let rows = rows.or_else(|| self.0.get().starts_with('[').then_some(&*self.0));
        let items = rows.and_then(|rows| list(rows.get()));
        let total = along(paging.and_then(|paging| paging.total.as_ref()));
        let cursor = along(paging.and_then(|paging| paging.cursor.as_ref()));
        PageParts::new(
            items.map(List::from),
            total.and_then(|total| serde_json::from_str(total.get()).ok()),
            cursor.and_then(|cursor| serde_json::from_str(cursor.get()).ok()),
        )
    }
}

/// The rows of a list; what stands where it should be is its only row.
fn list<R: Row>(json: &str) -> Option<Vec<R>> {
    match json.as_bytes().first() {
        Some(b'[') => serde_json::from_str(json).ok(),
        _ if json == "null" => None,
        _ => serde_json::from_str(json).ok().map(|row| vec![row]),
    }
}

/// What stands at the end of a way of properties.
fn inside<'a>(value: &'a RawValue, way: &[&str]) -> Option<&'a RawValue> {
    let [first, rest @ ..] = way else { return Some(value) };
    let members = Members::of(value);
    let next = members.get(first)?;
    inside(next, rest)
}

/// The members of an object, not taken apart further.
#[derive(Default)]
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    fn of(value: &'a RawValue) -> Self {
        serde_json::from_str(value.get()).unwrap_or_default()
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = input.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
