//! `cargo xtask import`: from the vendor's document to the contract, facts only.

pub(crate) mod facts;
mod references;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::contract::{self, Version};
use crate::files;

/// Writes openapi/VERSION/contract.json from the vendor's document: facts only, canonical order.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The version of the API that the document describes.
    version: Version,
    /// The vendor's document: OpenAPI 3.0 as JSON.
    file: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let name = args.file.display().to_string();
    let document = contract::parse(&name, &files::read(&args.file)?)?;
    if let Some(finding) = references::dangling(&document) {
        bail!("{name}: at {}: {}\n  mend:      {}", finding.pointer, finding.problem, finding.mend);
    }
    let (contract, dropped) = facts::extract(&document);
    let path = args.version.contract_path();
    let text = contract.to_text();
    let before = std::fs::read_to_string(files::root().join(&path)).unwrap_or_default();
    files::write_whole(&files::root().join(&path), &text)?;

    println!(
        "{}: {} operations, {} schemas{}",
        path.display(),
        contract.operations().count(),
        contract.schemas().count(),
        if before == text { ", unchanged" } else { "" }
    );
    for (key, count) in dropped {
        println!("  not kept: `{key}`, {count} times: no rule says what it means");
    }
    Ok(ExitCode::SUCCESS)
}
