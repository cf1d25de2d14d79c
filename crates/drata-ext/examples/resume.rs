//! A long walk that is interrupted and goes on where it stopped, in the next run of the program.
//!
//! `cargo run --example resume -- events.checkpoint`
//!
//! The walk stops after 40 events, as if the machine was switched off, and leaves a checkpoint in the file. Run it again
//! until all events are read.

mod support;

use std::fs;
use std::path::PathBuf;

use drata_ext::{Checkpoint, ListExt};
use drata_sandbox::Sandbox;
use support::Account;

/// How many events one run reads.
const READ: usize = 40;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = Account::connect(Sandbox::builder()).await?;
    // In the sandbox every run finds the same events, since its data follow from a fixed seed.
    let file = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("events.checkpoint"), PathBuf::from);

    let mut events = account.drata.v2().events().list().size(50).stream();
    if file.exists() {
        let checkpoint: Checkpoint = serde_json::from_str(&fs::read_to_string(&file)?)?;
        println!("Going on behind {} events.", checkpoint.delivered());
        events = events.resume(&checkpoint)?;
    }
    for _ in 0..READ {
        match events.next().await {
            Some(Ok(event)) => println!("{}  {}", event.created_at, event.type_),
            Some(Err(error)) if error.is_item() => eprintln!("skipped: {error}"),
            Some(Err(error)) => {
                // The walk cannot go on now; the next run can.
                if let Some(checkpoint) = error.checkpoint() {
                    fs::write(&file, serde_json::to_string(checkpoint)?)?;
                }
                return Err(error.into());
            }
            None => break,
        }
    }
    match events.checkpoint() {
        Some(checkpoint) => {
            fs::write(&file, serde_json::to_string(&checkpoint)?)?;
            println!("Stopped behind {} events; run it again to go on.", checkpoint.delivered());
        }
        None => {
            println!("That was all: {} events.", events.progress().delivered);
            if file.exists() {
                fs::remove_file(&file)?;
            }
        }
    }
    Ok(())
}
