//! The commands of an area.

use clap::Command;
use drata_contract::operation::{ApiVersion, Operation};
use drata_contract::{Area, Contract};
use drata_ext::by_name::Known;

use super::about::first_sentence;
use super::flags::kebab;
use super::operation;
use crate::failure::Failure;
use crate::near::near;

/// How much of the command line is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What the words of this command line ask for.
    Asked,
    /// Everything, for completions and manuals.
    Whole,
}

/// The areas of both versions, each once.
pub(crate) fn areas() -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for version in [ApiVersion::V1, ApiVersion::V2] {
        all.extend(Contract::of(version).map_err(Failure::other)?.areas.iter().map(|area| kebab(&area.name)));
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Refuses areas that are not there: what is restricted to them would find nothing, and look like all is well.
pub(crate) fn check_names(only: &[&String]) -> Result<(), Failure> {
    let all = areas()?;
    let is_there = |name: &str| all.iter().any(|area| area == name || kebab(name) == *area);
    let Some(name) = only.iter().find(|name| !is_there(name)) else { return Ok(()) };
    let near = near(name, all.iter().map(String::as_str)).join(", ");
    let hint = match near.is_empty() {
        true => "`drata --help` lists them".to_owned(),
        false => format!("did you mean {near}?"),
    };
    Err(Failure::usage(format!("--only: no area is called {name:?}")).hint(hint))
}

/// Finds an area by its name in the library or as a command: in version 2, else in version 1.
pub(crate) fn find(name: &str) -> Result<Option<(&'static Contract, &'static Area)>, Failure> {
    for version in [ApiVersion::V2, ApiVersion::V1] {
        let contract = Contract::of(version).map_err(Failure::other)?;
        if let Some(area) = contract.areas.iter().find(|area| is_called(&area.name, name)) {
            return Ok(Some((contract, area)));
        }
    }
    Ok(None)
}

/// Whether a name of the library and a word mean the same.
pub(crate) fn is_called(name: &str, word: &str) -> bool {
    name == word || kebab(name) == word
}

/// Adds every area of a version.
pub(crate) fn all(mut command: Command, contract: &'static Contract, words: &[String], extent: Extent) -> Command {
    let asked = words.first().map(String::as_str);
    for area in &contract.areas {
        let is_asked = extent == Extent::Whole || asked.is_some_and(|asked| is_called(&area.name, asked));
        let below = match is_asked {
            true => one(contract, area, words.get(1..).unwrap_or_default(), extent),
            false => stub(area),
        };
        command = command.subcommand(below);
    }
    command
}

fn stub(area: &'static Area) -> Command {
    Command::new(kebab(&area.name)).about(first_sentence(&area.doc).to_owned())
}

/// The command of an area with its operations.
pub(crate) fn one(contract: &'static Contract, area: &'static Area, words: &[String], extent: Extent) -> Command {
    stub(area)
        .long_about(area.doc.as_ref())
        .arg_required_else_help(true)
        .subcommand_required(true)
        .subcommands(operations(contract, area, words, extent))
}

/// The commands of an area's operations; only the one that is asked for has arguments.
pub(crate) fn operations(
    contract: &'static Contract,
    area: &'static Area,
    words: &[String],
    extent: Extent,
) -> Vec<Command> {
    let asked = words.first().map(String::as_str);
    let own = |operation: &&Operation| operation.area == area.name && operation.version == area.version;
    contract
        .operations
        .iter()
        .filter(own)
        .map(|one| {
            let known = Known::new(contract, one);
            let is_asked = extent == Extent::Whole || asked.is_some_and(|asked| is_called(&one.name, asked));
            if is_asked { operation::command(known) } else { operation::stub(known) }
        })
        .collect()
}

/// Says which operations only version 1 has, in the help of an area that both versions have.
pub(crate) fn with_other_version(command: Command, area: &'static Area) -> Result<Command, Failure> {
    if area.version == ApiVersion::V1 {
        return Ok(command.after_help("Only version 1 has this area."));
    }
    let v1 = Contract::of(ApiVersion::V1).map_err(Failure::other)?;
    let name = kebab(&area.name);
    Ok(match v1.areas.iter().any(|other| other.name == area.name) {
        true => command.after_help(format!("Version 1 has this area too: drata v1 {name}")),
        false => command,
    })
}
