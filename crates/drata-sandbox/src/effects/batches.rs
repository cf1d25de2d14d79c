//! Operations that make several rows at once.

use serde_json::{Value, json};

use super::respond;
use super::write;
use crate::contract::resource::KindId;
use crate::data::locate;
use crate::data::painter::View;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::{Row, Written};

/// Adds requirements to a framework.
pub(super) fn requirements(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(framework) = call.target() else { return super::plan::answer(call) };
    let kind = kind(call, "frameworks/requirements")?;
    let mut rows = Vec::new();
    let mut store = call.world.store_mut();
    for item in items(call) {
        rows.push(write::create(call, &mut store, kind, Some(framework.number), item)?);
    }
    drop(store);
    painted(call, &rows)
}

/// Copies risks of the library into a register.
pub(super) fn risks(call: &Call<'_>) -> Result<Reply, Failure> {
    let (risks, library) = (kind(call, "risk-registers/risks")?, kind(call, "risk-registers/risk-library")?);
    let register = call.payload.value.get("registerId").and_then(Value::as_u64).unwrap_or(0);
    let registers = kind(call, "risk-registers")?;
    let mut store = call.world.store_mut();
    if !store.has(call.by(), Row { kind: registers, number: register }, None) {
        return Err(Failure::missing("risk-registers", &register.to_string()));
    }
    let ids = call.payload.value.get("riskIds").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut bodies = Vec::new();
    for id in ids.iter().filter_map(Value::as_str) {
        let painter = call.painter(&store);
        let found = locate::row(&painter, library, "riskId", id, &[]);
        let item = found.zip(call.world.catalog.kinds().get(library).schema);
        // What the library does not have is not copied.
        let Some(item) = item.map(|(row, schema)| painter.row(row, schema, View::default())) else { continue };
        let kept =
            ["title", "description"].iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone())));
        bodies.push(kept.collect::<Written>());
    }
    let mut rows = Vec::new();
    for body in bodies {
        rows.push(write::create(call, &mut store, risks, Some(register), &body)?);
    }
    drop(store);
    painted(call, &rows)
}

/// Makes controls of the library's templates, each in its workspace.
pub(super) fn controls(call: &Call<'_>) -> Result<Reply, Failure> {
    let (controls, templates) = (kind(call, "controls")?, kind(call, "control-library")?);
    let workspaces = kind(call, "workspaces")?;
    let duplicates = call.payload.value["allowDuplicates"] == true;
    let mut store = call.world.store_mut();
    let mut outcomes = Vec::new();
    for (place, item) in items(call).enumerate() {
        let number = |name: &str| item.get(name).and_then(Value::as_u64).unwrap_or(0);
        let (workspace, template) = (number("workspaceId"), Row { kind: templates, number: number("templateId") });
        let mut outcome = json!({
            "inputIndex": place, "templateIdentifier": template.number, "workspaceId": workspace,
            "associations": {}, "status": "failed",
        });
        let is_there = store.has(call.by(), Row { kind: workspaces, number: workspace }, None)
            && store.has(call.by(), template, None);
        let mine = |number: &u64| {
            let row = Row { kind: controls, number: *number };
            let written = store.written(row).and_then(|written| written.get("controlTemplateId")?.as_u64());
            written == Some(template.number) && store.parent(row) == Some(workspace)
        };
        let known = store.created(call.by(), controls).find(mine);
        match (is_there, known.filter(|_| !duplicates)) {
            (false, _) => outcome["failureReason"] = "no such template or no such workspace".into(),
            (true, Some(number)) => {
                outcome["status"] = "skipped".into();
                outcome["controlId"] = number.into();
            }
            (true, None) => {
                let schema = call.world.catalog.kinds().get(templates).schema;
                let from = schema.map(|schema| call.painter(&store).row(template, schema, View::default()));
                let mut body = Written::new();
                for name in ["name", "description", "question", "activity", "code"] {
                    let value = item.get(name).or_else(|| from.as_ref()?.get(name)).cloned();
                    body.extend(value.map(|value| (name.to_owned(), value)));
                }
                body.extend(item.get("customFields").map(|fields| ("customFields".to_owned(), fields.clone())));
                let row = write::create(call, &mut store, controls, Some(workspace), &body)?;
                store.set(row, "controlTemplateId", template.number);
                outcome["status"] = "created".into();
                outcome["controlId"] = row.number.into();
            }
        }
        outcomes.push(outcome);
    }
    drop(store);
    shaped(call, outcomes)
}

/// Rows as the items of the response's list.
fn painted(call: &Call<'_>, rows: &[Row]) -> Result<Reply, Failure> {
    let (status, schema) = respond::success(call);
    let schemas = &call.world.catalog.schemas;
    let data = schema.and_then(|schema| schemas.object(schema)?.property("data"));
    let items = data.and_then(|data| schemas.items(data.schema));
    let store = call.world.store();
    let painter = call.painter(&store);
    let paint = |row: &Row| items.map_or(Value::Null, |items| painter.row(*row, items, View::default()));
    Ok(Reply::json(status, json!({ "data": rows.iter().map(paint).collect::<Vec<_>>() }), schema))
}

/// Outcomes as the items of the response's list, with whatever else its schema demands.
fn shaped(call: &Call<'_>, outcomes: Vec<Value>) -> Result<Reply, Failure> {
    let (status, schema) = respond::success(call);
    let schemas = &call.world.catalog.schemas;
    let data = schema.and_then(|schema| schemas.object(schema)?.property("data"));
    let items = data.and_then(|data| schemas.items(data.schema));
    let store = call.world.store();
    let painter = call.painter(&store);
    let shape = |outcome: Value| items.map_or(Value::Null, |items| painter.completed(items, &outcome));
    Ok(Reply::json(status, json!({ "data": outcomes.into_iter().map(shape).collect::<Vec<_>>() }), schema))
}

/// The objects in the `data` of a body.
fn items<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a Written> {
    call.payload.value.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn kind(call: &Call<'_>, key: &str) -> Result<KindId, Failure> {
    call.world.catalog.kinds().by_key(key).ok_or_else(|| Failure::new(404, format!("the contract has no {key}")))
}
