//! Which groups of people count for a workspace, and how many people that are.

use drata_contract::hash;
use serde_json::{Value, json};

use super::respond;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::Row;

/// Adds a group to the scope of a workspace.
pub(super) fn add(call: &Call<'_>) -> Result<Reply, Failure> {
    let (Some(workspace), Some(groups)) = (call.target(), call.world.catalog.kinds().by_key("groups")) else {
        return super::plan::answer(call);
    };
    let number = call.payload.value.get("groupId").and_then(Value::as_u64).unwrap_or(0);
    let store = call.world.store();
    if !store.has(call.by(), Row { kind: groups, number }, None) {
        return Err(Failure::new(400, format!("no group has the id {number}")));
    }
    let side = call.world.catalog.relations.shown_by(workspace.kind, hash::text("group"));
    let known = side.map(|side| store.related(call.by(), side, workspace.number, workspace.number));
    if known.is_some_and(|known| known.has(number)) {
        return Err(Failure::new(409, format!("the group {number} is in the scope of the workspace already")));
    }
    drop(store);
    super::plan::answer(call)
}

/// Counts the people who are in a group of the workspace's scope, and all people.
pub(super) fn count(call: &Call<'_>) -> Result<Reply, Failure> {
    let store = call.world.store();
    let counts = call.target().and_then(|workspace| call.painter(&store).scoped_people(workspace));
    let Some((scoped, all)) = counts else { return super::plan::answer(call) };
    let (status, schema) = respond::success(call);
    let body = json!({ "scopedPersonnelCount": scoped, "totalPersonnelCount": all });
    Ok(Reply::json(status, body, schema))
}
