//! `drata ops`: operations by text.

use clap::{Arg, ArgAction, ArgMatches, Command};
use drata_contract::Contract;
use drata_contract::operation::{ApiVersion, Operation};
use drata_ext::by_name::Known;
use serde_json::{Value, json};

use crate::args::about::{command_name, first_sentence};
use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::output::Screen;

pub(crate) fn command() -> Command {
    Command::new("ops")
        .about("Operations, all or by text")
        .arg(
            Arg::new("text")
                .num_args(0..)
                .value_name("TEXT")
                .help("Words that the name, the path, the permission or the description holds"),
        )
        .arg(Arg::new("reads").long("reads").action(ArgAction::SetTrue).help("Only those that read"))
        .arg(
            Arg::new("writes")
                .long("writes")
                .action(ArgAction::SetTrue)
                .conflicts_with("reads")
                .help("Only those that write"),
        )
}

pub(crate) fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let words: Vec<&str> = matches.get_many::<String>("text").into_iter().flatten().map(String::as_str).collect();
    let (reads, writes) = (matches.get_flag("reads"), matches.get_flag("writes"));
    let found = search(&words)?.into_iter().filter(|known| {
        let is_read = known.operation.is_read();
        !(reads && !is_read || writes && is_read)
    });
    let mut rows = Screen::new(globals).rows(Some(["command", "about", "permission"].map(str::to_owned).into()))?;
    let mut count = 0;
    for known in found {
        rows.row(&line(known))?;
        count += 1;
    }
    rows.finish()?;
    match count {
        0 => Err(Failure::usage(format!("no operation has {:?}", words.join(" ")))),
        _ => Ok(()),
    }
}

fn line(known: Known) -> Value {
    json!({
        "command": command_name(known),
        "about": first_sentence(&known.operation.doc),
        "permission": known.meta.permission,
    })
}

/// Operations that hold every one of these words, the closest first: by name, then by path, then by description.
pub(crate) fn search(words: &[&str]) -> Result<Vec<Known>, Failure> {
    let words: Vec<String> = words
        .iter()
        .flat_map(|word| word.split_whitespace())
        .map(|word| word.to_lowercase().replace('-', "_"))
        .collect();
    let mut found = Vec::new();
    for version in [ApiVersion::V2, ApiVersion::V1] {
        let contract = Contract::of(version).map_err(Failure::other)?;
        for operation in &contract.operations {
            if let Some(distance) = distance(operation, &words) {
                found.push((distance, Known::new(contract, operation)));
            }
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    Ok(found.into_iter().map(|(_, known)| known).collect())
}

fn distance(operation: &Operation, words: &[String]) -> Option<usize> {
    let name = operation.rust_path().to_lowercase();
    let path = format!("{} {}", operation.path, operation.permissions.join(" ")).to_lowercase().replace('-', "_");
    let doc =
        format!("{} {} {}", operation.doc, operation.permission_name, operation.id).to_lowercase().replace('-', "_");
    words.iter().try_fold(0, |sum, word| {
        let of_word = if name.split("::").any(|part| part == word) {
            0
        } else if name.contains(word) {
            1
        } else if path.contains(word) {
            3
        } else if doc.contains(word) {
            6
        } else {
            return None;
        };
        Some(sum + of_word)
    })
}
