//! Changes as a person, a pull request or a program reads them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Changes;
use super::wire::{Change, Class};

/// How many operations a line names before it only counts them.
const NAMED: usize = 4;

/// A line of the public surface: the class, and what became of the item.
struct Item {
    class: &'static str,
    kind: &'static str,
    item: String,
    what: String,
}

impl Changes {
    fn count(&self, class: Class) -> usize {
        self.wire.iter().filter(|change| change.class() == class).count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.wire.is_empty() && self.surface.as_ref().is_none_or(super::SurfaceChange::is_empty)
    }

    /// `3 changes of the wire: 1 breaks programs that run, 2 compatible; public surface: 1 breaking, 2 added`.
    pub(crate) fn summary(&self) -> String {
        if self.is_empty() {
            return "no changes".to_owned();
        }
        let plural = if self.wire.len() == 1 { "change" } else { "changes" };
        let run = self.count(Class::Run);
        let parts = [
            (run, if run == 1 { "breaks programs that run" } else { "break programs that run" }),
            (self.count(Class::Compatible), "compatible"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
        let separator = if parts.is_empty() { "" } else { ": " };
        let wire = format!("{} {plural} of the wire{separator}{}", self.wire.len(), parts.join(", "));
        match &self.surface {
            Some(surface) => {
                let breaking = surface.removed.len() + surface.changed.len();
                format!("{wire}; public surface: {breaking} breaking, {} added", surface.added.len())
            }
            None => format!("{wire}; public surface: one side cannot be generated (`cargo xtask lint` says why)"),
        }
    }

    /// The areas with their changes, in order.
    fn areas(&self) -> impl Iterator<Item = (&str, &[Change])> {
        self.wire.chunk_by(|left, right| left.area == right.area).map(|changes| (changes[0].area.as_str(), changes))
    }

    fn items(&self) -> Vec<Item> {
        let Some(surface) = &self.surface else { return Vec::new() };
        let one = |class, kind, item: &String, what: String| Item { class, kind, item: item.clone(), what };
        let removed = surface.removed.iter().map(|item| one("compile", "item-removed", item, "removed".to_owned()));
        let changed = surface
            .changed
            .iter()
            .map(|(item, was, is)| one("compile", "item-changed", item, format!("`{was}` → `{is}`")));
        let added = surface.added.iter().map(|item| one("adds", "item-added", item, "added".to_owned()));
        removed.chain(changed).chain(added).collect()
    }

    pub(crate) fn to_text(&self) -> String {
        let mut out = format!("{}: {} -> {}\n{}\n", self.version.name(), self.old, self.new, self.summary());
        for (area, changes) in self.areas() {
            let _ = write!(out, "\n{area}\n");
            for change in changes {
                let _ = writeln!(out, "  {:<11}  {}", change.class().name(), line(change));
                if let Some(reason) = change.effect.run {
                    let _ = writeln!(out, "               run: {reason}");
                }
                let _ = writeln!(out, "               at {}{}", change.pointer, reached(change));
            }
        }
        let items = self.items();
        if !items.is_empty() {
            out += "\nPublic surface\n";
            for Item { class, item, what, .. } in items {
                let _ = writeln!(out, "  {class:<11}  {item}: {what}");
            }
        }
        for union in self.surface.iter().flat_map(|surface| &surface.unions) {
            let _ = writeln!(out, "  union        {union}");
        }
        out
    }

    /// One screen: the most severe changes, as far as `lines` go.
    pub(crate) fn to_screen(&self, lines: usize) -> String {
        let mut out = format!("{}\n", self.summary());
        let mut changes: Vec<&Change> = self.wire.iter().collect();
        changes.sort_by_key(|change| change.class());
        let breaking = self.items().into_iter().filter(|item| item.class == "compile");
        let mut all: Vec<String> =
            changes.iter().map(|change| format!("  {:<11}  {}", change.class().name(), line(change))).collect();
        let severe = changes.iter().filter(|change| change.class() == Class::Run).count();
        all.splice(severe..severe, breaking.map(|item| format!("  {:<11}  {}: {}", item.class, item.item, item.what)));
        for line in all.iter().take(lines) {
            let _ = writeln!(out, "{line}");
        }
        if let Some(rest) = all.get(lines..).filter(|rest| !rest.is_empty()) {
            let class = rest[0].split_whitespace().next().unwrap_or_default();
            let _ = writeln!(out, "  and {} more, the most severe of them {class}", rest.len());
        }
        out
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut out = format!("## {}: {}\n\n`{}` → `{}`\n", self.version.name(), self.summary(), self.old, self.new);
        for (area, changes) in self.areas() {
            let _ = write!(out, "\n### {area}\n\n");
            for change in changes {
                let reason = change.effect.run.map(|reason| format!("; {reason}")).unwrap_or_default();
                let _ = writeln!(out, "- **{}** {}{reason}{}", change.class().name(), line(change), reached(change));
            }
        }
        out
    }

    pub(crate) fn to_json(&self) -> Value {
        let items = self.items();
        let count = |class: &str| items.iter().filter(|item| item.class == class).count();
        let surface: Vec<Value> = items
            .iter()
            .map(|item| json!({ "class": item.class, "kind": item.kind, "item": item.item, "what": item.what }))
            .collect();
        json!({
            "version": self.version.name(),
            "old": self.old,
            "new": self.new,
            "counts": {
                "run": self.count(Class::Run),
                "compatible": self.count(Class::Compatible),
                "compile": count("compile"),
                "adds": count("adds"),
            },
            "generated": self.surface.is_some(),
            "wire": self.wire.iter().map(Change::to_json).collect::<Vec<_>>(),
            "surface": surface,
            "unions": self.surface.as_ref().map(|surface| surface.unions.clone()).unwrap_or_default(),
        })
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
