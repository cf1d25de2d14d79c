//! The monitoring tests of all workspaces, counted by their outcome; and which permissions this took.
//!
//! `cargo run --example read_only_report`

mod support;

use std::collections::BTreeMap;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use drata_ext::v2::workspaces::Workspace;
use drata_ext::{Drata, Error, ListExt, ReadOnly};
use drata_sandbox::Sandbox;
use support::Account;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let account = Account::connect(Sandbox::builder().workspaces(3).records(500).nested(90)).await?;
    // From here on nothing can be written: writing operations are not there.
    let drata: Drata<ReadOnly> = account.drata.read_only();

    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["Workspace", "Passed", "Failed", "Error", "Other"]);
    for workspace in drata.v2().workspaces().list().collect_all().await? {
        let outcomes = outcomes(&drata, &workspace).await?;
        let count = |outcome: &str| outcomes.get(outcome).copied().unwrap_or_default();
        let (passed, failed, error) = (count("PASSED"), count("FAILED"), count("ERROR"));
        let other = outcomes.values().sum::<usize>() - passed - failed - error;
        let mut row = vec![workspace.name];
        row.extend([passed, failed, error, other].map(|count| count.to_string()));
        table.add_row(row);
    }
    println!("{table}\n\nA key for this report needs no more than:\n{}", drata.permissions_used());
    Ok(())
}

/// How many tests of the workspace have which outcome.
async fn outcomes(drata: &Drata<ReadOnly>, workspace: &Workspace) -> Result<BTreeMap<String, usize>, Error> {
    let mut outcomes = BTreeMap::new();
    let mut tests = drata.v2().monitoring_tests().list(workspace.id).stream();
    while let Some(test) = tests.next().await {
        match test {
            Ok(test) => *outcomes.entry(test.check_result_status.as_str().to_owned()).or_default() += 1,
            Err(error) if error.is_item() => *outcomes.entry("unreadable".to_owned()).or_default() += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(outcomes)
}
