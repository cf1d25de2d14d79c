//! Whole lists of owners, replaced or cleared at once.

use crate::effects::plans;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::store::Row;

/// Replaces the owners of the control that the path names.
pub(super) fn replace(call: &Call<'_>) -> Result<Reply, Failure> {
    let kinds = &call.world.catalog.kinds;
    let (Some(control), Some(owners)) =
        (call.target(), kinds.by_key("controls/owners").or(kinds.by_key("controls/users")))
    else {
        return plans::answer(call);
    };
    let wanted = owners_of(call);
    let users = kinds.get(owners).members_of;
    let mut store = call.world.store_mut();
    let unknown = wanted
        .iter()
        .find(|number| !users.is_some_and(|kind| store.has(call.by(), Row { kind, number: **number }, None)));
    if let Some(number) = unknown {
        return Err(Failure::missing("users", &number.to_string()));
    }
    store.set_members(owners, control.number, wanted);
    drop(store);
    Ok(plans::nested(call, owners))
}

/// Removes owners from several controls.
pub(super) fn clear(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(owners) = call.world.catalog.kinds.by_key("controls/owners") else { return plans::answer(call) };
    let gone = owners_of(call);
    let mut store = call.world.store_mut();
    for control in numbers(call, "controlIds") {
        let mut left = store.members(call.by(), owners, control);
        // Without owners named, all of them go.
        left.retain(|number| !gone.is_empty() && !gone.contains(number));
        store.set_members(owners, control, left);
    }
    drop(store);
    Ok(plans::nested(call, owners))
}

/// The numbers of the owners in a body; each operation names the property otherwise.
fn owners_of(call: &Call<'_>) -> Vec<u64> {
    let names = ["ownerIds", "ownersIds", "ownerUserIds", "userIds"];
    names.iter().map(|name| numbers(call, name)).find(|numbers| !numbers.is_empty()).unwrap_or_default()
}

fn numbers(call: &Call<'_>, name: &str) -> Vec<u64> {
    let found = call.payload.value.get(name).and_then(serde_json::Value::as_array);
    found.into_iter().flatten().filter_map(serde_json::Value::as_u64).collect()
}
