//! Something wrong with the document.

use anyhow::Error;
use serde_json::{Value, json};

use crate::diagnosis::{Diagnoses, Diagnosis};

/// What is wrong with the document, what it does to a user, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule, as a word for programs: `default-misfit`.
    pub(crate) rule: &'static str,
    /// The JSON pointer into the contract, or the line of an overlay.
    pub(crate) pointer: String,
    /// The operation, where there is one.
    pub(crate) operation: Option<String>,
    /// What is wrong: the value and the rule.
    pub(crate) problem: String,
    /// What it does to a user of the SDK.
    pub(crate) effect: String,
    /// The overlay action that would mend it.
    pub(crate) mend: String,
    /// Whether the SDK absorbs it, so that a user notices nothing.
    pub(crate) absorbed: bool,
}

impl Finding {
    /// An action or words of an overlay that no longer fit.
    pub(crate) fn dead(error: &Error) -> Self {
        let said = format!("{error:#}");
        let (place, problem) = said.split_once(": ").unwrap_or(("", &said));
        Self {
            rule: "dead-overlay",
            pointer: place.to_owned(),
            operation: None,
            problem: problem.to_owned(),
            effect: "codegen refuses to run, so users get no release".to_owned(),
            mend: format!("at {place}: remove what no longer fits, or aim it at what took its place"),
            absorbed: false,
        }
    }

    /// Why codegen refuses the document.
    pub(crate) fn refused(error: &Error) -> Vec<Self> {
        let one = |diagnosis: &Diagnosis| Self {
            rule: "refused",
            pointer: diagnosis.pointer.clone(),
            operation: diagnosis.operation.clone(),
            problem: diagnosis.problem.clone(),
            effect: "codegen refuses it, so users get no release".to_owned(),
            mend: diagnosis.mend.clone(),
            absorbed: false,
        };
        match (error.downcast_ref::<Diagnoses>(), error.downcast_ref::<Diagnosis>()) {
            (Some(diagnoses), _) => diagnoses.0.iter().map(one).collect(),
            (None, Some(diagnosis)) => vec![one(diagnosis)],
            (None, None) => vec![one(&Diagnosis::new("", format!("{error:#}"), "see the problem"))],
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let operation = self.operation.as_ref().map(|id| format!("    operation: {id}\n")).unwrap_or_default();
        format!(
            "  {}\n{operation}    at:        {}\n    user:      {}\n    mend:      {}\n",
            self.problem, self.pointer, self.effect, self.mend
        )
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "rule": self.rule,
            "pointer": self.pointer,
            "operation": self.operation,
            "problem": self.problem,
            "effect": self.effect,
            "mend": self.mend,
            "absorbed": self.absorbed,
        })
    }
}
