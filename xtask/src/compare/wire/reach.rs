//! Which operations reach a schema, and which way it travels there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{Document, members, text};

/// The way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// The client writes it.
    Request,
    /// The client reads it.
    Response,
    /// It stands in an error, which the SDK reads without a type of its own.
    Error,
}

/// From where a schema is reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    pub(crate) ways: BTreeSet<Way>,
    pub(crate) operations: BTreeSet<String>,
    pub(crate) areas: BTreeSet<String>,
}

impl Reach {
    pub(crate) fn of(operation: &Value, way: Way) -> Self {
        Self {
            ways: [way].into(),
            operations: [text(operation, "operationId").to_owned()].into(),
            areas: [area(operation).to_owned()].into(),
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.ways.extend(&other.ways);
        self.operations.extend(other.operations.iter().cloned());
        self.areas.extend(other.areas.iter().cloned());
    }

    /// The area, or all of them in one line.
    pub(crate) fn area(&self) -> String {
        match self.areas.len() {
            0 => "Elsewhere".to_owned(),
            1..=3 => self.areas.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
            many => format!("Shared by {many} areas"),
        }
    }
}

/// The vendor's tag that an operation is filed under.
pub(crate) fn area(operation: &Value) -> &str {
    operation["tags"][0].as_str().unwrap_or("Other")
}

/// The way of a response: one that is not 2xx is an error.
pub(crate) fn response_way(status: &str) -> Way {
    if status.starts_with('2') { Way::Response } else { Way::Error }
}

/// From where each named schema is reached.
pub(crate) fn reaches(document: &Document) -> BTreeMap<String, Reach> {
    let mut found: BTreeMap<String, Reach> = BTreeMap::new();
    for (_, operation) in document.operations() {
        let mut note = |value: &Value, way| {
            let mut names = BTreeSet::new();
            document.reach(value, &mut names);
            for name in names {
                found.entry(name).or_default().join(&Reach::of(operation, way));
            }
        };
        note(&operation["parameters"], Way::Request);
        note(&operation["requestBody"], Way::Request);
        for (status, response) in members(operation, "responses") {
            note(response, response_way(status));
        }
    }
    found
}
