//! Jobs that people write scripts for.

mod evidence;
mod export;
mod failing;
mod read;
mod records;
mod roster;
mod status;
mod watch;

use clap::{ArgMatches, Command};

use crate::args::globals::Globals;
use crate::failure::Failure;

/// Every job.
pub(crate) fn all() -> Vec<Command> {
    vec![
        status::command(),
        failing::command(),
        watch::command(),
        evidence::command(),
        roster::command(),
        records::command(),
        export::command(),
    ]
}

/// Runs the job of this name; `false` when it is none.
pub(crate) async fn run(name: &str, matches: &ArgMatches, globals: &Globals) -> Result<bool, Failure> {
    match name {
        "status" => status::run(matches, globals).await?,
        "failing" => failing::run(matches, globals).await?,
        "watch" => watch::run(matches, globals).await?,
        "evidence" => return evidence::run(matches, globals).await,
        "roster" => roster::run(matches, globals).await?,
        "records" => records::run(matches, globals).await?,
        "export" => export::run(matches, globals).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

#[cfg(feature = "mcp")]
pub(crate) use {
    evidence::{MOST_DAYS, evidence_due},
    failing::{View, failing},
    status::overview,
};
