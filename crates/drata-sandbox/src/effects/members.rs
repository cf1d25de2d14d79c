//! Owners that are taken from several controls at once.

use drata_contract::hash;
use serde_json::Value;

use super::respond;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::Row;

/// Removes owners from controls.
pub(super) fn clear(call: &Call<'_>) -> Result<Reply, Failure> {
    let catalog = call.world.catalog;
    let lists = [catalog.kinds().by_key("controls"), catalog.kinds().by_key("controls/owners")];
    let [Some(controls), Some(owners)] = lists else { return super::plan::answer(call) };
    let Some(side) = catalog.relations.shown_by(controls, hash::text("owner")) else {
        return super::plan::answer(call);
    };
    let gone = numbers(call, "ownerIds");
    let mut store = call.world.store_mut();
    for control in numbers(call, "controlIds") {
        let known = store.related(call.by(), side, control, 1);
        // Without owners named, all of them go.
        let left = known.iter().filter(|number| !gone.is_empty() && !gone.contains(number)).collect();
        store.relate(side, control, left, 1);
    }
    drop(store);
    Ok(respond::row_or_list(call, owners, Row { kind: owners, number: 1 }))
}

fn numbers(call: &Call<'_>, name: &str) -> Vec<u64> {
    let found = call.payload.value.get(name).and_then(Value::as_array);
    found.into_iter().flatten().filter_map(Value::as_u64).collect()
}
