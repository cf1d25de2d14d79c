//! The overlays: what the vendor got wrong (`corrections.yaml`), and our words (`docs.yaml`).

mod corrections;
mod docs;
mod target;
mod yaml;

use anyhow::Result;

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
    pub(crate) fn load(version: Version) -> Result<Self> {
        let corrections = version.folder().join("corrections.yaml");
        let docs = version.folder().join("docs.yaml");
        let root = files::root();
        Ok(Self {
            corrections: corrections::parse(&corrections.display().to_string(), &files::read(&root.join(&corrections))?)?,
            docs: docs::parse(&docs.display().to_string(), &files::read(&root.join(&docs))?)?,
        })
    }

    /// Applies every action in its order. One that matches nothing or changes nothing is an error, as are words for what
    /// does not exist.
    pub(crate) fn apply(&self, document: &mut Document) -> Result<()> {
        self.corrections.iter().try_for_each(|correction| correction.apply(document))?;
        self.docs.apply(document)
    }
}
