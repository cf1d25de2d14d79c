//! One change of the contract, and what it does to a client.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// What a change does to a client.
///
/// *compile*: a program's source, built with the SDK of the new document. *run*: a program built with the SDK of the old
/// document, talking to the service of the new one. Each holds the reason; a change with neither only adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) compile: Option<&'static str>,
    pub(crate) run: Option<&'static str>,
}

impl Effect {
    /// Nothing that works today stops working.
    pub(crate) const ADDS: Self = Self { compile: None, run: None };

    pub(crate) const fn compile(reason: &'static str) -> Self {
        Self { compile: Some(reason), run: None }
    }

    pub(crate) const fn run(reason: &'static str) -> Self {
        Self { compile: None, run: Some(reason) }
    }

    pub(crate) const fn both(compile: &'static str, run: &'static str) -> Self {
        Self { compile: Some(compile), run: Some(run) }
    }

    /// What either does.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { compile: self.compile.or(other.compile), run: self.run.or(other.run) }
    }

    pub(crate) fn class(self) -> Class {
        match (self.compile, self.run) {
            (Some(_), Some(_)) => Class::Both,
            (None, Some(_)) => Class::Run,
            (Some(_), None) => Class::Compile,
            (None, None) => Class::Adds,
        }
    }
}

/// The class of a change, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Both,
    Run,
    Compile,
    Adds,
}

impl Class {
    pub(crate) const ALL: [Self; 4] = [Self::Both, Self::Run, Self::Compile, Self::Adds];

    /// Its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Both => "compile+run",
            Self::Run => "run",
            Self::Compile => "compile",
            Self::Adds => "adds",
        }
    }

    /// What it says of a number of changes.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Both => "break programs that compile and programs that run",
            Self::Run => "break programs that run",
            Self::Compile => "break programs that compile",
            Self::Adds => "only add",
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
    /// The JSON pointer: into the new document, or into the old one where it is gone.
    pub(crate) pointer: String,
    pub(crate) effect: Effect,
    /// The ids of the operations it reaches.
    pub(crate) operations: BTreeSet<String>,
}

impl Change {
    pub(crate) fn class(&self) -> Class {
        self.effect.class()
    }

    /// The reasons why it breaks something.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let compile = self.effect.compile.map(|reason| ("compile", reason));
        compile.into_iter().chain(self.effect.run.map(|reason| ("run", reason)))
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "class": self.class().name(),
            "kind": self.kind,
            "area": self.area,
            "subject": self.subject,
            "what": self.what,
            "pointer": self.pointer,
            "compile": self.effect.compile,
            "run": self.effect.run,
            "operations": self.operations,
        })
    }
}
