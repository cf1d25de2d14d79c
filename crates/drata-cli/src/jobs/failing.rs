//! `drata failing`: what is wrong, by kind.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::read::{rows, workspace_option, workspaces};
use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::output::fields::at;
use crate::session::Session;

/// Kinds of things that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Tests,
    Controls,
    Connections,
    Devices,
    Personnel,
}

impl View {
    pub(crate) const ALL: [Self; 5] = [Self::Tests, Self::Controls, Self::Connections, Self::Devices, Self::Personnel];
    pub(crate) const NAMES: [&str; 5] = ["tests", "controls", "connections", "devices", "personnel"];

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }
}

/// The argument that names a kind.
pub(super) fn view_argument() -> Arg {
    Arg::new("view")
        .required(true)
        .value_name("WHAT")
        .value_parser(PossibleValuesParser::new(View::NAMES))
        .help("What to look at")
}

pub(super) fn command() -> Command {
    Command::new("failing")
        .about(
            "Failing tests, controls that are not ready, broken connections, and devices and people out of compliance",
        )
        .arg(view_argument())
        .arg(workspace_option())
}

pub(super) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let session = Session::open(globals).await?;
    let view = view_of(matches)?;
    let found = failing(&session, view, matches.get_one::<i64>("workspace").copied()).await?;
    let mut out = session.screen.report()?;
    for row in &found {
        out.row(row)?;
    }
    out.finish()?;
    session.screen.note(format!("{} {} failing", found.len(), view.name()));
    Ok(())
}

pub(super) fn view_of(matches: &ArgMatches) -> Result<View, Failure> {
    let name = matches.get_one::<String>("view").map(String::as_str).unwrap_or_default();
    View::named(name).ok_or_else(|| Failure::usage(format!("{name:?} is none of {}", View::NAMES.join(", "))))
}

/// What is wrong now, each with an `id` that stays the same from run to run.
pub(crate) async fn failing(session: &Session, view: View, workspace: Option<i64>) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    match view {
        View::Tests => {
            for workspace in workspaces(session, workspace).await? {
                for status in ["FAILED", "ERROR"] {
                    let values = [("workspaceId", workspace.into()), ("checkResultStatus", status.into())];
                    let tests = rows(session, "v2::monitoring_tests::list", &values).await?;
                    // A test that is switched off is nobody's work.
                    let on = tests
                        .iter()
                        .filter(|test| !matches!(test["checkStatus"].as_str(), Some("DISABLED" | "UNUSED")));
                    found.extend(on.map(|test| {
                        json!({
                            "id": format!("{workspace}/{}", test["testId"]),
                            "name": test["name"],
                            "status": test["checkResultStatus"],
                            "failedSince": test["failedSince"],
                            "testId": test["testId"],
                            "workspaceId": workspace,
                        })
                    }));
                }
            }
        }
        View::Controls => {
            for workspace in workspaces(session, workspace).await? {
                let values =
                    [("workspaceId", workspace.into()), ("isReady", false.into()), ("isArchived", false.into())];
                for control in rows(session, "v2::controls::list", &values).await? {
                    found.push(json!({
                        "id": format!("{workspace}/{}", control["id"]),
                        "code": control["code"],
                        "name": control["name"],
                        "status": "NOT_READY",
                        "workspaceId": workspace,
                    }));
                }
            }
        }
        View::Connections => {
            for connection in rows(session, "v1::connections::list", &[]).await? {
                let misconfigured = connection["state"] == "MISCONFIGURED";
                let lost = connection["connected"] == false && !connection["failedAt"].is_null();
                if misconfigured || lost {
                    found.push(json!({
                        "id": connection["id"],
                        "clientType": connection["clientType"],
                        "status": if misconfigured { "MISCONFIGURED" } else { "DISCONNECTED" },
                        "failedAt": connection["failedAt"],
                        "alias": connection["clientAlias"],
                    }));
                }
            }
        }
        View::Devices => {
            for device in rows(session, "v2::devices::list", &[]).await? {
                if device["isDeviceCompliant"] == false && device["deletedAt"].is_null() {
                    found.push(json!({
                        "id": device["id"],
                        "model": device["model"],
                        "serialNumber": device["serialNumber"],
                        "status": "NON_COMPLIANT",
                        "lastCheckedAt": device["lastCheckedAt"],
                        "personnelId": device["personnelId"],
                    }));
                }
            }
        }
        View::Personnel => {
            let values = [
                ("complianceStatus", json!(["FAIL"])),
                ("employmentStatus", json!(["CURRENT_EMPLOYEE", "CURRENT_CONTRACTOR"])),
                ("expand", json!(["user", "complianceChecks"])),
            ];
            for person in rows(session, "v2::personnel::list", &values).await? {
                let checks = person["complianceChecks"].as_array();
                let failed = checks.into_iter().flatten().filter(|check| check["status"] == "FAIL");
                // The filter of the service is not to be relied on.
                if checks_are_fine(&person) {
                    continue;
                }
                let failed: Vec<Value> = failed.map(|check| check["type"].clone()).collect();
                found.push(json!({
                    "id": person["id"],
                    "email": at(&person, "user.email"),
                    "failedChecks": failed,
                    "status": "FAIL",
                    "employmentStatus": person["employmentStatus"],
                }));
            }
        }
    }
    Ok(found)
}

/// Whether a person's checks are there, and none of them failed.
fn checks_are_fine(person: &Value) -> bool {
    let checks = person["complianceChecks"].as_array();
    checks.is_some_and(|checks| !checks.is_empty() && checks.iter().all(|check| check["status"] != "FAIL"))
}
