//! What is unusual or wrong about a contract, where, and what fixes it.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// There is no faithful form in Rust, so nothing is generated.
    Refused,
    /// It gets a plain form, or is a doubt; a correction could make a better one.
    Unusual,
    /// The SDK absorbs it, so that a user notices nothing.
    Absorbed,
}

/// A finding that leads to the one line to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// How much it weighs.
    pub weight: Weight,
    /// The rule, as a word for programs.
    pub rule: &'static str,
    /// The operation it was met in, where there is one.
    pub operation: Option<String>,
    /// The JSON pointer into the contract, or the line of a file.
    pub pointer: String,
    /// What is wrong: the value and the rule.
    pub problem: String,
    /// What it does to a user of the SDK.
    pub effect: String,
    /// The action that fixes it.
    pub fix: String,
}

impl Diagnosis {
    /// Something that has no faithful form.
    pub(crate) fn refused(pointer: impl Into<String>, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            weight: Weight::Refused,
            rule: "refused",
            operation: None,
            pointer: pointer.into(),
            problem: problem.into(),
            effect: "codegen refuses it, so users get no release".to_owned(),
            fix: fix.into(),
        }
    }

    /// Something that gets a plain form; `effect` says which.
    pub(crate) fn unusual(
        rule: &'static str,
        pointer: impl Into<String>,
        problem: impl Into<String>,
        effect: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { weight: Weight::Unusual, rule, effect: effect.into(), ..Self::refused(pointer, problem, fix) }
    }

    /// The same finding, weighing nothing to a user if `absorbed`.
    #[must_use]
    pub(crate) fn absorbed_if(mut self, absorbed: bool) -> Self {
        if absorbed {
            self.weight = Weight::Absorbed;
        }
        self
    }

    /// The same finding in an operation.
    #[must_use]
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
        if !self.pointer.is_empty() {
            write!(f, "\n  at:        {}", self.pointer)?;
        }
        write!(f, "\n  fix:       {}", self.fix)
    }
}

/// The findings of all steps, gathered so that one run shows them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Diagnosis>);

impl Findings {
    pub(crate) fn push(&mut self, diagnosis: Diagnosis) {
        if !self.0.contains(&diagnosis) {
            self.0.push(diagnosis);
        }
    }

    /// Whether something has no faithful form.
    pub fn refuse(&self) -> bool {
        self.0.iter().any(|diagnosis| diagnosis.weight == Weight::Refused)
    }

    /// What has no faithful form.
    pub fn refused(&self) -> impl Iterator<Item = &Diagnosis> {
        self.0.iter().filter(|diagnosis| diagnosis.weight == Weight::Refused)
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.refused().count();
        write!(f, "{count} finding{} that cannot be generated", if count == 1 { "" } else { "s" })?;
        self.refused().try_for_each(|diagnosis| write!(f, "\n\n{diagnosis}"))
    }
}

impl std::error::Error for Findings {}
