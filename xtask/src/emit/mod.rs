//! Writes the surface as files: a folder per version, a module per area, one kind of item a file.

mod area;
mod builders;
mod code;
mod contract;
mod docs;
mod exercise;
mod features;
mod meta;
mod tolerance;
mod types;
mod version;

use anyhow::Result;

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
        contract::emit(surface, document.clone(), output);
        exercise::emit(input, output)?;
        tolerance::emit(surface, document, output)?;
    }
    let surfaces: Vec<_> = versions.iter().map(|input| &input.surface).collect();
    features::emit(&surfaces, output)
}
