//! What jobs read: rows of named lists, totals, workspaces.

use clap::Arg;
use drata_ext::Operation as _;
use serde_json::Value;

use crate::failure::Failure;
use crate::session::Session;

/// Values of a call, by their names on the wire.
pub(super) type Values<'a> = &'a [(&'a str, Value)];

/// `--workspace`, on jobs that work on one or on all.
pub(super) fn workspace_option() -> Arg {
    Arg::new("workspace")
        .long("workspace")
        .value_name("ID")
        .value_parser(crate::args::values::id)
        .help("Only this workspace; all by default")
}

/// The workspaces to work on.
pub(super) async fn workspaces(session: &Session, only: Option<i64>) -> Result<Vec<i64>, Failure> {
    if let Some(only) = only {
        return Ok(vec![only]);
    }
    let all = rows(session, "v2::workspaces::list", &[]).await?;
    Ok(all.iter().filter_map(|workspace| workspace["id"].as_i64()).collect())
}

/// All rows of a list.
pub(super) async fn rows(session: &Session, name: &str, values: Values<'_>) -> Result<Vec<Value>, Failure> {
    let mut call = session.drata.operation(name)?;
    for (name, value) in values {
        call = call.set(name, value.clone());
    }
    let mut items = call.rows()?;
    let mut all = Vec::new();
    while let Some(row) = items.next().await {
        all.push(row?);
    }
    Ok(all)
}

/// How many rows a list has, without reading them.
pub(super) async fn total(session: &Session, name: &str, values: Values<'_>) -> Result<u64, Failure> {
    let mut call = session.drata.operation(name)?;
    for (name, value) in values {
        call = call.set(name, value.clone());
    }
    let Some(paging) = &call.known().operation.paging else {
        return Ok(rows(session, name, values).await?.len() as u64);
    };
    let by_cursor = paging.by_cursor;
    call = if by_cursor { call.set("size", 1).set("includeTotalCount", true) } else { call.set("limit", 1) };
    let way = paging.total.clone().unwrap_or_default();
    let page = call.max_attempts(4).send().await?.json()?;
    let total = way.iter().try_fold(&page, |value, step| value.get(step)).and_then(Value::as_u64);
    match total {
        Some(total) => Ok(total),
        // Where the service does not count, we do.
        None => Ok(rows(session, name, values).await?.len() as u64),
    }
}

/// One response as JSON.
pub(super) async fn one(session: &Session, name: &str, values: Values<'_>) -> Result<Value, Failure> {
    let mut call = session.drata.operation(name)?;
    for (name, value) in values {
        call = call.set(name, value.clone());
    }
    Ok(call.send().await?.json()?)
}
