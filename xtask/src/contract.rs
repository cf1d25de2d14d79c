//! The checked-in contract of a version.

use anyhow::{Context as _, Result, bail};

use crate::document::Document;
use crate::files;
use crate::version::Version;

/// Parses a document and checks that it is OpenAPI 3.0. `name` stands in the errors.
pub(crate) fn parse(name: &str, text: &str) -> Result<Document> {
    let value: serde_json::Value = serde_json::from_str(text).with_context(|| format!("{name}: not JSON"))?;
    match value.get("openapi").and_then(serde_json::Value::as_str) {
        Some(version) if version.starts_with("3.0.") => Ok(Document(value)),
        Some(version) => bail!("{name}: at /openapi: version {version} is not 3.0.x, which a contract is written in"),
        None => bail!("{name}: at /openapi: missing; a contract is an OpenAPI 3.0.x document"),
    }
}

/// Reads the contract of `version` as it is checked in.
pub(crate) fn load(version: Version) -> Result<Document> {
    let path = version.contract_path();
    parse(&path.display().to_string(), &files::read(&files::root().join(&path))?)
}
