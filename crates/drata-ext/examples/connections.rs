//! All connections of the account as a table, those that failed first.
//!
//! `cargo run --example connections`

mod support;

use std::collections::BTreeMap;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use drata_ext::v1::connections::{Connection, ConnectionState};
use drata_ext::{Error, ListExt, Timestamp};
use indicatif::ProgressBar;

use drata_sandbox::Sandbox;
use support::Account;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let account = Account::connect(Sandbox::builder().connections(230)).await?;
    let mut connections = Vec::new();
    let mut items = account.drata.v1().connections().list().stream();
    let bar = ProgressBar::new(0);
    while let Some(item) = items.next().await {
        match item {
            Ok(connection) => connections.push(connection),
            // One connection that this version cannot read is no reason to hide the others.
            Err(error) if error.is_item() => bar.suspend(|| eprintln!("skipped: {error}")),
            Err(error) => return Err(error),
        }
        bar.set_length(items.progress().total.unwrap_or_default());
        bar.set_position(items.progress().delivered);
    }
    bar.finish_and_clear();

    // Those that failed come first, the longest broken before the others.
    connections.sort_by_key(|connection| {
        let failed_at = connection.failed_at.as_ref().and_then(|time| time.to_instant().ok());
        (failed_at.is_none(), failed_at, connection.id)
    });
    println!("{}", table(&connections));
    println!("{}", summary(&connections));
    Ok(())
}

fn table(connections: &[Connection]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["Id", "Connection", "Product", "State", "Connected", "Failed"]);
    for connection in connections {
        table.add_row([
            connection.id.to_string(),
            connection.client_alias.clone().unwrap_or_default(),
            words(connection.client_type.as_str()),
            state(connection),
            day(connection.connected_at.as_ref()),
            connection.failed_at.as_ref().map(since).unwrap_or_default(),
        ]);
    }
    if let Some(ids) = table.column_mut(0) {
        ids.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn summary(connections: &[Connection]) -> String {
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for connection in connections {
        *states.entry(state(connection)).or_default() += 1;
    }
    let states: Vec<_> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let total = format!("{} connections: {}.", connections.len(), states.join(", "));
    let failed = connections.iter().filter(|connection| connection.failed_at.is_some()).count();
    match connections.first().and_then(|connection| connection.failed_at.as_ref()) {
        Some(first) => format!("{total}\n{failed} failed, the first one {}.", since(first)),
        None => format!("{total}\nNone failed."),
    }
}

fn state(connection: &Connection) -> String {
    match connection.state {
        ConnectionState::ConfiguredPendingConfirmation => "to be confirmed".to_owned(),
        ref other => words(other.as_str()),
    }
}

/// `GOOGLE_WORKSPACE` is `google workspace`.
fn words(constant: &str) -> String {
    constant.replace('_', " ").to_lowercase()
}

fn day(time: Option<&Timestamp>) -> String {
    let Some(time) = time else { return String::new() };
    time.to_date().map_or_else(|_| time.as_str().to_owned(), |date| date.to_string())
}

/// The day, and how many days ago that is.
fn since(time: &Timestamp) -> String {
    let Ok(instant) = time.to_instant() else { return format!("since {time}") };
    let days = jiff::Timestamp::now().duration_since(instant).as_hours() / 24;
    format!("since {} ({days} days)", day(Some(time)))
}
