//! What a sandbox is made with.

use std::time::Duration;

use jiff::Timestamp;

/// The settings that decide which data there is.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) records: u64,
    pub(crate) connections: Option<u64>,
    pub(crate) nested: u64,
    pub(crate) workspaces: u64,
    /// What time it is when the sandbox starts; the machine's time unless set.
    pub(crate) start_time: Option<Timestamp>,
    /// How long a search does not find what was just created.
    pub(crate) search_lag: Duration,
    /// Version 1 answers with a bare list of the devices of a person.
    pub(crate) bare_device_lists: bool,
    pub(crate) json_limit: usize,
    pub(crate) upload_limit: usize,
    pub(crate) link_lifetime: Duration,
    /// Received requests that are kept.
    pub(crate) history: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            records: 100,
            connections: None,
            nested: 5,
            workspaces: 1,
            start_time: None,
            search_lag: Duration::ZERO,
            bare_device_lists: false,
            json_limit: 5_000_000,
            upload_limit: 100_000_000,
            link_lifetime: Duration::from_secs(600),
            history: 10_000,
        }
    }
}

/// Resources of which an account has few, and lists within rows that are short, whatever the volume asked for.
const FEW: &[(&str, u64)] = &[
    ("risk-registers", 3),
    ("frameworks", 12),
    ("roles", 8),
    ("vendor-types", 9),
    ("groups", 10),
    ("custom-field-definitions", 12),
    ("connections/resources", 2),
    ("policies/approval-configuration", 2),
    ("policies/policy-versions/languages", 2),
];

/// Resources that hold whole collections: what is below one of their rows is as long as a list at the top.
const HOLDERS: &[&str] = &["workspaces", "risk-registers"];

impl Settings {
    /// How many rows of a kind are seeded, below each parent or at all.
    pub(crate) fn seeded(&self, key: &str, parent: Option<&str>) -> u64 {
        let few = FEW.iter().find(|(few, _)| *few == key).map(|(_, count)| *count);
        match (key, parent) {
            ("workspaces", _) => self.workspaces,
            ("connections", _) => self.connections.unwrap_or(self.records),
            (_, Some(parent)) if !HOLDERS.contains(&parent) => {
                let nested = self.nested.min(self.records);
                few.map_or(nested, |few| few.min(nested))
            }
            _ => few.map_or(self.records, |few| few.min(self.records)),
        }
    }
}
