//! `names.yaml`: the names that stay.
//!
//! A line says what one thing of the contract is called in Rust: an area by its tag, an operation by its id, an identifier
//! by the collection whose rows it names, a type by its schema or by the place where it is declared. Two places with one
//! name share one type. Codegen adds lines for what is new and never changes or drops one: a rename is an edit of the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::overlay::yaml;

/// A section of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    /// The vendor's tag, and the module.
    Areas,
    /// The operation id, and `module::method`.
    Operations,
    /// The path of a collection, the field of a row, or a name that stands alone, and the type of its identifiers.
    Ids,
    /// The schema, or the place where it is declared, and the type.
    Types,
}

impl Section {
    const ALL: [Self; 4] = [Self::Areas, Self::Operations, Self::Ids, Self::Types];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Operations => "operations",
            Self::Ids => "ids",
            Self::Types => "types",
        }
    }
}

const HEADER: &str = "\
# What each thing of the contract is called in Rust. `cargo xtask codegen` adds lines for what is new, and never changes or
# drops one: a rename is an edit here. Two places of `types` with one name share one type.
";

/// The table of a version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    file: String,
    text: String,
    lines: BTreeMap<(Section, String), (usize, String)>,
    added: BTreeMap<(Section, String), String>,
    used: BTreeSet<(Section, String)>,
}

impl Table {
    /// Reads a table; an empty text is an empty table.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self> {
        let mut table = Self { file: file.to_owned(), text: text.to_owned(), ..Self::default() };
        if text.lines().all(|line| line.trim().is_empty() || line.starts_with('#')) {
            return Ok(table);
        }
        yaml::parse(file, text, |root| {
            for (name, node) in root.entries()? {
                let Some(section) = Section::ALL.into_iter().find(|section| section.name() == name) else {
                    bail!("{}: `{name}` is not one of areas, operations, ids, types", node.place());
                };
                for (key, value) in node.entries()? {
                    let line = (value.line(), value.text()?.to_owned());
                    if table.lines.insert((section, key.to_owned()), line).is_some() {
                        bail!("{}: `{key}` is named twice", value.place());
                    }
                }
            }
            Ok(())
        })?;
        Ok(table)
    }

    /// The name of a thing, if the table has one.
    pub(crate) fn name(&mut self, section: Section, key: &str) -> Option<String> {
        let key = (section, key.to_owned());
        let name = self.lines.get(&key).map(|(_, name)| name).or_else(|| self.added.get(&key))?.clone();
        self.used.insert(key);
        Some(name)
    }

    /// Whether a name of a section is one of the table's.
    pub(crate) fn names(&self, section: Section) -> impl Iterator<Item = (&str, &str)> {
        let known = self.lines.iter().map(|((of, key), (_, name))| (of, key, name));
        let added = self.added.iter().map(|((of, key), name)| (of, key, name));
        known.chain(added).filter(move |(of, ..)| **of == section).map(|(_, key, name)| (key.as_str(), name.as_str()))
    }

    /// Adds a line for what has none.
    pub(crate) fn add(&mut self, section: Section, key: &str, name: &str) {
        self.added.insert((section, key.to_owned()), name.to_owned());
        self.used.insert((section, key.to_owned()));
    }

    /// Where the table says a thing's name: `file:line`.
    pub(crate) fn place(&self, section: Section, key: &str) -> String {
        match self.lines.get(&(section, key.to_owned())) {
            Some((line, _)) => format!("{}:{line}", self.file),
            None => format!("{}: {}: {key}", self.file, section.name()),
        }
    }

    /// Lines for what the contract no longer has: place, key and name.
    pub(crate) fn dead(&self) -> Vec<(String, String, String)> {
        let unused = self.lines.iter().filter(|(key, _)| !self.used.contains(*key));
        unused.map(|((_, key), (line, name))| (format!("{}:{line}", self.file), key.clone(), name.clone())).collect()
    }

    /// The table's text with the added lines, each in its place by the alphabet; all other lines as they were.
    pub(crate) fn to_text(&self) -> String {
        if self.added.is_empty() && !self.text.is_empty() {
            return self.text.clone();
        }
        let mut out = String::new();
        let mut section = None;
        let mut waiting: BTreeMap<(Section, String), String> = self.added.clone();
        let flush = |out: &mut String,
                     waiting: &mut BTreeMap<(Section, String), String>,
                     section: Section,
                     before: Option<&str>| {
            let ready: Vec<(Section, String)> = waiting
                .keys()
                .filter(|(of, key)| *of == section && before.is_none_or(|before| key.as_str() < before))
                .cloned()
                .collect();
            for key in ready {
                if let Some(name) = waiting.remove(&key) {
                    let _ = writeln!(out, "  {}: {name}", quoted(&key.1));
                }
            }
        };
        let text = if self.text.is_empty() { HEADER } else { self.text.as_str() };
        for line in text.lines() {
            let starts = Section::ALL.into_iter().find(|section| line.trim_end() == format!("{}:", section.name()));
            if let Some(next) = starts {
                if let Some(section) = section {
                    flush(&mut out, &mut waiting, section, None);
                }
                section = Some(next);
            } else if let (Some(section), Some(key)) = (section, key_of(line)) {
                flush(&mut out, &mut waiting, section, Some(&key));
            }
            out.push_str(line);
            out.push('\n');
        }
        if let Some(section) = section {
            flush(&mut out, &mut waiting, section, None);
        }
        for section in Section::ALL {
            if waiting.keys().any(|(of, _)| *of == section) {
                let _ = writeln!(out, "{}:", section.name());
                flush(&mut out, &mut waiting, section, None);
            }
        }
        out
    }
}

