//! People of an HRIS connection, many at a time; each has an outcome of its own.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::contract::resource::KindId;
use crate::data::painter::View;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::{Row, Within};
use crate::state::store::Store;

const KEY: &str = "connections/hris-user-identities";

/// Creates people that are new by their `identityId` and changes the others: only what is sent, and null clears.
pub(super) fn upsert(call: &Call<'_>) -> Result<Reply, Failure> {
    let kind = call.world.catalog.kinds().by_key(KEY);
    let (Some(kind), Some(connection)) = (kind, call.target()) else { return super::plan::answer(call) };
    let mut known = known(call, kind, connection.number);
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for (place, sent) in call.payload.value.as_array().into_iter().flatten().enumerate() {
        if let Some(problem) = call.payload.refused.get(&place) {
            items.push(refused(problem.clone()));
            continue;
        }
        let Some(sent) = sent.as_object() else { continue };
        let identity = sent.get("identityId").and_then(Value::as_str).unwrap_or_default();
        if identity.is_empty() {
            items.push(refused("identityId must not be empty".to_owned()));
            continue;
        }
        if !seen.insert(identity) {
            items.push(refused(format!("identityId {identity:?} comes twice in this batch")));
            continue;
        }
        items.push(match known.get(identity) {
            Some(row) => change(call, *row, sent),
            None => {
                let mut written = sent.clone();
                written.insert("createdAt".to_owned(), call.world.now());
                written.insert("updatedAt".to_owned(), call.world.now());
                let row = call.world.store_mut().create(kind, Some(connection.number), written);
                known.insert(identity.to_owned(), row);
                json!({ "statusCode": 201, "data": paint(call, &call.world.store(), row) })
            }
        });
    }
    let every = |status: u64| items.iter().all(|item| item["statusCode"] == status);
    let status = match (every(201), items.iter().any(|item| item.get("error").is_some())) {
        (true, _) => 201,
        (false, true) => 207,
        (false, false) => 200,
    };
    Ok(Reply::json(status, items.into(), call.operation.answer(status).and_then(|answer| answer.json())))
}

/// The rows of a connection by their `identityId`.
fn known(call: &Call<'_>, kind: KindId, connection: u64) -> HashMap<String, Row> {
    let store = call.world.store();
    let rows = store.numbers(call.by(), kind, Within::parent(connection));
    let rows = rows.iter().map(|number| Row { kind, number });
    let named = rows.map(|row| (paint(call, &store, row)["identityId"].as_str().unwrap_or_default().to_owned(), row));
    named.collect()
}

fn change(call: &Call<'_>, row: Row, sent: &Map<String, Value>) -> Value {
    let before = paint(call, &call.world.store(), row);
    let changed = sent.iter().any(|(name, value)| before.get(name) != Some(value));
    if !changed {
        return json!({ "statusCode": 200, "data": null });
    }
    let moves_separation = sent
        .get("separatedAt")
        .is_some_and(|new| !new.is_null() && before.get("separatedAt").is_some_and(|old| !old.is_null() && old != new));
    if moves_separation {
        return refused("separatedAt is set already; clear it with null before setting another".to_owned());
    }
    let mut written = sent.clone();
    written.insert("updatedAt".to_owned(), call.world.now());
    call.world.store_mut().write(row, written);
    json!({ "statusCode": 200, "data": paint(call, &call.world.store(), row) })
}

fn refused(message: String) -> Value {
    json!({ "statusCode": 400, "data": null, "error": { "message": message } })
}

fn paint(call: &Call<'_>, store: &Store, row: Row) -> Value {
    let schema = call.world.catalog.kinds().get(row.kind).schema;
    schema.map_or(Value::Null, |schema| call.painter(store).row(row, schema, View::default()))
}
