//! `drata roster push`: the whole roster of an identity provider, from a CSV file.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

use crate::args::globals::Globals;
use crate::args::values::id;
use crate::commands::call::{dry_run, upload};
use crate::failure::Failure;
use crate::session::Session;

/// Columns that every roster has.
const REQUIRED: [&str; 6] = ["id", "first_name", "last_name", "email", "is_contractor", "mfa"];
/// Columns of which no two rows may have the same value.
const UNIQUE: [&str; 2] = ["id", "email"];
/// Columns that hold yes or no.
const BOOLEAN: [&str; 2] = ["is_contractor", "mfa"];
/// The most characters of a value; of an address of a picture, more.
const LONGEST: usize = 191;
const LONGEST_URL: usize = 768;
/// As many problems as one message names.
const SHOWN: usize = 10;

pub(super) fn command() -> Command {
    let push = Command::new("push")
        .about("Upload a roster: whoever is not in the file counts as gone")
        .arg(
            Arg::new("path")
                .required(true)
                .value_name("FILE.csv")
                .value_parser(clap::value_parser!(PathBuf))
                .help("Columns: id, first_name, last_name, email, is_contractor, mfa, and optionally others"),
        )
        .arg(
            Arg::new("connection")
                .long("connection")
                .value_name("ID")
                .value_parser(id)
                .help("The connection to replace the roster of; without it, a new connection is made"),
        );
    Command::new("roster")
        .about("Rosters of people")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(push)
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let Some((_, matches)) = matches.subcommand() else { return Err(Failure::usage("roster what?")) };
    let path = matches.get_one::<PathBuf>("path").cloned().unwrap_or_default();
    let file = upload(&path)?;
    let text = std::fs::read(&path).map_err(|error| Failure::file(&path, "read", &error))?;
    let people = check(&text).map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))?;
    let session = Session::open(globals).await?;
    let connection = matches.get_one::<i64>("connection").copied();
    let call = match connection {
        Some(id) => session.drata.operation("v1::connections::replace_from_csv")?.set("id", id),
        None => session.drata.operation("v1::connections::create_from_csv")?,
    };
    let call = call.file("file", file);
    if globals.dry_run {
        return dry_run(&session, &call);
    }
    session.allow_write("roster push")?;
    let what = match connection {
        Some(id) => format!("replace the whole roster of connection {id} by {people} people"),
        None => format!("make a connection with a roster of {people} people"),
    };
    session.confirm(&format!("{what}: whoever is not in {} counts as gone", path.display())).await?;
    call.send().await?;
    session.wrote(&format!("a roster of {people} people")).await;
    Ok(())
}

/// Checks a roster before it is sent, because the service replaces everything by it; returns how many people it has.
fn check(text: &[u8]) -> Result<usize, String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let columns: HashMap<&str, usize> = header.iter().enumerate().map(|(place, name)| (name.trim(), place)).collect();
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| !columns.contains_key(name)).collect();
    if !missing.is_empty() {
        return Err(format!("the header has no {}", missing.join(", ")));
    }
    let mut seen: HashMap<(&str, String), usize> = HashMap::new();
    let mut problems = Vec::new();
    let mut people = 0;
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
        people += 1;
        for name in REQUIRED {
            let value = record.get(columns[name]).unwrap_or_default().trim();
            if value.is_empty() {
                problems.push(format!("line {line}: {name} is empty"));
            } else if BOOLEAN.contains(&name)
                && !matches!(value.to_lowercase().as_str(), "1" | "0" | "yes" | "no" | "true" | "false")
            {
                problems.push(format!("line {line}: {name} is {value:?}, none of yes, no, true, false, 1 and 0"));
            }
            if UNIQUE.contains(&name)
                && let Some(first) = seen.insert((name, value.to_lowercase()), line)
            {
                problems.push(format!("line {line}: the {name} {value:?} stands on line {first} too"));
            }
        }
        for (name, place) in &columns {
            let length = record.get(*place).unwrap_or_default().chars().count();
            let most = if *name == "avatar_url" { LONGEST_URL } else { LONGEST };
            if length > most {
                problems.push(format!("line {line}: {name} has {length} characters, at most {most} are taken"));
            }
        }
    }
    match (people, problems.len()) {
        (0, _) => Err("there is nobody in it, so everybody would count as gone".to_owned()),
        (_, 0) => Ok(people),
        (_, count) => {
            let more = count
                .checked_sub(SHOWN)
                .filter(|more| *more > 0)
                .map_or_else(String::new, |more| format!("; and {more} more"));
            problems.truncate(SHOWN);
            Err(format!("{}{more}", problems.join("; ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    const HEADER: &str = "id,first_name,last_name,email,is_contractor,mfa\n";

    #[test]
    fn a_roster_is_checked_before_it_replaces_everything() {
        assert_eq!(check(format!("\u{feff}{HEADER}1,Ada,Byron,a@b.c,no,YES\n2,B,C,b@b.c,0,true\n").as_bytes()), Ok(2));
        for (rows, problem) in [
            ("", "there is nobody in it"),
            ("1,Ada,Byron,a@b.c,maybe,yes\n", "line 2: is_contractor is \"maybe\""),
            ("1,Ada,Byron,a@b.c,no,yes\n2,B,C,A@B.C,no,yes\n", "line 3: the email \"A@B.C\" stands on line 2 too"),
            ("1,,Byron,a@b.c,no,yes\n", "line 2: first_name is empty"),
            ("1,Ada\n", "found record with 2 fields"),
        ] {
            let found = check(format!("{HEADER}{rows}").as_bytes()).unwrap_err();
            assert!(found.contains(problem), "{problem:?} is not in {found:?}");
        }
        assert_eq!(check(b"id,email\n").unwrap_err(), "the header has no first_name, last_name, is_contractor, mfa");
    }
}
