//! The ways in from a shell: arguments, and what is printed.

mod areas;
mod budget;
mod bump;
mod changelog;
mod codegen;
mod diff;
mod import;
mod inventory;
mod lint;
mod report;
mod spec;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Maintains the contract and the code generated from it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(import::Args),
    Codegen(codegen::Args),
    Diff(diff::Args),
    Lint(lint::Args),
    Report(report::Args),
    Spec(spec::Args),
    Inventory(inventory::Args),
    Areas(areas::Args),
    Budget(budget::Args),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Import(args) => import::run(&args),
        Command::Codegen(args) => codegen::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Spec(args) => spec::run(&args),
        Command::Inventory(args) => inventory::run(&args),
        Command::Areas(args) => areas::run(&args),
        Command::Budget(args) => budget::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
