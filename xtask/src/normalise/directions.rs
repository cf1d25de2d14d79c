//! Which way a schema travels: read from answers, or written in requests.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Document, reference};

/// The way a named schema travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// Only read.
    Answer,
    /// Only written.
    Request,
    /// Read and written.
    Both,
}

/// The direction of every named schema that an operation reaches.
pub(crate) fn directions(document: &Document) -> BTreeMap<String, Direction> {
    let mut found = BTreeMap::new();
    for (_, operation) in document.operations() {
        reach(document, &operation["responses"], Direction::Answer, &mut found);
        reach(document, &operation["requestBody"], Direction::Request, &mut found);
        reach(document, &operation["parameters"], Direction::Request, &mut found);
    }
    found
}

fn reach(document: &Document, value: &Value, direction: Direction, found: &mut BTreeMap<String, Direction>) {
    if let Some(name) = reference(value) {
        let known = found.get(name).copied();
        let joined = if known.is_none_or(|known| known == direction) { direction } else { Direction::Both };
        if known != Some(joined) {
            found.insert(name.to_owned(), joined);
            if let Some(schema) = document.schema(name) {
                reach(document, schema, direction, found);
            }
        } else if known.is_none() {
            found.insert(name.to_owned(), direction);
        }
    }
    match value {
        Value::Object(map) => map.values().for_each(|inner| reach(document, inner, direction, found)),
        Value::Array(list) => list.iter().for_each(|inner| reach(document, inner, direction, found)),
        _ => {}
    }
}
