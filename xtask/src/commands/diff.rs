//! `cargo xtask diff`: what changed between two contracts, for a program that runs and for one that compiles.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::compare::{Changes, Source};
use crate::files;
use crate::version::Version;

/// Compares two contracts, two documents of the vendor's, or two git revisions.
///
/// On the wire, each change is classified for a program built with the SDK of the old document. run: it fails, or means
/// something else, once the service follows the new one. compatible: it works as before. Of the public surface, each item
/// is classified for a program's source. compile: it may not compile with the SDK of the new document. adds: it is new.
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
        all.push(Changes::between(version, &old.side(version)?, &new.side(version)?));
    }
    files::print(&match args.format {
        Format::Text => all.iter().map(Changes::to_text).collect::<Vec<_>>().join("\n"),
        Format::Markdown => all.iter().map(Changes::to_markdown).collect::<Vec<_>>().join("\n"),
        Format::Json => format!("{:#}\n", Value::from(all.iter().map(Changes::to_json).collect::<Vec<_>>())),
    })?;
    Ok(ExitCode::SUCCESS)
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
