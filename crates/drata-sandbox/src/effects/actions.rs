//! Actions on a row whose meaning is in their names: what they change of it.

use serde_json::{Value, json};

use super::respond;
use super::write;
use crate::contract::relations::Side;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::{NOT_SIMULATED, Reply};
use crate::state::row::{Row, Within, Written};
use crate::state::store::Store;

/// Writes what an action means to the row that it is about.
fn set(call: &Call<'_>, store: &mut Store, row: Row, changes: &[(&str, Value)]) -> Result<(), Failure> {
    let body = changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    write::apply(call, store, row, &body)
}

fn action<'a>(call: &'a Call<'_>) -> &'a str {
    call.payload.value.get("action").and_then(Value::as_str).unwrap_or_default()
}

/// Puts a control in scope or out of it; one that is so already has nothing to answer with.
pub(super) fn control(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let out = action(call) == "markOutOfScope";
    let mut store = call.world.store_mut();
    let schema = call.world.catalog.kinds().get(row.kind).schema;
    let archived = schema.and_then(|schema| call.painter(&store).field(row, schema, "archivedAt"));
    let is_out = archived.is_some_and(|archived| !archived.is_null());
    if out == is_out && call.operation.answer(204).is_some() {
        return Ok(Reply::empty(204));
    }
    let archived = if out { call.world.now() } else { Value::Null };
    let rationale = call.payload.value.get("rationale").cloned().unwrap_or(Value::Null);
    set(call, &mut store, row, &[("archivedAt", archived), ("rationale", rationale)])?;
    drop(store);
    Ok(respond::row(call, row))
}

/// Completes a task or opens it again.
pub(super) fn task(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let (completed, status) = match action(call) {
        "complete" => (call.world.now(), "COMPLETED"),
        _ => (Value::Null, "UPCOMING"),
    };
    set(call, &mut call.world.store_mut(), row, &[("completedAt", completed), ("status", status.into())])?;
    Ok(respond::row(call, row))
}

/// Finalizes a review of a vendor or opens it again.
pub(super) fn review(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let mut body = Written::new();
    let status = if action(call) == "finalize" { "COMPLETED" } else { "IN_PROGRESS" };
    body.insert("status".to_owned(), status.into());
    let sent = |name: &str| call.payload.value.get(name).filter(|value| !value.is_null()).cloned();
    for name in ["decision", "note"] {
        body.extend(sent(name).map(|value| (name.to_owned(), value)));
    }
    if call.payload.value["resetDecision"] == true {
        body.insert("decision".to_owned(), Value::Null);
    }
    write::apply(call, &mut call.world.store_mut(), row, &body)?;
    let message = format!("the review is {status}");
    let (code, schema) = respond::success(call);
    Ok(Reply::json(code, json!({ "success": true, "newStatus": status, "message": message }), schema))
}

/// The actions that a review of a vendor takes.
pub(super) fn review_actions(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let store = call.world.store();
    let schema = call.world.catalog.kinds().get(row.kind).schema;
    let status = schema.and_then(|schema| call.painter(&store).field(row, schema, "status"));
    let done = status.as_ref().and_then(Value::as_str) == Some("COMPLETED");
    let (code, schema) = respond::success(call);
    let action = if done { "reopen" } else { "finalize" };
    Ok(Reply::json(code, json!({ "data": [{ "action": action }] }), schema))
}

/// Approves or denies a request for documents.
pub(super) fn decide(call: &Call<'_>, status: &str) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    set(call, &mut call.world.store_mut(), row, &[("status", status.into()), ("reviewedAt", call.world.now())])?;
    Ok(respond::row(call, row))
}

/// Turns something of an identity on: what `INFRASTRUCTURE_ADMIN_ACCESS` turns on is told by `adminAccess`, since when.
/// The contract has no word for what is off.
pub(super) fn toggle(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let field = call.payload.value.get("toggleField").and_then(Value::as_str).unwrap_or_default();
    let schemas = &call.world.catalog.schemas;
    let object = respond::success(call).1.and_then(|schema| schemas.object(schema));
    let is_meant = |name: &str| {
        let upper = name.chars().fold(String::new(), |mut all, letter| {
            if letter.is_ascii_uppercase() {
                all.push('_');
            }
            all.push(letter.to_ascii_uppercase());
            all
        });
        field.strip_suffix(&upper).is_some_and(|start| start.ends_with('_'))
    };
    let meant = object.and_then(|object| object.properties.iter().find(|property| is_meant(&property.name)));
    let on = call.payload.value["toggle"] == true;
    let Some(meant) = meant.filter(|_| on) else {
        return Ok(respond::row(call, row).with_header(NOT_SIMULATED.0, NOT_SIMULATED.1));
    };
    set(call, &mut call.world.store_mut(), row, &[(&*meant.name, call.world.now())])?;
    Ok(respond::row(call, row))
}

/// Notes that a user has accepted a policy.
pub(super) fn acknowledge(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    write::apply(call, &mut call.world.store_mut(), row, &call.payload.properties())?;
    Ok(respond::row(call, row))
}

/// Says who owns a policy.
pub(super) fn own(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let owner = call.payload.value.get("userId").cloned().unwrap_or(Value::Null);
    set(call, &mut call.world.store_mut(), row, &[("ownerId", owner)])?;
    Ok(respond::row(call, row))
}

/// Notes a background check of a user; the response is about the person that the user is.
pub(super) fn check_background(call: &Call<'_>) -> Result<Reply, Failure> {
    let kinds = call.world.catalog.kinds();
    let (Some(users), Some(personnel)) = (kinds.by_key("users"), kinds.by_key("personnel")) else {
        return super::plan::answer(call);
    };
    let body = call.payload.properties();
    let mut store = call.world.store_mut();
    if let Some(key) = body.get("fileKey").and_then(Value::as_str)
        && store.files.upload(key).is_none_or(|upload| upload.purpose != "background_check")
    {
        return Err(Failure::new(400, format!("fileKey {key:?} names no upload for a background check")));
    }
    let number = body.get("userId").and_then(Value::as_u64).or(call.target().map(|row| row.number)).unwrap_or(0);
    let user = Row { kind: users, number };
    if !store.has(call.by(), user, None) {
        return Err(Failure::missing("users", &number.to_string()));
    }
    let check = json!({
        "id": number, "userId": number, "url": body.get("url"), "manualCheckUrl": body.get("url"),
        "manualCheckDate": body.get("filedAt"), "filedAt": body.get("filedAt"), "status": "COMPLETED",
    });
    store.set(user, "backgroundChecks", json!([check]));
    let side = call.world.catalog.relations.shown_by(personnel, drata_contract::hash::text("user"));
    let people = side.map(|side| store.related(call.by(), Side { is_back: true, ..side }, number, 1));
    let person = people.and_then(|people| people.iter().next());
    let person = person.ok_or_else(|| Failure::missing("personnel", &number.to_string()))?;
    drop(store);
    Ok(respond::row(call, Row { kind: personnel, number: person }))
}

/// How many people an action was done to; what it starts is work in the background.
pub(super) fn people(call: &Call<'_>) -> Result<Reply, Failure> {
    let named = call.payload.value.get("personnelIds").and_then(Value::as_array).map(Vec::len);
    let all = || {
        let kind = call.world.catalog.kinds().by_key("personnel")?;
        usize::try_from(call.world.store().numbers(call.by(), kind, Within::ALL).count()).ok()
    };
    let count = named.filter(|_| action(call) != "reset-sync-all").or_else(all).unwrap_or(0);
    let (status, schema) = respond::success(call);
    Ok(Reply::json(status, json!({ "count": count }), schema))
}
