//! The devices of a person, for which version 1 has more than one shape.

use drata_contract::hash;
use serde_json::Value;

use super::respond;
use crate::contract::resource::Plan;
use crate::data::painter::View;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::Row;

/// The devices as the contract has them, or as a bare list where the sandbox is told to answer as the service has been
/// seen to.
pub(super) fn of_person(call: &Call<'_>) -> Result<Reply, Failure> {
    let side = call.target().and_then(|person| {
        let side = call.world.catalog.relations.shown_by(person.kind, hash::text("device"))?;
        Some((person, side))
    });
    let Some((person, side)) = side.filter(|_| call.world.settings.bare_device_lists) else {
        return super::plan::answer(call);
    };
    let (status, schema) = respond::success(call);
    let items = match &call.operation.plan {
        Plan::List { envelope, .. } => Some(envelope.items),
        _ => schema,
    };
    let store = call.world.store();
    let painter = call.painter(&store);
    let numbers = store.related(call.by(), side, person.number, 1);
    let rows = numbers.iter().map(|number| Row { kind: side.leads_to(), number });
    let devices = rows.map(|row| items.map_or(Value::Null, |items| painter.row(row, items, View::default())));
    Ok(Reply::json(status, devices.collect(), None))
}
