//! One change of the contract, and what it does to a client.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// What a change does to a client: why a program built with the SDK of the old document, talking to the service of the new
/// one, fails or means something else; nothing where it works as before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) run: Option<&'static str>,
}

impl Effect {
    /// Nothing that works today stops working.
    pub(crate) const COMPATIBLE: Self = Self { run: None };

    pub(crate) const fn run(reason: &'static str) -> Self {
        Self { run: Some(reason) }
    }

    /// What either does.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { run: self.run.or(other.run) }
    }

    pub(crate) fn class(self) -> Class {
        if self.run.is_some() { Class::Run } else { Class::Compatible }
    }
}

/// The class of a change of the wire, the most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Run,
    Compatible,
}

impl Class {
    /// Its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Compatible => "compatible",
        }
    }
}

/// A change of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The vendor's tag of the operations it reaches; several are joined.
    pub(crate) area: String,
    /// What changed, as a word for programs: `field-removed`.
    pub(crate) kind: &'static str,
    /// Where: an operation or a schema, and the way into it.
    pub(crate) subject: String,
    /// What changed, in words.
    pub(crate) what: String,
    /// The JSON pointer: into the new document, or into the old one where it is removed.
    pub(crate) pointer: String,
    pub(crate) effect: Effect,
    /// The ids of the operations it reaches.
    pub(crate) operations: BTreeSet<String>,
}

impl Change {
    pub(crate) fn class(&self) -> Class {
        self.effect.class()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "class": self.class().name(),
            "kind": self.kind,
            "area": self.area,
            "subject": self.subject,
            "what": self.what,
            "pointer": self.pointer,
            "run": self.effect.run,
            "operations": self.operations,
        })
    }
}
