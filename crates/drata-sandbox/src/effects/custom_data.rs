//! Records of custom connections: written one by one, or replaced as a whole in a session.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::respond;
use super::write;
use crate::contract::operation::ApiVersion;
use crate::data::coerce::text;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::{Row, Within, Written};
use crate::state::store::Store;

const RECORDS: &str = "connections/resources/records";
const RESOURCES: &str = "connections/resources";
const SESSIONS: &str = "connections/resources/sessions";

/// Adds a connection and the resource that holds its records.
pub(super) fn connect(call: &Call<'_>) -> Result<Reply, Failure> {
    let kinds = call.world.catalog.kinds();
    let (Some(connections), Some(resources)) = (kinds.by_key("connections"), kinds.by_key(RESOURCES)) else {
        return super::plan::answer(call);
    };
    let body = call.payload.properties();
    let mut store = call.world.store_mut();
    let row = write::create(call, &mut store, connections, None, &body)?;
    for (name, value) in [("state", json!("ACTIVE")), ("connected", json!(true)), ("connectedAt", call.world.now())] {
        store.set(row, name, value);
    }
    let resource = Written::from_iter([
        ("name".to_owned(), body.get("name").cloned().unwrap_or_default()),
        ("schema".to_owned(), body.get("schema").or_else(|| body.get("sampleData")).cloned().unwrap_or(json!({}))),
        ("createdAt".to_owned(), call.world.now()),
        ("updatedAt".to_owned(), call.world.now()),
    ]);
    store.create(resources, Some(row.number), resource);
    drop(store);
    Ok(respond::row(call, row))
}

/// Writes records at once; version 1 may name a session in its headers instead.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Failure> {
    let resource = resource(call)?;
    let Some(session) = call.parameters.text("x-session-id").map(str::to_owned) else {
        let mut store = call.world.store_mut();
        let active = sessions(call, &store, resource).into_iter().find(|row| status(&store, *row) == "ACTIVE");
        let active = active.map_or(Value::Null, |row| written_text(&store, row, "sessionId").into());
        return Ok(results(call, upsert(call, &mut store, resource, records(call), &active)));
    };
    let is_set = |name| call.parameters.text(name) == Some("true");
    if is_set("x-session-abort") {
        let mut store = call.world.store_mut();
        let row = open(call, &mut store, resource, &session)?;
        cancel(call, &mut store, row);
        return Ok(results(call, Vec::new()));
    }
    let reply = stage(call, resource, &session)?;
    if is_set("x-session-complete") {
        let mut store = call.world.store_mut();
        let row = open(call, &mut store, resource, &session)?;
        complete(call, &mut store, resource, row)?;
    }
    Ok(reply)
}

/// Adds records to a session; the first call makes it.
pub(super) fn upload(call: &Call<'_>) -> Result<Reply, Failure> {
    let session = call.path.last().map_or("", String::as_str);
    stage(call, resource(call)?, session)
}

/// Completes a session or cancels it.
pub(super) fn act(call: &Call<'_>) -> Result<Reply, Failure> {
    let resource = resource(call)?;
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let mut store = call.world.store_mut();
    let state = match status(&store, row) {
        written if !written.is_empty() => written,
        _ => seeded_status(call, &store, row.number),
    };
    if state != "IN_PROGRESS" {
        return Err(Failure::new(
            409,
            format!("the session is {state}; only one in progress can be completed or cancelled"),
        ));
    }
    let action = call.payload.value.get("action").and_then(Value::as_str).unwrap_or_default();
    match action {
        "complete" => complete(call, &mut store, resource, row)?,
        _ => cancel(call, &mut store, row),
    }
    let (code, schema) = respond::success(call);
    let body = json!({
        "sessionId": call.path.last(),
        "status": status(&store, row),
        "action": action,
        "connectionId": call.anchors.first().map(|row| row.number),
        "resourceId": resource,
    });
    Ok(Reply::json(code, body, schema))
}

/// Replaces the data of one record.
pub(super) fn update(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return super::plan::answer(call) };
    let mut written = Written::new();
    let data = call.payload.value.get("data").cloned().unwrap_or(Value::Null);
    written.insert("attributes".to_owned(), data);
    written.insert("updatedAt".to_owned(), call.world.now());
    call.world.store_mut().write(row, written);
    Ok(respond::row(call, row))
}

/// The number of the resource that the path names.
fn resource(call: &Call<'_>) -> Result<u64, Failure> {
    call.anchors.get(1).map(|row| row.number).ok_or_else(|| Failure::new(404, "no such resource"))
}

