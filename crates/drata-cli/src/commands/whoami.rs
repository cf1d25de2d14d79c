//! `drata whoami` and `drata profiles`.

use clap::Command;
use drata_ext::Operation as _;
use serde_json::{Value, json};

use crate::args::globals::Globals;
use crate::config::{Config, KeySource};
use crate::failure::Failure;
use crate::output::Screen;
use crate::session::Session;

/// Operations that tell by their response whether the key may read an area; they need no identifier.
const PROBES: [&str; 14] = [
    "v2::company::get",
    "v2::workspaces::list",
    "v2::users::list",
    "v2::roles::list",
    "v2::personnel::list",
    "v2::devices::list",
    "v2::assets::list",
    "v2::vendors::list",
    "v2::policies::list",
    "v2::events::list",
    "v2::risk_registers::list",
    "v2::custom_connections::list",
    "v1::connections::list",
    "v1::controls::list",
];

pub(crate) fn whoami() -> Command {
    Command::new("whoami").about("The company, the region, and what the key may read as far as reading can tell")
}

pub(crate) fn profiles() -> Command {
    Command::new("profiles").about("The profiles that are set up")
}

pub(crate) async fn run(globals: &Globals) -> Result<(), Failure> {
    let session = Session::open(globals).await?;
    let mut may = Vec::new();
    let mut may_not = Vec::new();
    let mut plan = Vec::new();
    let mut company = Value::Null;
    for name in PROBES {
        let mut call = session.drata.operation(name)?;
        if let Some(paging) = &call.known().operation.paging {
            call = call.set(if paging.by_cursor { "size" } else { "limit" }, 1);
        }
        let permission = call.known().meta.permission_name;
        match call.max_attempts(2).send().await {
            Ok(response) => {
                may.push(permission);
                if name == PROBES[0] {
                    company = response.json()?;
                }
            }
            Err(error) if error.is_forbidden() => may_not.push(permission),
            Err(error) if error.is_plan_required() => plan.push(permission),
            Err(error) => return Err(error.into()),
        }
    }
    session.screen.show(&json!({
        "company": company["name"],
        "accountId": company["accountId"],
        "domain": company["domain"],
        "region": session.account.region,
        "by": session.account.by,
        "mayRead": may,
        "mayNotRead": may_not,
        "notInPlan": plan,
    }))
}

pub(crate) fn list(globals: &Globals) -> Result<(), Failure> {
    let config = Config::load()?;
    let mut rows = Screen::new(globals).report()?;
    for (name, profile) in &config.profiles {
        let key = match profile.source(name)? {
            KeySource::Command(command) => format!("command: {command}"),
            KeySource::File(path) => format!("file: {}", path.display()),
            KeySource::Keyring => "keyring".to_owned(),
        };
        rows.row(&json!({
            "name": name,
            "default": config.default.as_deref() == Some(name),
            "region": profile.region,
            "writes": profile.allow_writes,
            "key": key,
        }))?;
    }
    rows.finish()?;
    if config.profiles.is_empty() {
        Screen::new(globals).note("no profiles: `drata login` makes one");
    }
    Ok(())
}
