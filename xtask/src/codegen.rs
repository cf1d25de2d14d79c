//! `cargo xtask codegen`: from the contract to the generated crate.

use std::process::ExitCode;

use anyhow::Result;

use crate::contract::{self, Version};
use crate::document::Document;
use crate::emit::Input;
use crate::files::{self, Output};
use crate::normalise::normalise;
use crate::surface::Surface;
use crate::{completeness, emit, generate, spec, surface};

/// Generates crates/drata-api from the contracts.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when anything is stale.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let output = generate_all()?;
    let root = files::root();
    if !args.check {
        let changed = output.write(&root)?;
        println!("{} files generated, {changed} changed", output.files().count());
        return Ok(ExitCode::SUCCESS);
    }
    let differences = output.differences(&root)?;
    if differences.is_empty() {
        println!("{} generated files are fresh", output.files().count());
        return Ok(ExitCode::SUCCESS);
    }
    for (path, difference) in &differences {
        println!("{}", output.explain(&root, path, difference));
    }
    println!("{} generated files are stale; run `cargo xtask codegen` and commit what it writes", differences.len());
    Ok(ExitCode::FAILURE)
}

/// Everything that is generated, from the contracts that are checked in.
fn generate_all() -> Result<Output> {
    let mut output = Output::default();
    let mut versions = Vec::new();
    for version in Version::ALL {
        let contract = contract::load(version)?;
        let effective = contract::correct(version, contract.clone())?;
        let document = spec::document(effective.clone());
        versions.push(Input { surface: surface_of(version, effective)?, document, contract });
    }
    emit::emit(&versions, &mut output)?;
    Ok(output)
}

/// The surface of an effective document.
pub(crate) fn surface_of(version: Version, effective: Document) -> Result<Surface> {
    let mut plain = effective.clone();
    normalise(version, &mut plain)?;
    let file = generate::generate(&plain)?;
    let surface = surface::read(version, &plain, &file)?;
    completeness::check(&effective, &surface)?;
    Ok(surface)
}
