//! Every operation of both versions, by the sample of its help, through the program's own argument parser.

use std::ffi::OsString;

use drata_contract::Contract;
use drata_contract::operation::ApiVersion;
use drata_ext::by_name::Known;
use drata_sandbox::Sandbox;

use crate::args::about;
use crate::args::area::Extent;
use crate::args::globals::Globals;
use crate::command_line;
use crate::commands::call;
use crate::session::Session;

/// A command line as a shell takes it apart; samples quote with `'` alone.
fn split(line: &str, file: &str) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut began) = (false, false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => (quoted, began) = (!quoted, true),
            '\\' if !quoted => word.extend(letters.next()),
            ' ' if !quoted => {
                if began || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                began = false;
            }
            letter => word.push(letter),
        }
    }
    words.push(word);
    words.into_iter().map(|word| if word == "FILE" { file.into() } else { word.into() }).collect()
}

async fn run(version: ApiVersion) {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::on(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::of(version).unwrap();
    let mut problems = Vec::new();
    let mut has_written = false;
    for operation in &contract.operations {
        // Each operation finds the account as it begins, whatever the others did; what deletes finds what was added by the
        // operation before it.
        let deletes = operation.method == "DELETE";
        if !deletes || !has_written {
            sandbox.reset();
        }
        has_written = !deletes && operation.method != "GET";
        let known = Known::new(contract, operation);
        let line = about::sample_line(known);
        // What a file holds is looked into by the uploads of a roster alone.
        let roster = operation.path.ends_with("/csv");
        let file = folder.path().join(if roster { "roster.csv" } else { "sample.pdf" });
        let content = if roster {
            "id,first_name,last_name,email,is_contractor,mfa\n1,Ada,Byron,ada@acme.example,no,yes\n"
        } else {
            "%PDF-1.4"
        };
        std::fs::write(&file, content).unwrap();
        let mut words = split(&line, &file.to_string_lossy());
        let files = about::needs_file(known) && !words.iter().any(|word| *word == *file);
        if files {
            words.extend(["--file".into(), file.clone().into_os_string()]);
        }
        let command = command_line::build(&words, Extent::Asked).unwrap();
        let matches = match command.try_get_matches_from(&words) {
            Ok(matches) => matches,
            Err(error) => {
                problems.push(format!("{line}: {error}"));
                continue;
            }
        };
        Globals::read(&matches).unwrap();
        let (name, below) = matches.subcommand().unwrap();
        let (found, arguments) = crate::operation(name, below).unwrap();
        assert_eq!(found.meta.rust_path, known.meta.rust_path);
        let outcome = match call::fill(&session, found, arguments) {
            Ok(call) => call.send().await.map(drop).map_err(crate::failure::Failure::from),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = outcome {
            problems.push(format!("{line}: {failure}"));
        }
    }
    problems.extend(sandbox.requests().violations());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    assert_eq!(sandbox.requests().total(), contract.operations.len() as u64);
}

#[tokio::test]
async fn version_1() {
    run(ApiVersion::V1).await;
}

#[tokio::test]
async fn version_2() {
    run(ApiVersion::V2).await;
}

#[test]
fn the_whole_command_line_is_sound() {
    // clap checks itself: no two flags of one name, no argument that cannot be given.
    command_line::build(&["drata".into()], Extent::Whole).unwrap().debug_assert();
}
