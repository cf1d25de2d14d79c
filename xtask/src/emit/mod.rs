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
use crate::files::Output;
use crate::spec;
use crate::surface::Surface;

/// Every generated file of the workspace.
pub(crate) fn emit(surfaces: &[Surface], output: &mut Output) -> Result<()> {
    for surface in surfaces {
        version::emit(surface, output)?;
        sandbox(surface.version, output)?;
        exercise::emit(surface, output)?;
        tolerance::emit(surface, output)?;
    }
    features::emit(surfaces, output)
}

/// The contract that the sandbox serves: the effective document, without words.
fn sandbox(version: Version, output: &mut Output) -> Result<()> {
    let mut document = spec::document(version)?;
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
    Ok(())
}