/// The records of a body: one or several.
fn records(call: &Call<'_>) -> Vec<Value> {
    match call.payload.value.get("data") {
        Some(Value::Array(records)) => records.clone(),
        Some(record) => vec![record.clone()],
        None => Vec::new(),
    }
}

/// Writes records over those of the same id.
fn upsert(call: &Call<'_>, store: &mut Store, resource: u64, records: Vec<Value>, session: &Value) -> Vec<Value> {
    let Some(kind) = call.world.catalog.kinds().by_key(RECORDS) else { return Vec::new() };
    let place = Row { kind, number: resource };
    let own = store.created(call.by(), kind).map(|number| Row { kind, number });
    let own = own.filter(|row| store.parent(*row) == Some(resource));
    let mut known: HashMap<_, _> = own.map(|row| (written_text(store, row, "id"), row)).collect();
    records.into_iter().map(|record| upsert_one(call, store, place, &mut known, record, session)).collect()
}

/// `place` holds the kind of the records and the number of their resource, `known` its records by their ids.
fn upsert_one(
    call: &Call<'_>,
    store: &mut Store,
    place: Row,
    known: &mut HashMap<String, Row>,
    record: Value,
    session: &Value,
) -> Value {
    let data = match checked(&record) {
        Ok(data) => data,
        Err(refused) => return refused,
    };
    let id = text(&data["id"]);
    let before = known.get(&id).copied();
    let now = call.world.now();
    let mut written = Written::new();
    written.insert("id".to_owned(), id.clone().into());
    written.insert("attributes".to_owned(), Value::Object(data.clone()));
    written.insert("sessionId".to_owned(), session.clone());
    written.insert("updatedAt".to_owned(), now.clone());
    let created = before.and_then(|row| store.written(row)?.get("createdAt").cloned()).unwrap_or_else(|| now.clone());
    written.insert("createdAt".to_owned(), created.clone());
    match before {
        Some(row) => store.write(row, written),
        None => drop(known.insert(id.clone(), store.create(place.kind, Some(place.number), written))),
    }
    let code = if before.is_some() { 200 } else { 201 };
    json!({ "id": id, "createdAt": created, "updatedAt": now, "statusCode": code, "data": data })
}

/// A record that can be stored, or the outcome that refuses it.
fn checked(record: &Value) -> Result<Map<String, Value>, Value> {
    let refused = |message: &str| {
        // The service says 201 here too; only the error tells.
        json!({ "statusCode": 201, "error": { "message": message, "code": 28_022 } })
    };
    let Some(data) = record.as_object() else { return Err(refused("a record must be an object")) };
    match data.get("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(data.clone()),
        Some(Value::Number(_)) => Ok(data.clone()),
        _ => Err(refused("id is required: a text or a number that names the record")),
    }
}

/// Keeps records for a session until it is completed.
fn stage(call: &Call<'_>, resource: u64, session: &str) -> Result<Reply, Failure> {
    let mut store = call.world.store_mut();
    let row = open(call, &mut store, resource, session)?;
    let now = call.world.now();
    let mut kept = Vec::new();
    let outcomes = records(call).into_iter().map(|record| match checked(&record) {
        Ok(data) => {
            kept.push(record);
            let id = text(&data["id"]);
            json!({ "id": id, "createdAt": now, "updatedAt": now, "statusCode": 201, "data": data })
        }
        Err(refused) => refused,
    });
    let outcomes = outcomes.collect();
    if !kept.is_empty() {
        store.memory.staged.entry(row.number).or_default().extend(kept);
    }
    Ok(results(call, outcomes))
}

/// The session of this name, in progress; made when it is new.
fn open(call: &Call<'_>, store: &mut Store, resource: u64, session: &str) -> Result<Row, Failure> {
    let length = session.chars().count();
    let allowed = session.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !(3..=64).contains(&length) || !allowed {
        return Err(Failure::new(400, "sessionId must be 3 to 64 letters, digits, hyphens or underscores"));
    }
    let all = sessions(call, store, resource);
    // A seeded session that was left in progress is gone on with.
    let seeded = call.anchors.get(2).filter(|row| row.number > 0 && !store.is_created(**row));
    if let Some(row) = seeded.filter(|row| status(store, **row) == "IN_PROGRESS") {
        return Ok(*row);
    }
    if let Some(row) = all.iter().copied().find(|row| written_text(store, *row, "sessionId") == session) {
        return match status(store, row).as_str() {
            "IN_PROGRESS" => Ok(row),
            state => Err(Failure::new(409, format!("the session {session} is {state} and takes no more records"))),
        };
    }
    if all.iter().any(|row| status(store, *row) == "IN_PROGRESS") {
        return Err(Failure::new(409, "another session of this resource is in progress; complete or cancel it first"));
    }
    let Some(kind) = call.world.catalog.kinds().by_key(SESSIONS) else { return Err(Failure::new(404, "no sessions")) };
    let mut written = Written::new();
    for (name, value) in [
        ("sessionId", session.into()),
        ("status", "IN_PROGRESS".into()),
        ("createdAt", call.world.now()),
        ("updatedAt", call.world.now()),
        ("connectionId", call.anchors.first().map(|row| row.number).into()),
        ("customResourceId", resource.into()),
    ] {
        written.insert(name.to_owned(), value);
    }
    Ok(store.create(kind, Some(resource), written))
}

