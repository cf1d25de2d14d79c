//! Writes the model as files: a folder per version, a module per area, one kind of item a file; and what tests and programs
//! read of it.

mod area;
mod arguments;
mod builders;
mod code;
mod contract;
mod docs;
mod example;
mod exercise;
mod features;
mod meta;
mod paging;
mod scribe;
mod tolerance;
mod types;
mod version;

use anyhow::Result;

use crate::document::Document;
use crate::files::Output;
use crate::model::Api;

/// Everything that is generated from the versions of the API; each with its contract as it was imported, which samples go by
/// where a server made from the vendor's document asks for more.
pub(crate) fn emit(versions: &[(Api, Document)], output: &mut Output) -> Result<()> {
    for (api, contract) in versions {
        version::emit(&exercise::Samples { api, contract }, output)?;
        contract::emit(api, output);
        exercise::emit(api, contract, output)?;
        tolerance::emit(api, output)?;
    }
    let apis: Vec<&Api> = versions.iter().map(|(api, _)| api).collect();
    features::emit(&apis, output)
}

/// The modules of one version and the table of its sample calls, as a crate beside ours holds them.
pub(crate) fn emit_alone(api: &Api, contract: &Document, output: &mut Output) -> Result<()> {
    version::emit(&exercise::Samples { api, contract }, output)?;
    exercise::emit(api, contract, output)
}
