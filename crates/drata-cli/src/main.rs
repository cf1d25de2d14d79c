//! `drata`: the whole Drata API from a terminal, a script and an assistant.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ArgMatches;

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
#[cfg(feature = "mcp")]
mod mcp;
mod output;
mod probe;
mod session;

use args::area::Extent;
use args::globals::Globals;
use failure::{Failure, Kind};
use output::format::Format;

fn main() -> ExitCode {
    if std::env::var_os("COMPLETE").is_some() {
        complete();
    }
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(async {
                tokio::select! {
                    outcome = run(&arguments) => outcome,
                    () = interrupt::pressed() => Err(Failure::interrupted("interrupted")),
                }
            });
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
        match std::io::IsTerminal::is_terminal(&std::io::stdout()) && std::env::var_os("NO_COLOR").is_none() {
            true => write!(out, "{}", text.ansi())?,
            false => write!(out, "{text}")?,
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    if wants_json(arguments) {
        let text = error.render().to_string();
        return Err(Failure::usage(text.trim_start_matches("error: ").trim_end()));
    }
    output::note(error.render().to_string().trim_end());
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
            let words = commands::manual::words(below);
            return commands::manual::page(command_line::build(&words, Extent::Asked)?, &words);
        }
        _ => {}
    }
    if jobs::run(name, below, globals).await? {
        return Ok(());
    }
    let (known, arguments) = command_line::operation(name, below)?;
    commands::call::run(known, arguments, globals).await
}
