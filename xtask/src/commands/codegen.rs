//! `cargo xtask codegen`: from the contract to the generated crate.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::diagnosis::Findings;
use crate::files::{self, Output};
use crate::model::Api;
use crate::steps::Source;
use crate::version::Version;
use crate::{emit, model};

/// Generates crates/drata-api from the contracts.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when anything is stale.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (output, unusual) = generate()?;
    let root = files::root();
    let note = match unusual {
        0 => String::new(),
        1 => "; 1 finding gets a plain form (`cargo xtask lint` lists it)".to_owned(),
        count => format!("; {count} findings get a plain form (`cargo xtask lint` lists them)"),
    };
    if !args.check {
        let changed = output.write(&root)?;
        println!("{} files generated, {changed} changed{note}", output.files().count());
        return Ok(ExitCode::SUCCESS);
    }
    let differences = output.differences(&root)?;
    if differences.is_empty() {
        println!("{} generated files are fresh{note}", output.files().count());
        return Ok(ExitCode::SUCCESS);
    }
    for (path, difference) in &differences {
        println!("{}", output.explain(&root, path, difference));
    }
    println!("{} generated files are stale; run `cargo xtask codegen` and commit what it writes", differences.len());
    Ok(ExitCode::FAILURE)
}

/// Everything that is generated from the contracts that are checked in, and how many findings got a plain form.
fn generate() -> Result<(Output, usize)> {
    let mut output = Output::default();
    let mut versions = Vec::new();
    let mut findings = Findings::default();
    for version in Version::ALL {
        let made = Source::load(version)?.make();
        output.add(version.names_path(), made.table.to_text());
        findings.0.extend(made.findings.0);
        versions.extend(made.api.map(|api| (api, made.contract)));
    }
    if findings.refuse() || versions.len() < Version::ALL.len() {
        bail!(findings);
    }
    emit::emit(&versions, &mut output)?;
    Ok((output, findings.0.len()))
}

/// The model of a version as it is checked in.
///
/// # Errors
/// When it cannot be generated.
pub(super) fn api(version: Version) -> Result<Api> {
    let made = Source::load(version)?.make();
    let api: Option<model::Api> = made.api;
    api.ok_or_else(|| made.findings.into())
}
