//! What an operation does when nothing is known of it but its path and its schemas.

use drata_contract::role;
use serde_json::Value;

use super::respond;
use super::write;
use crate::contract::resource::{self, KindId, Plan};
use crate::exchange::body::Upload;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::{NOT_SIMULATED, Reply};
use crate::state::row::{Row, Written};

/// Answers by the operation's plan.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    match &call.operation.plan {
        Plan::List { kind, envelope } => respond::list(call, *kind, envelope),
        Plan::Read => match call.target() {
            Some(row) => Ok(respond::row(call, row)),
            None => act(call),
        },
        Plan::Create { kind } => create(call, *kind),
        Plan::Replace { kind } => replace(call, *kind),
        Plan::Update => update(call),
        Plan::Delete => delete(call),
        Plan::Singleton { kind } => Ok(singleton(call, *kind)),
        Plan::Action => act(call),
    }
}

fn create(call: &Call<'_>, kind: KindId) -> Result<Reply, Failure> {
    let parent = call.parent_of(kind);
    if let Some((side, parent)) = call.world.catalog.relations.listed_by(kind).zip(parent)
        && let [first, ..] = named_rows(call).as_slice()
    {
        let mut store = call.world.store_mut();
        let workspace = call.workspace().unwrap_or(1);
        let mut members: Vec<_> = store.related(call.by(), side, parent, workspace).iter().collect();
        for number in named_rows(call) {
            let row = Row { kind: side.leads_to(), number };
            if !store.has(call.by(), row, None) {
                return Err(Failure::missing(&call.world.catalog.kinds().get(row.kind).key, &number.to_string()));
            }
            if !members.contains(&number) {
                members.push(number);
            }
        }
        store.relate(side, parent, members, workspace);
        drop(store);
        return Ok(respond::row_or_list(call, kind, Row { kind: side.leads_to(), number: *first }));
    }
    let body = call.payload.properties();
    let mut store = call.world.store_mut();
    let row = write::create(call, &mut store, kind, parent, &body)?;
    if let Some((side, parent)) = call.world.catalog.relations.listed_by(kind).zip(parent) {
        let workspace = call.workspace().unwrap_or(1);
        let mut members: Vec<_> = store.related(call.by(), side, parent, workspace).iter().collect();
        members.push(row.number);
        store.relate(side, parent, members, workspace);
    }
    let (below, own): (Vec<_>, Vec<_>) =
        call.payload.files.iter().partition(|file| kind_below(call, row, file).is_some());
    for file in below {
        let Some(kind) = kind_below(call, row, file) else { continue };
        let child = write::create(call, &mut store, kind, Some(row.number), &Written::new())?;
        write::keep_file(&mut store, child, file);
    }
    let mut files = own.into_iter();
    files.next().into_iter().for_each(|file| write::keep_file(&mut store, row, file));
    // Each of several files is a row of its own.
    for file in files.filter(|_| body.contains_key("files")) {
        let row = write::create(call, &mut store, kind, parent, &body)?;
        write::keep_file(&mut store, row, file);
    }
    drop(store);
    Ok(respond::row_or_list(call, kind, row))
}

/// The kind of rows that files of a field become below a row: `externalEvidence` of a control.
fn kind_below(call: &Call<'_>, row: Row, file: &Upload) -> Option<KindId> {
    let kinds = call.world.catalog.kinds();
    let field = file.field.trim_end_matches("[]");
    let kebab = field.chars().fold(String::new(), |mut kebab, letter| {
        if letter.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
        kebab
    });
    kinds.by_key(&format!("{}/{kebab}", kinds.get(row.kind).key))
}