/// The key of a line of the table.
fn key_of(line: &str) -> Option<String> {
    let line = line.strip_prefix("  ")?;
    if let Some(rest) = line.strip_prefix('"') {
        return rest.split_once('"').map(|(key, _)| key.to_owned());
    }
    line.split_once(": ").map(|(key, _)| key.to_owned()).filter(|key| !key.starts_with('#'))
}

/// A key as YAML has it.
fn quoted(key: &str) -> String {
    let plain = key.chars().all(|one| one.is_ascii_alphanumeric() || "_-./ ".contains(one))
        && key.starts_with(|one: char| one.is_ascii_alphabetic() || one == '/')
        && !key.ends_with(' ')
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&key.to_ascii_lowercase().as_str());
    if plain { key.to_owned() } else { format!("{key:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# ours\nareas:\n  Roles: roles # a word\ntypes:\n  \"list?expand[]\": RoleExpand\n";

    #[test]
    fn lines_are_added_and_none_is_changed() {
        let mut table = Table::parse("names.yaml", TEXT).unwrap();
        assert_eq!(table.to_text(), TEXT);
        assert_eq!(table.name(Section::Types, "list?expand[]").as_deref(), Some("RoleExpand"));
        table.add(Section::Types, "Role", "Role");
        table.add(Section::Operations, "getRole", "roles::get");
        table.add(Section::Areas, "Groups", "groups");
        assert_eq!(
            table.to_text(),
            "# ours\nareas:\n  Groups: groups\n  Roles: roles # a word\ntypes:\n  Role: Role\n  \"list?expand[]\": RoleExpand\n\
             operations:\n  getRole: roles::get\n"
        );
        assert_eq!(table.dead(), [("names.yaml:3".to_owned(), "Roles".to_owned(), "roles".to_owned())]);
        let again = Table::parse("names.yaml", &table.to_text()).unwrap();
        assert_eq!(again.to_text(), table.to_text());
    }

    #[test]
    fn a_table_begins_with_its_first_line() {
        let mut table = Table::parse("names.yaml", "").unwrap();
        table.add(Section::Areas, "Roles", "roles");
        let text = table.to_text();
        assert!(text.starts_with("# What each thing"), "{text}");
        assert_eq!(Table::parse("names.yaml", &text).unwrap().names(Section::Areas).count(), 1);
    }
}
