//! `cargo xtask diff`: what changed between two contracts, classified for a client.
//!
//! - *compile*: a program that compiles with the SDK of the old document does not with that of the new one.
//! - *run*: a program built with the SDK of the old document fails, or means something else, once the service follows the
//!   new one.
//! - *adds*: neither.
//!
//! The SDK is tolerant, and the classes count on that: enumerations are open and types with fields non-exhaustive, so that
//! a new value or a new answer field only adds; a field that is optional or nullable is an `Option` either way; a number in
//! quotes is a number; any 2xx is a success. What is compared are the contracts, not the overlays over them.

mod change;
mod comparison;
mod limits;
mod operations;
mod reach;
mod render;
mod schemas;
mod shape;
mod source;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::contract::Version;
use crate::document::Document;
use crate::files;

pub(crate) use change::{Change, Class};
pub(crate) use comparison::compare;
pub(crate) use reach::{Reach, Way, reaches};
pub(crate) use render::Changes;
pub(crate) use shape::Shape;
pub(crate) use source::Source;

/// Compares two contracts, two documents of the vendor's, or the contracts of two git revisions.
///
/// Every change is classified for a client. compile: a program's source no longer compiles with the SDK of the new
/// document. run: a program built with the SDK of the old document fails, or means something else, once the service
/// follows the new one. adds: neither.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A contract, a document of the vendor's, its reference page, or a git revision.
    old: String,
    /// The same, for the newer side.
    new: String,
    /// The version whose contracts are compared; both when two revisions are compared and none is given.
    #[arg(long, value_enum)]
    api_version: Option<Version>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a person at a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For a program.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (old, new) = (Source::parse(&args.old), Source::parse(&args.new));
    let mut all = Vec::new();
    for version in versions(args.api_version, &old, &new)? {
        all.push(changes(version, (&old, &old.contract(version)?), (&new, &new.contract(version)?)));
    }
    files::print(&match args.format {
        Format::Text => all.iter().map(Changes::to_text).collect::<Vec<_>>().join("\n"),
        Format::Markdown => all.iter().map(Changes::to_markdown).collect::<Vec<_>>().join("\n"),
        Format::Json => format!("{:#}\n", Value::from(all.iter().map(Changes::to_json).collect::<Vec<_>>())),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The changes between two sides that are named in the headings.
pub(crate) fn changes(version: Version, old: (&Source, &Document), new: (&Source, &Document)) -> Changes {
    Changes { version, old: old.0.name(version), new: new.0.name(version), changes: compare(old.1, new.1) }
}

/// Which versions to compare. A file says by its path which version it is of; a revision holds both.
fn versions(asked: Option<Version>, old: &Source, new: &Source) -> Result<Vec<Version>> {
    if let Some(version) = asked {
        return Ok(vec![version]);
    }
    let said = |source: &Source| match source {
        Source::File(path) => {
            let path = path.to_string_lossy().into_owned();
            Version::ALL.into_iter().filter(|version| path.contains(version.name())).collect::<Vec<_>>()
        }
        Source::Revision(_) => Vec::new(),
    };
    match (old, new) {
        (Source::Revision(_), Source::Revision(_)) => Ok(Version::ALL.to_vec()),
        (Source::File(_), Source::File(_)) => Ok(vec![said(new).first().copied().unwrap_or(Version::V2)]),
        _ => match [said(old), said(new)].concat().as_slice() {
            [version] => Ok(vec![*version]),
            _ => bail!(
                "a revision holds both versions, and the file does not say which it is; add `--api-version v1` or `v2`"
            ),
        },
    }
}
