//! `cargo xtask spec`: the effective OpenAPI document, for tools and for teams in other languages.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::codegen::api;
use crate::files;
use crate::version::Version;

/// Writes the effective OpenAPI document of a version: the contract with its corrections and our descriptions.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The version of the API.
    version: Version,
    /// Where to write it; standard output when not given.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let document = api(args.version)?.wire.to_text();
    match &args.out {
        Some(path) => files::write_whole(path, &document)?,
        None => files::print(&document)?,
    }
    Ok(ExitCode::SUCCESS)
}
