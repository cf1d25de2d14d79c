//! What is wrong with a document: what codegen refuses, what it gives a plain form, what no longer fits, and what a person
//! should doubt.
//!
//! What is linted is the effective document: a fault that `corrections.yaml` fixes is not found.

mod action;
mod dropped;
mod observed;
mod operations;
mod schemas;

use crate::document::Document;
use crate::plain;
use crate::steps::Made;

pub(crate) use self::observed::corrections;
pub(crate) use crate::diagnosis::Diagnosis as Finding;

/// Everything that is wrong with what was made of a version: the findings of its steps, and doubts about the document.
pub(crate) fn findings(made: &Made) -> Vec<Finding> {
    let mut found = made.findings.0.clone();
    let mut plain = made.effective.clone();
    plain::make_plain(&mut plain);
    found.extend(operations::findings(&made.effective, &plain));
    found.extend(schemas::findings(&made.effective));
    found.sort_by(|left, right| (left.weight, left.rule).cmp(&(right.weight, right.rule)));
    found.dedup();
    found
}

/// Required fields that a newer document drops.
pub(crate) fn dropped(document: &Document, newer: &Document) -> Vec<Finding> {
    dropped::findings(document, newer)
}