/// Makes the session the one that counts: every record that is not in it goes.
fn complete(call: &Call<'_>, store: &mut Store, resource: u64, row: Row) -> Result<(), Failure> {
    if !store.is_created(row) && !store.memory.staged.contains_key(&row.number) {
        // Nobody knows what a seeded session holds, so its completion changes nothing else.
        mark(call, store, row, "ACTIVE", Some("activatedAt"));
        return Ok(());
    }
    let staged = store.memory.staged.remove(&row.number).unwrap_or_default();
    if staged.is_empty() {
        return Err(Failure::new(422, "the session has no records; completing it would delete everything"));
    }
    let Some(kind) = call.world.catalog.kinds().by_key(RECORDS) else { return Ok(()) };
    let before: Vec<_> = store.numbers(call.by(), kind, Within::parent(resource)).iter().collect();
    for number in before {
        // Version 1 writes records that only version 2 lists: they are gone for both.
        store.delete(ApiVersion::V1, Row { kind, number }, None);
        store.delete(ApiVersion::V2, Row { kind, number }, None);
    }
    for other in sessions(call, store, resource) {
        if status(store, other) == "ACTIVE" {
            mark(call, store, other, "ARCHIVED", None);
        }
    }
    let session = written_text(store, row, "sessionId").into();
    upsert(call, store, resource, staged, &session);
    mark(call, store, row, "ACTIVE", Some("activatedAt"));
    Ok(())
}

fn cancel(call: &Call<'_>, store: &mut Store, row: Row) {
    store.memory.staged.remove(&row.number);
    mark(call, store, row, "CANCELED", Some("canceledAt"));
}

fn mark(call: &Call<'_>, store: &mut Store, row: Row, status: &str, moment: Option<&str>) {
    let mut written = Written::new();
    written.insert("status".to_owned(), status.into());
    written.insert("updatedAt".to_owned(), call.world.now());
    written.extend(moment.map(|moment| (moment.to_owned(), call.world.now())));
    store.write(row, written);
}

/// The sessions that requests have made for a resource; seeded ones stand in nobody's way.
fn sessions(call: &Call<'_>, store: &Store, resource: u64) -> Vec<Row> {
    let Some(kind) = call.world.catalog.kinds().by_key(SESSIONS) else { return Vec::new() };
    let all = store.numbers(call.by(), kind, Within::parent(resource));
    let all = all.iter().map(|number| Row { kind, number });
    all.filter(|row| store.is_created(*row)).collect()
}

/// The status of a session that no request has touched.
fn seeded_status(call: &Call<'_>, store: &Store, number: u64) -> String {
    let kind = call.world.catalog.kinds().by_key(SESSIONS);
    let schema = kind.and_then(|kind| call.world.catalog.kinds().get(kind).schema);
    let field = |(kind, schema)| call.painter(store).field(Row { kind, number }, schema, "status");
    kind.zip(schema).and_then(field).as_ref().map(text).unwrap_or_default()
}

fn status(store: &Store, row: Row) -> String {
    written_text(store, row, "status")
}

fn written_text(store: &Store, row: Row, name: &str) -> String {
    store.written(row).and_then(|written| written.get(name)).map(text).unwrap_or_default()
}

/// The outcomes: 201 when something is new, 200 when nothing is.
fn results(call: &Call<'_>, outcomes: Vec<Value>) -> Reply {
    let new = outcomes.iter().any(|outcome| outcome["statusCode"] == 201);
    let status = if new || call.operation.answer(200).is_none() { 201 } else { 200 };
    Reply::json(status, outcomes.into(), call.operation.answer(status).and_then(|answer| answer.json()))
}
