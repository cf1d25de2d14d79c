//! The life of a policy: versions, their approval, who reviews them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::respond;
use super::write;
use crate::contract::resource::KindId;
use crate::data::painter::View;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::{Row, Within, Written};
use crate::state::store::Store;

const VERSIONS: &str = "policies/policy-versions";
const REVIEWS: &str = "policies/approval-configuration";

/// How long a policy takes no action after it was submitted.
const SETTLING: SignedDuration = SignedDuration::from_secs(5);

/// Adds a policy and its first version, a draft.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = call.payload.properties();
    let mut store = call.world.store_mut();
    let row = write::create(call, &mut store, kind(call, "policies")?, None, &body)?;
    store.set(row, "status", "ACTIVE");
    version(call, &mut store, row, &body, "DRAFT")?;
    drop(store);
    Ok(respond::row(call, row))
}

/// Adds the next version of a policy that has a published one.
pub(super) fn create_version(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(policy) = call.target() else { return super::plan::answer(call) };
    let body = call.payload.properties();
    let is_true = |name: &str| matches!(body.get(name), Some(Value::Bool(true)));
    let mut store = call.world.store_mut();
    let versions = versions(call, &store, policy)?;
    if !versions.iter().any(|row| status(&store, *row) == "PUBLISHED") {
        return Err(Failure::new(404, "the policy has no published version to follow"));
    }
    let status =
        if is_true("isMaterialChange") || is_true("requiresApproval") { "NEEDS_APPROVAL" } else { "PUBLISHED" };
    let row = version(call, &mut store, policy, &body, status)?;
    drop(store);
    Ok(respond::row(call, row))
}

fn version(call: &Call<'_>, store: &mut Store, policy: Row, body: &Written, status: &str) -> Result<Row, Failure> {
    let mut body = body.clone();
    body.remove("name");
    body.insert("policyVersionStatus".to_owned(), status.into());
    body.insert("status".to_owned(), status.into());
    if status == "PUBLISHED" {
        body.insert("publishedAt".to_owned(), call.world.now());
    }
    let row = write::create(call, store, kind(call, VERSIONS)?, Some(policy.number), &body)?;
    call.payload.files.first().into_iter().for_each(|file| write::keep_file(store, row, file));
    Ok(row)
}

/// The actions that the last version of a policy takes.
fn available(status: &str) -> &'static [&'static str] {
    match status {
        "DRAFT" => &["SubmitForApproval", "ResetToTemplate", "Discard"],
        "NEEDS_APPROVAL" => &["OverrideApprove", "RequestChanges", "Discard"],
        "APPROVED" => &["Publish", "Discard"],
        _ => &[],
    }
}

/// Lists what can be done with a policy now.
pub(super) fn actions(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(policy) = call.target() else { return super::plan::answer(call) };
    let store = call.world.store();
    let last = last(call, &store, policy)?;
    let is_busy = store.memory.busy.get(&policy).is_some_and(|until| *until > call.world.clock.now());
    let status = last.map_or_else(String::new, |row| status(&store, row));
    let names = available(&status).iter().filter(|_| !is_busy);
    let items =
        names.map(|name| json!({ "action": name, "label": name, "description": format!("{name} this version") }));
    let (code, schema) = respond::success(call);
    Ok(Reply::json(code, json!({ "data": items.collect::<Vec<_>>() }), schema))
}

/// Takes a version one step further.
pub(super) fn act(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(policy) = call.target() else { return super::plan::answer(call) };
    let action = call.payload.value.get("action").and_then(Value::as_str).unwrap_or_default();
    let (code, schema) = respond::success(call);
    let mut store = call.world.store_mut();
    let now = call.world.clock.now();
    let is_busy = store.memory.busy.get(&policy).is_some_and(|until| *until > now);
    let last = last(call, &store, policy)?;
    let last = last.filter(|row| !is_busy && available(&status(&store, *row)).contains(&action));
    let Some(row) = last else {
        let why =
            format!("{action} is not available for the current resource state; GET the actions and try again later");
        return Err(Failure::new(400, why));
    };
    let (status, moment) = match action {
        "SubmitForApproval" => ("NEEDS_APPROVAL", None),
        "OverrideApprove" => ("APPROVED", Some("approvedAt")),
        "Publish" => ("PUBLISHED", Some("publishedAt")),
        "RequestChanges" | "ResetToTemplate" => ("DRAFT", None),
        _ => ("DISCARDED", None),
    };
    store.set(row, "policyVersionStatus", status);
    store.set(row, "updatedAt", call.world.now());
    moment.into_iter().for_each(|moment| store.set(row, moment, call.world.now()));
    if action == "ResetToTemplate" {
        // Without a file of its own a version is the document that the sandbox makes up: the template.
        store.files.remove(row);
    }
    if action == "SubmitForApproval" {
        let until = now.checked_add(SETTLING).unwrap_or(now);
        store.memory.busy.insert(policy, until);
    }
    let message = format!("the version is {status}");
    Ok(Reply::json(code, json!({ "success": true, "newStatus": status, "message": message }), schema))
}

