//! `drata`: the whole Drata API from a terminal, a script and an assistant.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use drata_contract::Contract;
use drata_ext::by_name::Known;

mod args;
mod command_line;
mod commands;
mod config;
#[cfg(test)]
mod every_operation;
mod failure;
mod files;
mod interrupt;
mod jobs;
mod json;
#[cfg(feature = "mcp")]
mod mcp;
mod near;
mod output;
mod probe;
mod session;

use args::area::{Extent, is_called};
use args::globals::Globals;
use failure::{Failure, Kind};
use output::format::Format;

fn main() -> ExitCode {
    if std::env::var_os("COMPLETE").is_some() {
        complete();
    }
    let arguments = args::words::spelled(std::env::args_os().collect());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let line = arguments.clone();
            runtime.spawn(async move {
                interrupt::pressed().await;
                let failure = Failure::interrupted("interrupted");
                if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
                    // Behind what the terminal shows of Ctrl-C.
                    output::note("");
                }
                show(&failure, &line);
                std::process::exit(failure.kind().code().into());
            });
            let outcome = runtime.block_on(run(&arguments));
            // What reads standard input cannot be stopped; it is left behind.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Failure::other(format!("the program cannot start: {error}"))),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            show(&failure, &arguments);
            failure.code()
        }
    }
}

/// Answers a shell that completes a command line.
fn complete() {
    let command =
        || command_line::build(&["drata".into()], Extent::Whole).unwrap_or_else(|_| clap::Command::new("drata"));
    clap_complete::CompleteEnv::with_factory(command).bin("drata").complete();
}

async fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let command = command_line::build(arguments, Extent::Asked)?;
    let matches = match command.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return usage(&error, arguments),
    };
    let globals = Globals::read(&matches)?;
    dispatch(&matches, &globals).await?;
    Ok(ExitCode::SUCCESS)
}

/// Help and versions go to standard output; what is wrong with a command line is a failure.
fn usage(error: &clap::Error, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    use std::io::Write as _;
    if !error.use_stderr() {
        let text = error.render();
        let mut out = output::Screen::out();
        match output::Screen::new(&Globals::default()).colored() {
            true => write!(out, "{}", text.ansi())?,
            false => write!(out, "{text}")?,
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
    {
        return Err(command_line::unknown(arguments, word)?);
    }
    let text = error.render().to_string();
    if wants_json(arguments) {
        // How a command is used is for people.
        let end = ["\n\nUsage:", "\n\nFor more information"].iter().filter_map(|mark| text.find(mark)).min();
        let text = &text[..end.unwrap_or(text.len())];
        return Err(Failure::usage(text.trim_start_matches("error: ").trim_end()));
    }
    output::note(text.trim_end());
    Ok(ExitCode::from(2))
}

/// Shows a failure on standard error: as JSON where the output was asked for as JSON.
fn show(failure: &Failure, arguments: &[OsString]) {
    if failure.kind() == Kind::Pipe {
        return;
    }
    match wants_json(arguments) {
        true => output::note(&failure.to_json().to_string()),
        false => output::note(&format!("error: {failure}")),
    }
}

/// Whether a command line asks for JSON, also one that does not parse.
fn wants_json(arguments: &[OsString]) -> bool {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let apart = texts
        .windows(2)
        .any(|pair| matches!(pair[0].as_ref(), "-o" | "--output") && Format::named(&pair[1]) == Format::Json);
    apart || texts.iter().any(|text| matches!(text.as_ref(), "--output=json" | "-ojson" | "-o=json"))
}

async fn dispatch(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let Some((name, below)) = matches.subcommand() else { return Err(Failure::usage("no command")) };
    // What shows no request would do what it was told only to show.
    let shows = |name: &str| matches!(name, "api" | "records" | "roster" | "evidence" | "describe" | "ops");
    if globals.dry_run && !shows(name) && command_line::is_own(name) {
        return Err(Failure::usage(format!("--dry-run shows the request of an operation, and {name} is none")));
    }
    match name {
        "login" => return commands::login::run(below, globals).await,
        "logout" => return commands::login::forget(globals),
        "whoami" => return commands::whoami::run(globals).await,
        "profiles" => return commands::whoami::list(globals),
        "ops" => return commands::ops::run(below, globals),
        "describe" => return commands::describe::run(below, globals),
        "api" => return commands::api::run(below, globals).await,
        "sandbox" => return commands::sandbox::run(below, globals).await,
        #[cfg(feature = "mcp")]
        "mcp" => return mcp::run(globals).await,
        "probe" => return probe::run(below, globals).await,
        "completions" => return commands::manual::complete(below),
        "man" => {
            let line = commands::manual::line(below);
            return commands::manual::page(command_line::build(&line, Extent::Asked)?, &line);
        }
        _ => {}
    }
    if jobs::run(name, below, globals).await? {
        return Ok(());
    }
    let (known, arguments) = operation(name, below)?;
    commands::call::run(known, arguments, globals).await
}

/// The operation that the words of a command line name: `v2 risks list`, or `risks list`.
fn operation<'a>(name: &str, below: &'a ArgMatches) -> Result<(Known, &'a ArgMatches), Failure> {
    let nothing = || Failure::usage(format!("{name} is no command"));
    let (version, (area, below)) = match name {
        "v1" | "v2" => (Some(name), below.subcommand().ok_or_else(nothing)?),
        area => (None, (area, below)),
    };
    let (word, arguments) = below.subcommand().ok_or_else(nothing)?;
    let versions = drata_contract::operation::ApiVersion::ALL.into_iter().rev();
    for known_version in versions.filter(|known| version.is_none_or(|version| known.as_str() == version)) {
        let contract = Contract::of(known_version).map_err(Failure::other)?;
        let own =
            |one: &&drata_contract::operation::Operation| is_called(&one.area, area) && is_called(&one.name, word);
        if let Some(operation) = contract.operations.iter().find(own) {
            return Ok((Known::new(contract, operation), arguments));
        }
    }
    Err(nothing())
}
