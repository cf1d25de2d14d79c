//! `drata watch failing`: what is new since the last run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use serde::{Deserialize, Serialize};

use super::failing::{failing, view_argument, view_of};
use super::read::workspace_option;
use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::files::write_whole;
use crate::session::Session;

/// What was failing in the last run.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// What was looked at.
    view: String,
    /// The only workspace that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workspace: Option<i64>,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Identifiers, with when each was seen first.
    seen: BTreeMap<String, String>,
}

pub(super) fn command() -> Command {
    let failing = Command::new("failing")
        .about("What fails now and did not in the last run")
        .arg(view_argument())
        .arg(workspace_option())
        .arg(
            Arg::new("since")
                .long("since")
                .value_name("FILE")
                .required(true)
                .value_parser(clap::value_parser!(PathBuf))
                .help("Where the last run is remembered; made by the first one"),
        );
    Command::new("watch")
        .about("What is new since the last run, for a schedule")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(failing)
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let Some((_, matches)) = matches.subcommand() else { return Err(Failure::usage("watch what?")) };
    let view = view_of(matches)?;
    let path = matches.get_one::<PathBuf>("since").cloned().unwrap_or_default();
    let before: Option<State> = match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).map_err(|error| {
            Failure::usage(format!("{} is no state of a run: {error}; remove it to begin anew", path.display()))
        })?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::file(&path, "read", &error)),
    };
    if let Some(before) = before.as_ref().filter(|before| before.view != view.name()) {
        return Err(Failure::usage(format!("{} remembers {}, not {}", path.display(), before.view, view.name())));
    }
    let workspace = matches.get_one::<i64>("workspace").copied();
    if let Some(before) = before.as_ref().filter(|before| before.workspace != workspace) {
        let of = |workspace: Option<i64>| workspace.map_or("all workspaces".to_owned(), |id| format!("workspace {id}"));
        let (before, now) = (of(before.workspace), of(workspace));
        return Err(Failure::usage(format!("{} remembers {before}, not {now}", path.display())));
    }
    let session = Session::open(globals).await?;
    let mut account = before.as_ref().and_then(|before| before.account.clone());
    session.same_account(&mut account, &path.display().to_string()).await?;
    let found = failing(&session, view, workspace).await?;
    let now = jiff::Timestamp::now().to_string();
    let seen = before.map(|state| state.seen);
    let mut state = State { view: view.name().to_owned(), workspace, account, seen: BTreeMap::new() };
    let mut out = session.screen.report()?;
    let mut new = 0;
    for row in &found {
        let id = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
        let first = seen.as_ref().and_then(|seen| seen.get(&id));
        if seen.is_some() && first.is_none() {
            out.row(row)?;
            new += 1;
        }
        state.seen.insert(id, first.cloned().unwrap_or_else(|| now.clone()));
    }
    out.finish()?;
    let text = serde_json::to_string_pretty(&state).map_err(|error| Failure::other(error.to_string()))?;
    // Only now: a run whose output was lost is repeated.
    write_whole(&path, text.as_bytes())?;
    session.screen.note(match seen {
        None => format!("first run: {} {} are failing and known from now on", found.len(), view.name()),
        Some(seen) => {
            let fixed = seen.keys().filter(|id| !state.seen.contains_key(*id)).count();
            format!("{new} new, {fixed} no longer, {} {} failing", found.len(), view.name())
        }
    });
    Ok(())
}
