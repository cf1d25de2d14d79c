//! What an operation does when nothing is known of it but its path and its schemas.

use serde_json::Value;

use crate::contract::resource::{self, Envelope, KindId, Plan};
use crate::contract::schema::SchemaId;
use crate::data::painter::{Fixed, View};
use crate::effects::lists::envelope;
use crate::effects::lists::{self, Page};
use crate::exchange::body::Upload;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::{NOT_SIMULATED, Reply};
use crate::state::store::{Row, StoredFile, Written};

/// Answers by the operation's plan.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    match &call.operation.plan {
        Plan::List { kind, envelope } => list(call, *kind, envelope),
        Plan::Read => read(call),
        Plan::Create { kind } => create(call, *kind),
        Plan::Update => Ok(update(call)),
        Plan::Delete => delete(call),
        Plan::Singleton { kind } => Ok(singleton(call, *kind)),
        Plan::Action => Ok(act(call)),
    }
}

/// The first documented success: its status and the schema of its body.
pub(crate) fn success(call: &Call<'_>) -> (u16, Option<SchemaId>) {
    call.operation.success().map_or((200, None), |answer| (answer.status, answer.json()))
}

fn list(call: &Call<'_>, kind: KindId, envelope: &Envelope) -> Result<Reply, Failure> {
    let store = call.world.store();
    let painter = call.painter(&store);
    let about = lists::Source { kind, parent: call.parent_of(kind), schema: envelope.items };
    let page = lists::select(&painter, call.operation, &call.parameters, about)?;
    let (status, schema) = success(call);
    let value = envelope::wrap(call, &store, schema, envelope, kind, &page);
    let reply = Reply::json(status, value, schema);
    if page.ignored.is_empty() {
        return Ok(reply);
    }
    Ok(reply.with_header("x-drata-sandbox-ignored-filters", page.ignored.join(", ")))
}

/// The properties that the request did not expand.
pub(crate) fn hidden<'a>(call: &'a Call<'_>) -> Vec<&'a str> {
    let wanted = call.parameters.texts("expand[]");
    call.operation.expands.iter().map(|name| &**name).filter(|name| !wanted.contains(name)).collect()
}

/// The values that the path gives to properties of the same names.
pub(crate) fn fixed(call: &Call<'_>) -> Vec<Fixed> {
    let rows = call.operation.anchors.iter().zip(&call.anchors).zip(&call.path);
    let named = rows.filter(|((anchor, _), _)| anchor.parameter != "id" && anchor.parameter != "email");
    named
        .map(|((anchor, row), text)| Fixed {
            name: anchor.parameter.clone(),
            text: text.as_str().into(),
            number: row.number.into(),
        })
        .collect()
}

fn read(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return Ok(act(call)) };
    let (status, schema) = success(call);
    Ok(paint(call, status, schema, row))
}

/// An answer with one row.
pub(crate) fn paint(call: &Call<'_>, status: u16, schema: Option<SchemaId>, row: Row) -> Reply {
    let Some(schema) = schema else { return Reply::empty(status) };
    let hidden = if call.is_read() { hidden(call) } else { Vec::new() };
    let fixed = fixed(call);
    let store = call.world.store();
    let painter = call.painter(&store);
    Reply::json(status, painter.row(row, schema, View { hidden: &hidden, fixed: &fixed }), Some(schema))
}

fn create(call: &Call<'_>, kind: KindId) -> Result<Reply, Failure> {
    let parent = call.parent_of(kind);
    let (status, schema) = success(call);
    let home = call.world.catalog.kinds.get(kind).members_of;
    if let Some((home, parent)) = home.zip(parent)
        && let numbers @ [first, ..] = member_numbers(call).as_slice()
    {
        join(call, kind, Row { kind: home, number: parent }, numbers)?;
        return Ok(answer_with(call, status, schema, Row { kind: home, number: *first }, kind));
    }
    let mut written = call.payload.properties();
    written.remove("id");
    stamp(call, &mut written, true);
    let add = |written| call.world.store_mut().create(call.by(), kind, parent, written);
    let row = add(written.clone());
    let mut files = call.payload.files.iter();
    files.next().into_iter().for_each(|file| keep_file(call, row, file));
    // Each of several files is a row of its own.
    for file in files.filter(|_| written.contains_key("files")) {
        keep_file(call, add(written.clone()), file);
    }
    Ok(answer_with(call, status, schema, row, kind))
}

