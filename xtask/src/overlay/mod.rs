//! The overlays: what the vendor got wrong (`corrections.yaml`), and our words (`docs.yaml`).

mod corrections;
mod docs;
mod target;
mod yaml;

use std::path::Path;

use anyhow::{Error, Result, bail};

use crate::contract::Version;
use crate::document::Document;
use crate::files;
use corrections::Correction;

pub(crate) use corrections::forget_required;
pub(crate) use docs::{AREA_DOCS, DOC};

/// The name that an overlay gives to an operation, a schema or a tag.
pub(crate) const RUST_NAME: &str = "x-rust-name";

/// The overlays of one version, read and not applied yet.
pub(crate) struct Overlay {
    corrections: Vec<Correction>,
    docs: docs::Docs,
}

impl Overlay {
    /// The overlays as they are in the tree.
    pub(crate) fn load(version: Version) -> Result<Self> {
        let root = files::root();
        Self::load_with(version, |path| files::read(&root.join(path)))
    }

    /// The overlays as `read` gives them, by their paths below the workspace's root.
    pub(crate) fn load_with(version: Version, read: impl Fn(&Path) -> Result<String>) -> Result<Self> {
        let corrections = version.folder().join("corrections.yaml");
        let docs = version.folder().join("docs.yaml");
        Ok(Self {
            corrections: corrections::parse(&corrections.display().to_string(), &read(&corrections)?)?,
            docs: docs::parse(&docs.display().to_string(), &read(&docs)?)?,
        })
    }

    /// Applies every action in its order. One that matches nothing or changes nothing is an error, as are words for what
    /// does not exist; all of them are named.
    pub(crate) fn apply(&self, document: &mut Document) -> Result<()> {
        let dead = self.apply_what_fits(document);
        if dead.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = dead.iter().map(|dead| format!("\n  {dead:#}")).collect();
        bail!("{} of the overlay's actions no longer fit the contract:{}", dead.len(), lines.concat())
    }

    /// Applies every action that fits, and returns what is wrong with the others, each with its file and line.
    pub(crate) fn apply_what_fits(&self, document: &mut Document) -> Vec<Error> {
        let mut dead: Vec<Error> =
            self.corrections.iter().filter_map(|correction| correction.apply(document).err()).collect();
        dead.extend(self.docs.apply(document));
        dead
    }
}