/// Says which rows a list of related rows holds from now on.
fn replace(call: &Call<'_>, kind: KindId) -> Result<Reply, Failure> {
    let relation = call.world.catalog.relations.listed_by(kind).zip(call.parent_of(kind));
    let Some((side, parent)) = relation else { return act(call) };
    let wanted = named_rows(call);
    let mut store = call.world.store_mut();
    let home = side.leads_to();
    if let Some(number) = wanted.iter().find(|number| !store.has(call.by(), Row { kind: home, number: **number }, None))
    {
        return Err(Failure::missing(&call.world.catalog.kinds().get(home).key, &number.to_string()));
    }
    store.relate(side, parent, wanted, call.workspace().unwrap_or(1));
    drop(store);
    let owner = call.target().unwrap_or(Row { kind: home, number: 1 });
    Ok(respond::row_or_list(call, kind, owner))
}

/// The numbers in a body that consists of nothing but ids.
fn named_rows(call: &Call<'_>) -> Vec<u64> {
    let Some(map) = call.payload.value.as_object() else { return Vec::new() };
    let only_ids = map.keys().all(|name| name.ends_with("Id") || name.ends_with("Ids"));
    let values = map.values().filter(|_| only_ids);
    values
        .flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]))
        .filter_map(|value| value.as_u64())
        .collect()
}

fn update(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return act(call) };
    if call.operation.body.is_none() {
        // Nothing is written: what it starts is work in the background.
        return Ok(respond::row(call, row).with_header(NOT_SIMULATED.0, NOT_SIMULATED.1));
    }
    let body = call.payload.properties();
    let mut store = call.world.store_mut();
    write::apply(call, &mut store, row, &body)?;
    call.payload.files.first().into_iter().for_each(|file| write::keep_file(&mut store, row, file));
    drop(store);
    Ok(respond::row(call, row))
}

fn delete(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return act(call) };
    let (_, schema) = respond::success(call);
    let reply = respond::row(call, row);
    let parent = call.parent_of(row.kind);
    call.world.store_mut().delete(call.by(), row, parent);
    // Some answer with what is left.
    let left = schema.and_then(|schema| resource::envelope(schema, &call.world.catalog.schemas));
    Ok(left.map_or(reply, |envelope| respond::collection(call, row.kind, &envelope)))
}

fn singleton(call: &Call<'_>, kind: KindId) -> Reply {
    let is_download = call.operation.path.contains("/download");
    if let Some(row) = call.target().filter(|_| is_download) {
        // The link is that of the row, not of something of its own.
        return respond::row(call, row);
    }
    let number = call.target().map_or(1, |row| row.number);
    respond::row(call, Row { kind, number })
}

/// An action: what its body says is written to the row that it is about, where that row has such properties.
fn act(call: &Call<'_>) -> Result<Reply, Failure> {
    let resource = call.operation.resource;
    let single = call.world.catalog.is_single(resource) && !call.operation.path.ends_with('}');
    let single = single.then(|| Row { kind: resource, number: call.target().map_or(1, |row| row.number) });
    let Some(row) = single.or_else(|| call.target()) else {
        return Ok(respond::detached(call).with_header(NOT_SIMULATED.0, NOT_SIMULATED.1));
    };
    let mut body: Written = call.payload.properties();
    // A body that asks for nothing has been done.
    let asks = call.operation.body.is_none() || !body.is_empty();
    let schemas = &call.world.catalog.schemas;
    let own = [call.world.catalog.kinds().get(row.kind).schema, respond::success(call).1];
    let objects = || own.iter().flatten().filter_map(|schema| schemas.object(*schema));
    let known = |name: &str| {
        let stem = role::stem(name);
        objects().any(|object| {
            object.property(name).is_some() || object.properties.iter().any(|property| property.stem == stem)
        })
    };
    body.retain(|name: &String, _: &mut Value| known(name));
    if body.is_empty() && !asks {
        return Ok(respond::row_or_list(call, row.kind, row));
    }
    if body.is_empty() {
        return Ok(respond::row_or_list(call, row.kind, row).with_header(NOT_SIMULATED.0, NOT_SIMULATED.1));
    }
    write::apply(call, &mut call.world.store_mut(), row, &body)?;
    Ok(respond::row_or_list(call, row.kind, row))
}
