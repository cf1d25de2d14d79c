//! `cargo xtask import`: from the vendor's document to the contract, facts only.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::compare::{Changes, Source};
use crate::files;
use crate::import::{self, Provenance};
use crate::version::Version;

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
    /// The vendor's document (OpenAPI 3.0, 3.1 or 3.2, as JSON or YAML), or the reference page that shows it, saved to disk.
    file: PathBuf,
    /// What source.json has to say of the document, such as that its facts were transcribed.
    #[arg(long)]
    note: Option<String>,
    /// The day to record instead of today.
    #[arg(long, env = "XTASK_TODAY", hide = true)]
    today: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let contents = files::read(&args.file)?;
    let (new, dropped) = import::read(&args.file.display().to_string(), &contents)?;
    let path = args.version.contract_path();
    let (text, target) = (new.to_text(), files::root().join(&path));
    let before = std::fs::read_to_string(&target).ok();
    let changes = before.as_ref().map(|_| {
        let (from, to) = (Source::File(target.clone()), Source::File(args.file.clone()));
        Ok::<_, anyhow::Error>(Changes::between(args.version, &from.side(args.version)?, &to.side(args.version)?))
    });
    let changes = changes.transpose()?;

    // The contract first: a record of what was not written would be wrong.
    if before.as_ref() != Some(&text) {
        files::write_whole(&target, &text)?;
    }
    let today = args.today.clone().unwrap_or_else(today);
    record(args.version, &Provenance::new(&args.file, contents.as_bytes(), today, args.note.clone()))?;

    println!("{}: {} operations, {} schemas", path.display(), new.operations().count(), new.schemas().count());
    for (key, count) in dropped {
        println!("  not kept: `{key}`, {count} times: no rule says what it means");
    }
    if let Some(changes) = changes {
        files::print(&changes.to_screen(SCREEN))?;
        if !changes.is_empty() {
            println!(
                "for all of them: cargo xtask diff HEAD {}; next: cargo xtask lint, cargo xtask codegen",
                path.display()
            );
        }
    }
    Ok(ExitCode::SUCCESS)
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
