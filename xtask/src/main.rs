//! `cargo xtask`: from the vendor's document to the generated crate.
//!
//! The way of the data is the order of the modules: `import` makes the contract, `overlay` corrects and explains it,
//! `normalise` makes it plain, `generate` gives it to progenitor, `surface` reads what came back, `emit` writes it.
//! `diff`, `lint` and `report` are for the day the document changes: what changed for a client, what is wrong with it, and
//! the page for the pull request.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod areas;
mod budget;
mod codegen;
mod completeness;
mod contract;
mod diagnosis;
mod diff;
mod document;
mod emit;
mod files;
mod generate;
mod git;
mod import;
mod inventory;
mod lint;
mod names;
mod normalise;
mod overlay;
mod report;
mod spec;
mod surface;

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

fn main() -> ExitCode {
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