/// Who reviews a policy, in their order.
pub(super) fn reviews(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(policy) = call.target() else { return super::plan::answer(call) };
    let (code, schema) = respond::success(call);
    let store = call.world.store();
    let schemas = &call.world.catalog.schemas;
    let groups = schema.and_then(|schema| schemas.object(schema)?.property("reviewGroups"));
    let items = groups.and_then(|groups| schemas.items(groups.schema));
    let painter = call.painter(&store);
    let rows = tiers(call, &store, policy)?;
    let paint = |row| items.map_or(Value::Null, |items| painter.row(row, items, View::default()));
    Ok(Reply::json(code, json!({ "reviewGroups": rows.into_iter().map(paint).collect::<Vec<_>>() }), schema))
}

/// Adds a group of reviewers after the others.
pub(super) fn add_review(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(policy) = call.target() else { return super::plan::answer(call) };
    let mut store = call.world.store_mut();
    let body = call.payload.properties();
    let row = write::create(call, &mut store, kind(call, REVIEWS)?, Some(policy.number), &body)?;
    drop(store);
    Ok(respond::row(call, row))
}

/// Changes the group of reviewers at a place in their order.
pub(super) fn change_review(call: &Call<'_>) -> Result<Reply, Failure> {
    let row = tier(call)?;
    write::apply(call, &mut call.world.store_mut(), row, &call.payload.properties())?;
    Ok(respond::row(call, row))
}

/// Removes the group of reviewers at a place in their order; those after it move up.
pub(super) fn remove_review(call: &Call<'_>) -> Result<Reply, Failure> {
    let row = tier(call)?;
    call.world.store_mut().delete(call.by(), row, None);
    Ok(Reply::empty(respond::success(call).0))
}

fn tier(call: &Call<'_>) -> Result<Row, Failure> {
    let text = call.path.last().map_or("", String::as_str);
    let missing = || Failure::missing("policies/approval-configuration", text);
    let policy = call.anchors.first().copied().ok_or_else(missing)?;
    let rows = tiers(call, &call.world.store(), policy)?;
    let place = text.parse::<usize>().ok().and_then(|tier| tier.checked_sub(1)).ok_or_else(missing)?;
    rows.get(place).copied().ok_or_else(missing)
}

fn tiers(call: &Call<'_>, store: &Store, policy: Row) -> Result<Vec<Row>, Failure> {
    below(call, store, policy, REVIEWS)
}

fn versions(call: &Call<'_>, store: &Store, policy: Row) -> Result<Vec<Row>, Failure> {
    below(call, store, policy, VERSIONS)
}

fn last(call: &Call<'_>, store: &Store, policy: Row) -> Result<Option<Row>, Failure> {
    let kind = kind(call, VERSIONS)?;
    let last = store.numbers(call.by(), kind, Within::parent(policy.number)).iter().next_back();
    Ok(last.map(|number| Row { kind, number }))
}

fn below(call: &Call<'_>, store: &Store, policy: Row, key: &str) -> Result<Vec<Row>, Failure> {
    let kind = kind(call, key)?;
    Ok(store
        .numbers(call.by(), kind, Within::parent(policy.number))
        .iter()
        .map(|number| Row { kind, number })
        .collect())
}

/// The status of a version; those that nobody has touched are published.
fn status(store: &Store, row: Row) -> String {
    let written = store.written(row).and_then(|written| written.get("policyVersionStatus")?.as_str());
    written.unwrap_or("PUBLISHED").to_owned()
}

fn kind(call: &Call<'_>, key: &str) -> Result<KindId, Failure> {
    call.world.catalog.kinds().by_key(key).ok_or_else(|| Failure::new(404, format!("the contract has no {key}")))
}
