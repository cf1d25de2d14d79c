//! Sends a roster of personnel as a CSV file.
//!
//! `cargo run --example upload_roster -- roster.csv`
//!
//! A roster is the whole truth: people who are not in it count as gone. So with a real account the file has to be named;
//! in the sandbox a small one is made up.

mod support;

use drata_ext::v1::connections::RosterForm;
use drata_ext::{ListExt, Upload};
use drata_sandbox::Sandbox;
use indicatif::{ProgressBar, ProgressStyle};
use support::Account;
use tokio::signal;

const SAMPLE: &str = "\
id,first_name,last_name,email,is_contractor,mfa,job_title
1,Ada,Lovelace,ada@example.com,no,yes,Analyst
2,Grace,Hopper,grace@example.com,no,yes,Rear Admiral
3,Alan,Turing,alan@example.com,yes,yes,Consultant
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = Account::connect(Sandbox::builder()).await?;
    let roster = match (std::env::args_os().nth(1), &account.sandbox) {
        (Some(path), _) => Upload::from_path(path),
        (None, Some(_)) => Upload::from_bytes("roster.csv", SAMPLE),
        (None, None) => return Err("name the CSV file: it replaces the whole roster of the account".into()),
    };
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template("{spinner} {bytes} sent")?);
    let roster = roster.with_progress({
        let bar = bar.clone();
        move |sent| bar.set_position(sent)
    });

    let connections = account.drata.v1().connections();
    let before = connections.list().collect_all().await?.len();
    // The vendor does not document the field's name. Should "file" be wrong: .rename_part("file", "...").
    let upload = connections.create_from_csv(RosterForm::new(roster));
    tokio::select! {
        taken = upload.send() => taken?,
        // Whichever is later is dropped: an upload on its way ends there.
        interrupted = signal::ctrl_c() => {
            interrupted?;
            return Err("cancelled".into());
        }
    };
    bar.finish_and_clear();
    let after = connections.list().collect_all().await?;
    println!("The roster was taken. The account had {before} connections and has {} now.", after.len());
    Ok(())
}
