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

/// Every generated file of the workspace, from the surface of each version and its effective document.
pub(crate) fn emit(surfaces: &[Surface], documents: &[Document], output: &mut Output) -> Result<()> {
    for (surface, document) in surfaces.iter().zip(documents) {
        version::emit(surface, output)?;
        sandbox(surface.version, document.clone(), output);
        exercise::emit(surface, document, output)?;
        tolerance::emit(surface, document, output)?;
    }
    features::emit(surfaces, output)
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
    output.add(format!("crates/drata-sandbox/contract/{}.json", version.name()), document.to_text());
}
