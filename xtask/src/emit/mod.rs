//! Writes the surface as files: a folder per version, a module per area, one kind of item a file.

mod area;
mod builders;
mod code;
mod docs;
mod exercise;
mod features;
mod meta;
mod tolerance;
mod types;
mod version;

use anyhow::Result;

use crate::contract::Version;
use crate::document::Document;
use crate::files::Output;
use crate::surface::Surface;

/// One version, as it is written.
pub(crate) struct Input {
    pub(crate) surface: Surface,
    /// The effective document as plain OpenAPI, as `cargo xtask spec` writes it.
    pub(crate) document: Document,
    /// The contract as it was imported.
    pub(crate) contract: Document,
}

/// Every generated file of the workspace.
pub(crate) fn emit(versions: &[Input], output: &mut Output) -> Result<()> {
    for input in versions {
        let Input { surface, document, .. } = input;
        version::emit(surface, output)?;
        sandbox(surface.version, document.clone(), output);
        exercise::emit(input, output)?;
        tolerance::emit(surface, document, output)?;
    }
    let surfaces: Vec<_> = versions.iter().map(|input| &input.surface).collect();
    features::emit(&surfaces, output)
}

/// The contract that the sandbox serves: the effective document, without words.
fn sandbox(version: Version, mut document: Document, output: &mut Output) {
    document.each_operation(|_, operation| {
        operation.retain(|key, _| !["description", "summary"].contains(&key.as_str()));
        for parameter in operation.get_mut("parameters").and_then(serde_json::Value::as_array_mut).into_iter().flatten()
        {
            parameter.as_object_mut().map(|map| map.shift_remove("description"));
        }
    });
    document.each_schema(|_, schema| {
        schema.as_object_mut().map(|map| map.shift_remove("description"));
    });
    document.0.as_object_mut().map(|root| root.shift_remove("tags"));
    output.add(format!("crates/drata-contract/contract/{}.json", version.name()), document.to_text());
}
