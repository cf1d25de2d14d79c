//! `drata evidence`: what is due, and a new version of a file.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde_json::{Value, json};

use super::read::{one, rows, workspace_option, workspaces};
use crate::args::globals::Globals;
use crate::args::values::whole;
use crate::commands::call::{dry_run, upload};
use crate::failure::Failure;
use crate::output::fields::at;
use crate::session::Session;

/// How far ahead can be looked.
pub(crate) const MOST_DAYS: u64 = 3650;

pub(super) fn command() -> Command {
    let due = Command::new("due")
        .about("Evidence whose renewal is due or overdue, the oldest first")
        .arg(
            Arg::new("days")
                .long("days")
                .value_name("N")
                .default_value("30")
                .value_parser(whole(0..=MOST_DAYS))
                .allow_negative_numbers(true)
                .help("How far to look ahead"),
        )
        .arg(workspace_option());
    let push = Command::new("push")
        .about("File evidence: a new version where an item of this name exists, else a new item")
        .arg(
            Arg::new("path")
                .required(true)
                .value_name("FILE")
                .value_parser(clap::value_parser!(PathBuf))
                .help("The file"),
        )
        .arg(Arg::new("name").long("name").required(true).value_name("TEXT").help("The name of the item"))
        .arg(
            Arg::new("control")
                .long("control")
                .value_name("CODE")
                .action(ArgAction::Append)
                .help("A control to link, such as DCF-1; the links that exist are kept"),
        )
        .arg(Arg::new("owner").long("owner").value_name("EMAIL|ID").help("Who owns the item; needed for a new one"))
        .arg(
            Arg::new("renewal")
                .long("renewal")
                .value_name("SCHEDULE")
                .value_parser(PossibleValuesParser::new([
                    "ONE_MONTH",
                    "TWO_MONTHS",
                    "THREE_MONTHS",
                    "SIX_MONTHS",
                    "ONE_YEAR",
                    "NONE",
                ]))
                .help("How often it is renewed; as before, or ONE_YEAR"),
        )
        .arg(Arg::new("filed").long("filed").value_name("DATE").help("The day it was filed; today by default"))
        .arg(workspace_option().help("The workspace; the only one by default"));
    Command::new("evidence")
        .about("Evidence that is due, and new versions of files")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(due)
        .subcommand(push)
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<bool, Failure> {
    match matches.subcommand() {
        Some(("due", matches)) => due(matches, globals).await?,
        Some(("push", matches)) => push(matches, globals).await?,
        // An area of the contract may be called `evidence` too.
        _ => return Ok(false),
    }
    Ok(true)
}

async fn due(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let session = Session::open(globals).await?;
    let days = matches.get_one::<u64>("days").copied().unwrap_or(30);
    let found = evidence_due(&session, days, matches.get_one::<i64>("workspace").copied()).await?;
    let mut out = session.screen.report()?;
    for row in &found {
        out.row(row)?;
    }
    out.finish()?;
    let overdue = found.iter().filter(|row| row["status"] == "OVERDUE").count();
    session.screen.note(format!("{overdue} overdue, {} due within {days} days", found.len() - overdue));
    Ok(())
}

/// Evidence whose renewal is due within so many days, or overdue; the oldest first.
pub(crate) async fn evidence_due(session: &Session, days: u64, workspace: Option<i64>) -> Result<Vec<Value>, Failure> {
    let today = Zoned::now().date();
    let days = i64::try_from(days.min(MOST_DAYS)).unwrap_or(0);
    let end = today.checked_add(days.days()).map_err(|error| Failure::usage(error.to_string()))?;
    let mut found: Vec<(Date, Value)> = Vec::new();
    for workspace in workspaces(session, workspace).await? {
        let values = [("workspaceId", workspace.into()), ("expand", json!(["renewalSchemaAndVersions", "user"]))];
        for item in rows(session, "v2::evidence_library::list", &values).await? {
            let Some(date) = at(&item, "renewalSchema.renewalDate").and_then(Value::as_str).and_then(day) else {
                continue;
            };
            if date <= end {
                let left = (date - today).get_days();
                found.push((
                    date,
                    json!({
                        "id": item["id"],
                        "name": item["name"],
                        "status": if date < today { "OVERDUE" } else { "DUE" },
                        "renewalDate": date.to_string(),
                        "days": left,
                        "owner": at(&item, "user.email"),
                        "workspaceId": workspace,
                    }),
                ));
            }
        }
    }
    found.sort_by_key(|(date, _)| *date);
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// The day of a date or a moment.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

async fn push(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let path = matches.get_one::<PathBuf>("path").cloned().unwrap_or_default();
    let file = upload(&path)?;
    let name = text("name").unwrap_or_default();
    let session = Session::open(globals).await?;
    let all = workspaces(&session, matches.get_one::<i64>("workspace").copied()).await?;
    let [workspace] = all[..] else {
        let all: Vec<String> = all.iter().map(i64::to_string).collect();
        return Err(Failure::usage(format!(
            "there are {} workspaces ({}): say which with --workspace",
            all.len(),
            all.join(", ")
        )));
    };
    let existing = find(&session, workspace, name).await?;
    let owner = match (text("owner"), &existing) {
        (Some(owner), _) => owner_id(&session, owner).await?,
        (None, Some(item)) => at(item, "user.id").cloned().filter(|id| !id.is_null()).ok_or_else(needs_owner)?,
        (None, None) => return Err(needs_owner()),
    };
    let kept = existing.as_ref().and_then(|item| at(item, "renewalSchema.renewalScheduleType")).and_then(Value::as_str);
    let renewal = text("renewal").or(kept).unwrap_or("ONE_YEAR").to_owned();
    let filed = text("filed").map_or_else(|| Timestamp::now().to_string(), str::to_owned);
    let mut controls: Vec<Value> = Vec::new();
    for control in existing.iter().flat_map(|item| item["controls"].as_array()).flatten() {
        controls.push(control["id"].clone());
    }
    let before = controls.len();
    for code in matches.get_many::<String>("control").into_iter().flatten() {
        let id = format!("code:{}", code.trim_start_matches("code:"));
        let control =
            one(&session, "v2::controls::get", &[("workspaceId", workspace.into()), ("controlId", id.into())]).await?;
        if !controls.contains(&control["id"]) {
            controls.push(control["id"].clone());
        }
    }
    let mut call = match &existing {
        Some(item) => {
            session.drata.operation("v2::evidence_library::update")?.set("evidenceLibraryId", item["id"].clone())
        }
        None => session.drata.operation("v2::evidence_library::create")?,
    };
    // An update without these is rejected, although they are there.
    call = call.set("workspaceId", workspace).field("name", name).field("ownerId", owner);
    call = call.field("renewalScheduleType", renewal.as_str()).field("filedAt", filed).file("file", file);
    if renewal == "CUSTOM"
        && let Some(date) = existing.as_ref().and_then(|item| at(item, "renewalSchema.renewalDate"))
    {
        call = call.field("renewalDate", date.clone());
    }
    if controls.len() > before || existing.is_none() && !controls.is_empty() {
        call = call.field("controlIds", Value::Array(controls));
    }
    if globals.dry_run {
        return dry_run(&session, &call);
    }
    session.allow_write("evidence push")?;
    let response = call.send().await?;
    let item = response.json()?;
    if !item.is_null() {
        session.screen.show(&item)?;
    }
    let what = if existing.is_some() { "a new version of" } else { "new evidence" };
    session.wrote(&format!("{what} {name:?} from {}", path.display())).await;
    Ok(())
}

fn needs_owner() -> Failure {
    Failure::usage("evidence with a file needs an owner: --owner EMAIL")
}

/// The item of exactly this name.
async fn find(session: &Session, workspace: i64, name: &str) -> Result<Option<Value>, Failure> {
    let expand = json!(["renewalSchemaAndVersions", "user", "controls"]);
    let values = [("workspaceId", workspace.into()), ("name", name.into()), ("expand", expand)];
    let alike = rows(session, "v2::evidence_library::list", &values).await?;
    let mut same = alike.into_iter().filter(|item| item["name"] == name);
    let first = same.next();
    match (first, same.next()) {
        (Some(first), Some(second)) => Err(Failure::usage(format!(
            "several items are called {name:?}, such as {} and {}: rename all but one, or use `drata evidence-library update`",
            first["id"], second["id"]
        ))),
        (first, _) => Ok(first),
    }
}

async fn owner_id(session: &Session, owner: &str) -> Result<Value, Failure> {
    if let Ok(id) = owner.parse::<i64>() {
        return Ok(id.into());
    }
    let user = one(session, "v2::users::get", &[("userId", format!("email:{owner}").into())]).await?;
    Ok(user["id"].clone())
}
