//! The checked-in contract of a version.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::document::Document;
use crate::files;
use crate::version::Version;

/// Parses a document and checks that it is OpenAPI 3.0. `name` stands in the errors.
pub(crate) fn parse(name: &str, text: &str) -> Result<Document> {
    of(name, serde_json::from_str(text).with_context(|| format!("{name}: not JSON"))?)
}

/// Checks that a document is OpenAPI 3.0.
pub(crate) fn of(name: &str, value: Value) -> Result<Document> {
    const FIX: &str =
        "  fix:       save the vendor's document as OpenAPI 3.0, 3.1 or 3.2, or teach the import the other version";
    let version = |key: &str| value.get(key).and_then(Value::as_str);
    match (version("openapi"), version("swagger")) {
        (Some(version), _) if version.starts_with("3.0.") => Ok(Document(value)),
        (Some(version), _) => {
            bail!("{name}: at /openapi: version {version} is not 3.0.x, which a contract is written in\n{FIX}")
        }
        (None, Some(version)) => {
            bail!("{name}: at /swagger: version {version} is not 3.0.x, which a contract is written in\n{FIX}")
        }
        (None, None) => bail!("{name}: at /openapi: missing; a contract is an OpenAPI 3.0.x document\n{FIX}"),
    }
}

/// Reads the contract of `version` as it is checked in.
pub(crate) fn load(version: Version) -> Result<Document> {
    let path = version.contract_path();
    parse(&path.display().to_string(), &files::read(&files::root().join(&path))?)
}