/// Adds rows that are there already to a nested list: `{ownerId: 5}`. `place` is their kind and the list's parent.
fn join(call: &Call<'_>, list: KindId, place: Row, numbers: &[u64]) -> Result<(), Failure> {
    let mut store = call.world.store_mut();
    let mut members = store.members(call.by(), list, place.number);
    for number in numbers {
        if !store.has(call.by(), Row { kind: place.kind, number: *number }, None) {
            return Err(Failure::missing(&call.world.catalog.kinds.get(place.kind).key, &number.to_string()));
        }
        if !members.contains(number) {
            members.push(*number);
        }
    }
    store.set_members(list, place.number, members);
    Ok(())
}

/// The numbers in a body that consists of nothing but ids.
fn member_numbers(call: &Call<'_>) -> Vec<u64> {
    let Some(map) = call.payload.value.as_object() else { return Vec::new() };
    let only_ids = map.keys().all(|name| name.ends_with("Id") || name.ends_with("Ids"));
    let values = map.values().filter(|_| only_ids);
    values
        .flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]))
        .filter_map(|value| value.as_u64())
        .collect()
}

fn update(call: &Call<'_>) -> Reply {
    let (status, schema) = success(call);
    let Some(row) = call.target() else { return act(call) };
    let mut written = call.payload.properties();
    stamp(call, &mut written, false);
    call.world.store_mut().write(row, written);
    call.payload.files.first().into_iter().for_each(|file| keep_file(call, row, file));
    paint(call, status, schema, row)
}

fn delete(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(row) = call.target() else { return Ok(act(call)) };
    let (status, schema) = success(call);
    let reply = paint(call, status, schema, row);
    let parent = call.parent_of(row.kind);
    call.world.store_mut().delete(call.by(), row, parent);
    // Some answer with what is left.
    let left = schema.and_then(|schema| resource::envelope(schema, &call.world.catalog.schemas));
    match left {
        Some(envelope) => collection(call, status, schema, row.kind, &envelope),
        None => Ok(reply),
    }
}

fn singleton(call: &Call<'_>, kind: KindId) -> Reply {
    let (status, schema) = success(call);
    let is_download = call.operation.path.contains("/download");
    if let Some(row) = call.target().filter(|_| is_download) {
        // The link is that of the row, not of something of its own.
        return paint(call, status, schema, row);
    }
    let number = call.target().map_or(1, |row| row.number);
    paint(call, status, schema, Row { kind, number })
}

/// An action: what its body says is written to the row that it is about, where that row has such properties.
fn act(call: &Call<'_>) -> Reply {
    let (status, schema) = success(call);
    let Some(row) = call.target() else {
        return body(call, status, schema).with_header(NOT_SIMULATED.0, NOT_SIMULATED.1);
    };
    let mut written = call.payload.properties();
    let schemas = &call.world.catalog.schemas;
    let own = [call.world.catalog.kinds.get(row.kind).schema, schema];
    let known = |name: &str| {
        own.iter().flatten().any(|schema| schemas.object(*schema).is_some_and(|object| object.property(name).is_some()))
    };
    written.retain(|name, _| known(name));
    let simulated = !written.is_empty();
    if simulated {
        stamp(call, &mut written, false);
        call.world.store_mut().write(row, written);
    }
    let reply = answer_with(call, status, schema, row, row.kind);
    if simulated { reply } else { reply.with_header(NOT_SIMULATED.0, NOT_SIMULATED.1) }
}

/// An answer about a nested list: the list itself, or the row that owns it with the list inside.
pub(crate) fn nested(call: &Call<'_>, kind: KindId) -> Reply {
    let (status, schema) = success(call);
    let row = call.target().unwrap_or(Row { kind, number: 1 });
    answer_with(call, status, schema, row, kind)
}

