//! The overlays: what the vendor got wrong (`corrections.yaml`), and our descriptions (`docs.yaml`).

mod corrections;
mod docs;
mod target;
pub(crate) mod yaml;

use std::path::Path;

use anyhow::{Error, Result};

use crate::diagnosis::Diagnosis;
use crate::document::Document;
use crate::version::Version;
use corrections::Correction;

/// The overlays of one version, read and not applied yet.
pub(crate) struct Overlay {
    corrections: Vec<Correction>,
    docs: docs::Docs,
}

impl Overlay {
    /// The overlays as `read` gives them, by their paths below the workspace's root.
    pub(crate) fn load_with(version: Version, read: impl Fn(&Path) -> Result<String>) -> Result<Self> {
        let corrections = version.folder().join("corrections.yaml");
        let docs = version.folder().join("docs.yaml");
        Ok(Self {
            corrections: corrections::parse(&corrections.display().to_string(), &read(&corrections)?)?,
            docs: docs::parse(&docs.display().to_string(), &read(&docs)?)?,
        })
    }

    /// Applies every action that fits, in their order. One that matches nothing or changes nothing is a finding, as are
    /// descriptions of what does not exist.
    pub(crate) fn apply(&self, document: &mut Document) -> Vec<Diagnosis> {
        let mut dead: Vec<Error> =
            self.corrections.iter().filter_map(|correction| correction.apply(document).err()).collect();
        dead.extend(self.docs.apply(document));
        dead.iter().map(finding).collect()
    }
}

/// An action or a description that no longer fits: its file and line, and what became of its target.
fn finding(error: &Error) -> Diagnosis {
    let said = format!("{error:#}");
    let (place, problem) = said.split_once(": ").unwrap_or(("", &said));
    Diagnosis::unusual(
        "dead-overlay",
        place,
        problem,
        "none; what the line was about is as the document has it",
        "remove what no longer fits, or aim it at what took its place",
    )
}
