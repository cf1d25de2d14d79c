//! `drata status`: one screen, with what is wrong first.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::evidence::evidence_due;
use super::failing::{View, failing};
use super::read::{total, workspace_option, workspaces};
use crate::args::globals::Globals;
use crate::failure::{Failure, Kind};
use crate::session::Session;

pub(super) fn command() -> Command {
    Command::new("status")
        .about("Controls, tests, evidence, personnel, devices and connections on one screen, with what is wrong first")
        .arg(workspace_option())
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let session = Session::open(globals).await?;
    let lines = overview(&session, matches.get_one::<i64>("workspace").copied()).await?;
    let mut out = session.screen.report()?;
    for line in &lines {
        out.row(line)?;
    }
    out.finish()?;
    let account = session.account_name().await;
    session.screen.note(account);
    Ok(())
}

/// The lines of the overview: what is wrong first, what the key may not read last.
pub(crate) async fn overview(session: &Session, workspace: Option<i64>) -> Result<Vec<Value>, Failure> {
    let mut lines = Vec::new();
    for view in View::ALL {
        lines.push(line(
            view.name(),
            of_view(session, view, workspace).await,
            &format!("drata failing {}", view.name()),
        )?);
    }
    lines.push(line("evidence", evidence(session, workspace).await, "drata evidence due")?);
    lines.sort_by_key(|line| std::cmp::Reverse(line["wrong"].as_i64().unwrap_or(-1)));
    Ok(lines)
}

/// A line, also about what the key may not read.
fn line(what: &str, counted: Result<(u64, u64), Failure>, next: &str) -> Result<Value, Failure> {
    match counted {
        Ok((wrong, of)) => {
            let state = if wrong == 0 { "PASS" } else { "FAIL" };
            Ok(
                json!({ "what": what, "state": state, "wrong": wrong, "of": of, "more": if wrong > 0 { next } else { "" } }),
            )
        }
        Err(failure) if matches!(failure.kind(), Kind::Permission | Kind::NotFound) => {
            let permission =
                failure.error().and_then(drata_ext::Error::operation).map_or("", |operation| operation.permission_name);
            Ok(json!({ "what": what, "state": "not readable", "wrong": null, "of": null, "more": permission }))
        }
        Err(failure) => Err(failure),
    }
}

async fn of_view(session: &Session, view: View, workspace: Option<i64>) -> Result<(u64, u64), Failure> {
    let wrong = failing(session, view, workspace).await?.len() as u64;
    let all = match view {
        View::Connections => total(session, "v1::connections::list", &[]).await?,
        View::Devices => total(session, "v2::devices::list", &[]).await?,
        View::Personnel => {
            let current = json!(["CURRENT_EMPLOYEE", "CURRENT_CONTRACTOR"]);
            total(session, "v2::personnel::list", &[("employmentStatus", current)]).await?
        }
        View::Tests | View::Controls => {
            let name = if view == View::Tests { "v2::monitoring_tests::list" } else { "v2::controls::list" };
            let mut sum = 0;
            for workspace in workspaces(session, workspace).await? {
                sum += total(session, name, &[("workspaceId", workspace.into())]).await?;
            }
            sum
        }
    };
    Ok((wrong, all))
}

async fn evidence(session: &Session, workspace: Option<i64>) -> Result<(u64, u64), Failure> {
    const DAYS: u64 = 30;
    let wrong = evidence_due(session, DAYS, workspace).await?.len() as u64;
    let mut all = 0;
    for workspace in workspaces(session, workspace).await? {
        all += total(session, "v2::evidence_library::list", &[("workspaceId", workspace.into())]).await?;
    }
    Ok((wrong, all))
}
