//! The whole command line: what belongs to the program, the jobs, and the areas of the contract.

use std::ffi::OsString;

use clap::Command;
use drata_contract::Contract;
use drata_contract::operation::ApiVersion;

use crate::args::area::{self, Extent, areas};
use crate::args::flags::kebab;
use crate::args::{globals, words};
use crate::commands::{api, describe, login, manual, ops, sandbox, whoami};
use crate::failure::{EXIT_CODES, Failure};
use crate::near::near;
use crate::output::clean;
use crate::{jobs, probe};

const ABOUT: &str =
    "The Drata API from a terminal: every operation of both versions, and the jobs people write scripts for";

const EXAMPLES: &str = "\
Examples:
  drata --sandbox vendors list                    the first vendors of an account in memory
  drata v1 connections list --state MISCONFIGURED
  drata v2 risks create 1 --title \"Laptop theft\" --treatment-plan MITIGATE --write
  drata vendors list --output csv > vendors.csv   all of them
  drata status                                    what is wrong, first
  drata ops evidence                              operations by text";

/// Builds the command line as far as `arguments` ask for it.
pub(crate) fn build(arguments: &[OsString], extent: Extent) -> Result<Command, Failure> {
    let words = words::words(arguments);
    let mut root = globals::add(
        Command::new("drata")
            .version(env!("CARGO_PKG_VERSION"))
            .about(ABOUT)
            .arg_required_else_help(true)
            .subcommand_required(true)
            .max_term_width(110),
        words.is_empty() || extent == Extent::Whole,
    );
    for command in own().into_iter().chain(jobs::all()) {
        root = root.subcommand(command);
    }
    let first = words.first().map(String::as_str);
    let is_own = first.is_some_and(|first| root.get_subcommands().any(|own| own.get_name() == first));
    for version in [ApiVersion::V1, ApiVersion::V2] {
        let name = version.as_str();
        let stub = Command::new(name)
            .about(format!("Operations of version {} of the API", &name[1..]))
            .arg_required_else_help(true)
            .subcommand_required(true);
        let command = match extent == Extent::Whole || first == Some(name) {
            true => area::all(stub, contract(version)?, words.get(1..).unwrap_or_default(), extent),
            false => stub,
        };
        root = root.subcommand(command);
    }
    root = root.after_help(format!("{EXAMPLES}\n\n{EXIT_CODES}"));
    if extent == Extent::Whole {
        for area in areas()? {
            root = with_area(root, &area, &words, extent)?;
        }
        return Ok(root);
    }
    let asks_version = arguments.iter().any(|argument| argument == "--version" || argument == "-V");
    match first {
        // A version is told without reading a contract.
        None if asks_version => {}
        None => root = root.after_help(format!("{}\n\n{EXAMPLES}\n\n{EXIT_CODES}", list_of_areas()?)),
        Some("v1" | "v2") => {}
        // An area of the contract may be called as one of our commands is.
        Some(area) => {
            if area::find(area)?.is_some() || !is_own {
                root = with_area(root, area, &words, extent)?;
            }
        }
    }
    Ok(root)
}

/// Says that a command is not there, and which are nearly called so.
pub(crate) fn unknown(arguments: &[OsString], word: &str) -> Result<Failure, Failure> {
    let words = words::words(arguments);
    let place = words.iter().position(|known| known == word).unwrap_or(0);
    let before = words.get(..place).unwrap_or_default();
    let mut known: Vec<String> = Vec::new();
    // The commands beside the one that is not there: of an area, of a version, or of the program.
    let mut level = build(arguments, Extent::Asked)?;
    for word in before {
        level = level.find_subcommand(word).cloned().unwrap_or_default();
    }
    known.extend(level.get_subcommands().map(|command| command.get_name().to_owned()));
    if place == 0 {
        known.extend(areas()?);
    }
    let near = near(word, known.iter().map(String::as_str));
    let line = ["drata"].into_iter().chain(before.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let is_seed = |pair: &[OsString]| pair[0] == "--sandbox" && pair[1] == word;
    if word.parse::<u64>().is_ok() && arguments.windows(2).any(is_seed) {
        return Ok(Failure::usage(format!("drata has no command {word:?}; a seed is written --sandbox={word}")));
    }
    let hint = match near.is_empty() {
        true => format!("`{line} --help` lists what there is, and `drata ops TEXT` looks for it"),
        false => format!("did you mean {}?", near.join(", ")),
    };
    Ok(Failure::usage(format!("{line} has no command \"{}\"", clean::short(word))).hint(hint))
}

/// What belongs to the program itself.
fn own() -> Vec<Command> {
    vec![
        login::login(),
        login::logout(),
        whoami::whoami(),
        whoami::profiles(),
        ops::command(),
        describe::command(),
        api::command(),
        probe::command(),
        sandbox::command(),
        #[cfg(feature = "mcp")]
        crate::mcp::command(),
        manual::completions(),
        manual::man(),
    ]
}

/// Whether a command of the program or a job is called so, as opposed to an area of the contract.
pub(crate) fn is_own(name: &str) -> bool {
    own().iter().chain(&jobs::all()).any(|own| own.get_name() == name)
}

/// Adds the area of this name: as a command of its own, or to the command of ours that is called so.
fn with_area(root: Command, name: &str, words: &[String], extent: Extent) -> Result<Command, Failure> {
    let Some((contract, area)) = area::find(name)? else { return Ok(root) };
    let command_name = kebab(&area.name);
    let own = root.get_subcommands().any(|own| own.get_name() == command_name);
    if !own {
        let command = area::one(contract, area, words.get(1..).unwrap_or_default(), extent);
        return Ok(root.subcommand(area::with_other_version(command, area)?));
    }
    let operations = area::operations(contract, area, words.get(1..).unwrap_or_default(), extent);
    Ok(root.mut_subcommand(command_name, |own| {
        // A command without subcommands does one thing; the area is reached by its version.
        if !own.has_subcommands() {
            return own;
        }
        let taken: Vec<String> = own.get_subcommands().map(|one| one.get_name().to_owned()).collect();
        own.subcommands(operations.into_iter().filter(|one| !taken.contains(&one.get_name().to_owned())))
    }))
}

fn contract(version: ApiVersion) -> Result<&'static Contract, Failure> {
    Contract::of(version).map_err(Failure::other)
}

fn list_of_areas() -> Result<String, Failure> {
    let mut lines = vec!["Areas (drata AREA OPERATION; version 2 where both have it, or say v1):".to_owned()];
    let mut line = String::from("  ");
    for area in areas()? {
        if line.len() + area.len() > 98 {
            lines.push(std::mem::replace(&mut line, "  ".to_owned()));
        }
        line += &area;
        line += "  ";
    }
    lines.push(line);
    Ok(lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n"))
}
