//! The paragraph for `CHANGELOG.md`, in the words of those who use the SDK.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::side::Side;
use crate::contract::Version;
use crate::diff::{Change, Class};
use crate::names;

/// One version, before and after, and what changed between.
pub(super) struct Release<'a> {
    pub(super) version: Version,
    pub(super) old: &'a Side,
    pub(super) new: &'a Side,
    pub(super) changes: &'a [Change],
}

/// What a reader of the changelog gets to know.
pub(super) fn paragraph(releases: &[Release<'_>]) -> String {
    let (mut added, mut changed, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for release in releases {
        added.extend(release.new_operations());
        added.extend(release.new_parts());
        for change in release.changes.iter().filter(|change| change.class() != Class::Adds) {
            let sentence = release.sentence(change);
            if change.kind.ends_with("-removed") { removed.push(sentence) } else { changed.push(sentence) }
        }
    }
    let mut out = String::new();
    for (heading, lines) in [("Added", added), ("Changed", changed), ("Removed", removed)] {
        if !lines.is_empty() {
            let _ = write!(out, "### {heading}\n\n");
            lines.iter().for_each(|line| out += &format!("- {line}\n"));
            out.push('\n');
        }
    }
    if out.is_empty() { "Nothing that a user of the SDK would notice.\n".to_owned() } else { out }
}

impl Release<'_> {
    /// New operations, those of one area in one line.
    fn new_operations(&self) -> Vec<String> {
        let new_areas: BTreeSet<&str> = self
            .changes
            .iter()
            .filter(|change| change.kind == "area-added")
            .map(|change| change.area.as_str())
            .collect();
        let mut areas: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for change in self.changes.iter().filter(|change| change.kind == "operation-added") {
            areas.entry(&change.area).or_default().push(self.operation(change));
        }
        let line = |(area, operations): (&str, Vec<String>)| {
            let operations: Vec<String> = operations.iter().map(|name| format!("`{name}`")).collect();
            match new_areas.contains(area) {
                true => {
                    let feature = names::feature(self.version.name(), &names::module(area));
                    format!("{area}, a new area behind the feature `{feature}`: {}.", operations.join(", "))
                }
                false => format!("{area}: {}.", operations.join(", ")),
            }
        };
        areas.into_iter().map(line).collect()
    }

    /// New fields, parameters and values, each thing in one line.
    fn new_parts(&self) -> Vec<String> {
        let mut parts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let kinds = ["field-added", "parameter-added", "enum-value-added", "answer-form-added", "limit-loosened"];
        for change in self.changes.iter().filter(|change| change.class() == Class::Adds && kinds.contains(&change.kind))
        {
            parts.entry(self.subject(change)).or_default().push(&change.what);
        }
        parts.into_iter().map(|(subject, what)| format!("{subject}: {}.", what.join("; "))).collect()
    }

    fn sentence(&self, change: &Change) -> String {
        let reasons: Vec<String> = change.reasons().map(|(_, reason)| reason.to_owned()).collect();
        format!("{}: {} ({}).", self.subject(change), change.what, reasons.join("; "))
    }

    /// The name in Rust of the one operation that a change is about.
    fn operation(&self, change: &Change) -> String {
        let id = change.operations.iter().next().map_or("", String::as_str);
        let known = self.new.names.operation(id).or_else(|| self.old.names.operation(id));
        known.map_or_else(|| change.subject.clone(), str::to_owned)
    }

    /// What changed, by its name in Rust.
    fn subject(&self, change: &Change) -> String {
        let version = self.version.name();
        if let Some(schema) = change.subject.strip_prefix("schema ") {
            let schema = schema.split(' ').next().unwrap_or(schema);
            let known = self.new.names.schema(schema).or_else(|| self.old.names.schema(schema));
            return format!("`{version}::{}`", known.map_or_else(|| names::type_name(schema), str::to_owned));
        }
        if change.subject.starts_with("area ") {
            return change.subject.clone();
        }
        format!("`{}`", self.operation(change))
    }
}
