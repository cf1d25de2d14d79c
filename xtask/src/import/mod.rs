//! `cargo xtask import`: from the vendor's document to the contract, facts only.

pub(crate) mod facts;
mod inline;
pub(crate) mod page;
mod provenance;
mod references;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::contract::{self, Version};
use crate::diff::{self, Changes};
use crate::document::Document;
use crate::files;
use provenance::Provenance;

/// How many changes fit on a screen beside the rest of what is printed.
const SCREEN: usize = 24;

/// Writes openapi/VERSION/contract.json from the vendor's document: facts only, canonical order.
///
/// Prints what changed against the contract that was there, and records in source.json where it came from. On any error
/// the old contract stays as it was.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The version of the API that the document describes.
    version: Version,
    /// The vendor's document (OpenAPI 3.0 as JSON), or the reference page that shows it, saved to disk.
    file: PathBuf,
    /// The day to record instead of today.
    #[arg(long, env = "XTASK_TODAY", hide = true)]
    today: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let contents = files::read(&args.file)?;
    let (new, dropped) = read(&args.file.display().to_string(), &contents)?;
    let path = args.version.contract_path();
    let (text, target) = (new.to_text(), files::root().join(&path));
    let before = std::fs::read_to_string(&target).ok();
    let changes = before.as_deref().map(|before| changed(args.version, before, &args.file, &new)).transpose()?;

    let today = args.today.clone().unwrap_or_else(today);
    record(args.version, &Provenance::new(&args.file, contents.as_bytes(), today))?;
    if before.as_ref() != Some(&text) {
        files::write_whole(&target, &text)?;
    }

    println!("{}: {} operations, {} schemas", path.display(), new.operations().count(), new.schemas().count());
    for (key, count) in dropped {
        println!("  not kept: `{key}`, {count} times: no rule says what it means");
    }
    if let Some(changes) = changes {
        files::print(&changes.to_screen(SCREEN))?;
        if !changes.changes.is_empty() {
            println!(
                "for all of them: cargo xtask diff HEAD {}; next: cargo xtask lint, cargo xtask codegen",
                path.display()
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The contract in what was saved, and the keys that it does not keep.
fn read(name: &str, contents: &str) -> Result<(Document, BTreeMap<String, usize>)> {
    let mut document = contract::parse(name, &page::document_text(name, contents)?)?;
    if let Some(finding) = references::dangling(&document) {
        bail!("{name}: at {}: {}\n  mend:      {}", finding.pointer, finding.problem, finding.mend);
    }
    inline::inline(&mut document);
    let (contract, dropped) = facts::extract(&document);
    if contract.operations().next().is_none() {
        bail!("{name}: at /paths: no operation; a contract without any would remove the whole SDK");
    }
    Ok((contract, dropped))
}

fn changed(version: Version, before: &str, file: &Path, new: &Document) -> Result<Changes> {
    let old = contract::parse(&version.contract_path().display().to_string(), before)?;
    let (from, to) = (diff::Source::File(version.contract_path()), diff::Source::File(file.to_owned()));
    Ok(diff::changes(version, (&from, &old), (&to, new)))
}

/// Writes where the contract came from, unless these very bytes are recorded already.
fn record(version: Version, provenance: &Provenance) -> Result<()> {
    let path = files::root().join(version.folder()).join("source.json");
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    if !provenance.is_recorded_in(&recorded) {
        files::write_whole(&path, &provenance.to_text())?;
    }
    Ok(())
}

/// The day in UTC.
fn today() -> String {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}
