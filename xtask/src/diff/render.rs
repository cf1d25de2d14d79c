//! Changes as a person, a pull request or a program reads them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::change::{Change, Class};
use crate::contract::Version;

/// The changes of one version.
pub(crate) struct Changes {
    pub(crate) version: Version,
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) changes: Vec<Change>,
}

/// How many operations a line names before it only counts them.
const NAMED: usize = 4;

impl Changes {
    fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|change| change.class() == class).count()
    }

    /// `3 changes: 1 breaks …, 2 only add`.
    pub(crate) fn summary(&self) -> String {
        let parts: Vec<String> = Class::ALL
            .into_iter()
            .filter(|class| self.count(*class) > 0)
            .map(|class| format!("{} {}", self.count(class), class.words()))
            .collect();
        match self.changes.len() {
            0 => "no changes".to_owned(),
            1 => format!("1 change: {}", parts.join(", ")),
            many => format!("{many} changes: {}", parts.join(", ")),
        }
    }

    /// The areas with their changes, in order.
    pub(crate) fn areas(&self) -> impl Iterator<Item = (&str, &[Change])> {
        self.changes.chunk_by(|left, right| left.area == right.area).map(|changes| (changes[0].area.as_str(), changes))
    }

    pub(crate) fn to_text(&self) -> String {
        let mut out = format!("{}: {} -> {}\n{}\n", self.version.name(), self.old, self.new, self.summary());
        for (area, changes) in self.areas() {
            let _ = write!(out, "\n{area}\n");
            for change in changes {
                let _ = writeln!(out, "  {:<11}  {}", change.class().name(), line(change));
                for (what, reason) in change.reasons() {
                    let _ = writeln!(out, "               {what}: {reason}");
                }
                let _ = writeln!(out, "               at {}{}", change.pointer, reached(change));
            }
        }
        out
    }

    /// One screen: how many changes in each area, then the gravest as far as `lines` go.
    pub(crate) fn to_screen(&self, lines: usize) -> String {
        let mut out = format!("{}\n", self.summary());
        let mut gravest: Vec<&Change> = self.changes.iter().collect();
        gravest.sort_by_key(|change| change.class());
        for change in gravest.iter().take(lines) {
            let _ = writeln!(out, "  {:<11}  {}", change.class().name(), line(change));
        }
        if let Some(rest) = gravest.get(lines..).filter(|rest| !rest.is_empty()) {
            let _ = writeln!(out, "  and {} more, the gravest of them {}", rest.len(), rest[0].class().name());
        }
        out
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut out = format!("## {}: {}\n\n`{}` → `{}`\n", self.version.name(), self.summary(), self.old, self.new);
        for (area, changes) in self.areas() {
            let _ = write!(out, "\n### {area}\n\n");
            for change in changes {
                let _ = write!(out, "- **{}** {}", change.class().name(), line(change));
                for (what, reason) in change.reasons() {
                    let _ = write!(out, "; {what}: {reason}");
                }
                let _ = writeln!(out, "{}", reached(change));
            }
        }
        out
    }

    pub(crate) fn to_json(&self) -> Value {
        let counts: Map<String, Value> =
            Class::ALL.into_iter().map(|class| (class.name().to_owned(), self.count(class).into())).collect();
        let changes: Vec<Value> = self.changes.iter().map(Change::to_json).collect();
        json!({ "version": self.version.name(), "old": self.old, "new": self.new, "counts": counts, "changes": changes })
    }
}

fn line(change: &Change) -> String {
    format!("{}: {}", change.subject, change.what)
}

/// The operations that a change reaches.
fn reached(change: &Change) -> String {
    let short = |id: &String| id.rsplit('_').next().unwrap_or(id).to_owned();
    let names: BTreeSet<String> = change.operations.iter().map(short).collect();
    let names: Vec<String> = names.into_iter().take(NAMED).collect();
    match change.operations.len() {
        0 => "; reaches no operation".to_owned(),
        many if many > NAMED => format!("; reaches {many} operations, such as {}", names.join(", ")),
        _ => format!("; reaches {}", names.join(", ")),
    }
}
