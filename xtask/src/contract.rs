//! The checked-in contract of a version, and the files beside it.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::document::Document;
use crate::files;
use crate::overlay::Overlay;

/// A version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Version {
    V1,
    V2,
}

impl Version {
    pub(crate) const ALL: [Self; 2] = [Self::V1, Self::V2];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// The folder of its contract, below the workspace's root.
    pub(crate) fn folder(self) -> PathBuf {
        PathBuf::from("openapi").join(self.name())
    }

    pub(crate) fn contract_path(self) -> PathBuf {
        self.folder().join("contract.json")
    }
}

/// Parses a document and checks that it is OpenAPI 3.0. `name` stands in the errors.
pub(crate) fn parse(name: &str, text: &str) -> Result<Document> {
    let value: serde_json::Value = serde_json::from_str(text).with_context(|| format!("{name}: not JSON"))?;
    match value.get("openapi").and_then(serde_json::Value::as_str) {
        Some(version) if version.starts_with("3.0.") => Ok(Document(value)),
        Some(version) => bail!("{name}: at /openapi: version {version} is not 3.0.x, the only one that is understood"),
        None => bail!("{name}: at /openapi: missing; only OpenAPI 3.0.x documents are understood"),
    }
}

/// Reads the contract of `version` as it is checked in.
pub(crate) fn load(version: Version) -> Result<Document> {
    let path = version.contract_path();
    parse(&path.display().to_string(), &files::read(&files::root().join(&path))?)
}

/// The contract with its overlays applied: what the API really is, in our words.
pub(crate) fn effective(version: Version) -> Result<Document> {
    correct(version, load(version)?)
}

/// Applies the overlays of `version` to its contract.
pub(crate) fn correct(version: Version, mut contract: Document) -> Result<Document> {
    Overlay::load(version)?.apply(&mut contract)?;
    Ok(contract)
}
