//! What is wrong with a contract, where, and what would mend it.

use std::fmt;

/// A finding that leads to the one line to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// The operation it was met in, where there is one.
    pub(crate) operation: Option<String>,
    /// The JSON pointer into the contract.
    pub(crate) pointer: String,
    /// What is wrong: the value and the rule.
    pub(crate) problem: String,
    /// The overlay action that would mend it.
    pub(crate) mend: String,
}

impl Diagnosis {
    pub(crate) fn new(pointer: impl Into<String>, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { operation: None, pointer: pointer.into(), problem: problem.into(), mend: mend.into() }
    }

    pub(crate) fn in_operation(mut self, id: impl Into<String>) -> Self {
        self.operation = Some(id.into());
        self
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problem)?;
        if let Some(operation) = &self.operation {
            write!(f, "\n  operation: {operation}")?;
        }
        write!(f, "\n  at:        {}\n  mend:      {}", self.pointer, self.mend)
    }
}

impl std::error::Error for Diagnosis {}

/// Several findings, reported together so that one run shows them all.
#[derive(Debug)]
pub(crate) struct Diagnoses(pub(crate) Vec<Diagnosis>);

impl Diagnoses {
    /// An error if there are any.
    pub(crate) fn into_result(self) -> anyhow::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl fmt::Display for Diagnoses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} finding{}", self.0.len(), if self.0.len() == 1 { "" } else { "s" })?;
        self.0.iter().try_for_each(|diagnosis| write!(f, "\n\n{diagnosis}"))
    }
}

impl std::error::Error for Diagnoses {}