/// A row, or the list that it stands in where the answer is a list.
fn answer_with(call: &Call<'_>, status: u16, schema: Option<SchemaId>, row: Row, kind: KindId) -> Reply {
    if let Some(reply) = owner_with_list(call, status, schema, kind) {
        return reply;
    }
    let envelope = schema.and_then(|schema| resource::envelope(schema, &call.world.catalog.schemas));
    match envelope {
        Some(envelope) => collection(call, status, schema, kind, &envelope)
            .unwrap_or_else(|failure| Reply::json(status, failure.message.into(), schema)),
        None => paint(call, status, schema, row),
    }
}

/// The row that owns a list, with the list in the property that is called as the list is: `externalEvidence`.
fn owner_with_list(call: &Call<'_>, status: u16, schema: Option<SchemaId>, kind: KindId) -> Option<Reply> {
    let world = call.world;
    let object = world.catalog.schemas.object(schema?)?;
    let key = &world.catalog.kinds.get(kind).key;
    let name = lower_camel(key.rsplit('/').next().unwrap_or(key));
    let property = object.property(&name).or_else(|| object.property(&format!("{}Ids", name.trim_end_matches('s'))))?;
    let items = world.catalog.schemas.items(property.schema)?;
    let owner = call.anchors.iter().rev().find(|row| Some(row.kind) == world.catalog.kinds.get(kind).parent)?;
    let store = world.store();
    let painter = call.painter(&store);
    let mut value = painter.row(*owner, schema?, View::default());
    let holds_rows = world.catalog.schemas.object(items).is_some();
    let rows = store.numbers(call.by(), kind, Some(owner.number)).map(|number| match holds_rows {
        true => painter.row(Row { kind, number }, items, View::default()),
        false => number.into(),
    });
    value[&*property.name] = rows.collect();
    Some(Reply::json(status, value, schema))
}

fn lower_camel(kebab: &str) -> String {
    let mut words = kebab.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| all + &word[..1].to_uppercase() + &word[1..])
}

/// The first page of a list, as the answer to something else than listing it.
fn collection(
    call: &Call<'_>,
    status: u16,
    schema: Option<SchemaId>,
    kind: KindId,
    envelope: &Envelope,
) -> Result<Reply, Failure> {
    let store = call.world.store();
    let numbers = store.numbers(call.by(), kind, call.parent_of(kind));
    let all: Vec<_> = numbers.map(|number| Row { kind, number }).collect();
    let total = Some(all.len());
    let rows = all.into_iter().take(20).collect();
    let page = Page { rows, total, page: 1, limit: 20, cursor: None, ignored: Vec::new() };
    Ok(Reply::json(status, envelope::wrap(call, &store, schema, envelope, kind, &page), schema))
}

/// A valid body about nothing in particular.
fn body(call: &Call<'_>, status: u16, schema: Option<SchemaId>) -> Reply {
    let Some(schema) = schema else { return Reply::empty(status) };
    let store = call.world.store();
    let painter = call.painter(&store);
    Reply::json(status, painter.detached(&call.operation.path, schema), Some(schema))
}

/// Notes when a row was written.
fn stamp(call: &Call<'_>, written: &mut Written, created: bool) {
    if created {
        written.insert("createdAt".to_owned(), call.world.now());
    }
    written.insert("updatedAt".to_owned(), call.world.now());
}

/// Keeps the file of a request with the row that it made or changed.
fn keep_file(call: &Call<'_>, row: Row, file: &Upload) {
    let file = StoredFile { name: file.name.clone(), media: file.media.clone(), content: file.content.clone() };
    let mut store = call.world.store_mut();
    let name = Value::from(file.name.clone());
    let mut named = Written::new();
    let own = store.written(row).cloned().unwrap_or_default();
    for property in ["name", "fileName", "originalFileName"] {
        if !own.contains_key(property) {
            named.insert(property.to_owned(), name.clone());
        }
    }
    store.write(row, named);
    store.keep_file(row, file);
}
