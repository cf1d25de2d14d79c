//! Responses: a row, a page of rows, the row that holds a list.

use serde_json::Value;

use drata_contract::role::{self, Noun};

use super::lists::envelope;
use super::lists::{self, Page};
use super::view::{fixed, hidden};
use crate::contract::resource::{self, Envelope, KindId};
use crate::contract::schema::SchemaId;
use crate::contract::targets::Target;
use crate::data::locate;
use crate::data::painter::{Painter, View};
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::{Content, Reply};
use crate::state::row::{Row, Within};

/// The first documented success: its status and the schema of its body.
pub(crate) fn success(call: &Call<'_>) -> (u16, Option<SchemaId>) {
    call.operation.success().map_or((200, None), |answer| (answer.status, answer.json()))
}

/// The rows that a list is about: where a parameter names their parent (`auditId`), no others need to be looked at. The
/// parameter is told as well, since it is no filter any more.
fn narrowed<'a>(call: &'a Call<'_>, painter: &Painter<'_>, kind: KindId) -> (Within, Option<&'a str>) {
    let within = call.within(kind);
    let parent = call.world.catalog.kinds().get(kind).parent.filter(|_| within.parent.is_none());
    let Some(parent) = parent else { return (within, None) };
    let named = call.parameters.all().iter().find_map(|(name, value)| {
        let target = call.world.catalog.target_of(kind, Noun::of(name), role::stem(name))?;
        let is_parent = matches!(target, Target::Ancestor(above) if above == parent);
        Some((name.as_str(), locate::row(painter, parent, "id", value.as_str().filter(|_| is_parent)?, &[])?))
    });
    (Within { parent: named.map(|(_, row)| row.number), ..within }, named.map(|(name, _)| name))
}

/// A list as a request asks for it.
pub(crate) fn list(call: &Call<'_>, kind: KindId, envelope: &Envelope) -> Result<Reply, Failure> {
    let store = call.world.store();
    let painter = call.painter(&store);
    let lag = jiff::SignedDuration::try_from(call.world.settings.search_lag).unwrap_or_default();
    let is_late = call.operation.short_id().starts_with("search") && !lag.is_zero();
    let until = is_late.then(|| call.world.clock.now().checked_sub(lag).unwrap_or(jiff::Timestamp::MIN));
    let (within, told) = narrowed(call, &painter, kind);
    let about = lists::Source { kind, within, told, schema: envelope.items, until };
    let page = lists::select(call, &painter, about)?;
    let (status, schema) = success(call);
    let reply = Reply::written(status, envelope::wrap(call, &store, schema, envelope, kind, &page), schema);
    if page.ignored.is_empty() {
        return Ok(reply);
    }
    Ok(reply.with_header("x-drata-sandbox-ignored-filters", page.ignored.join(", ")))
}

/// A response with one row.
pub(crate) fn row(call: &Call<'_>, row: Row) -> Reply {
    let (status, schema) = success(call);
    let Some(schema) = schema else { return Reply::empty(status) };
    let hidden = if call.is_read() { hidden(call) } else { Vec::new() };
    let fixed = fixed(call, Some(row));
    let store = call.world.store();
    let painter = call.painter(&store);
    Reply::json(status, painter.row(row, schema, View { hidden: &hidden, fixed: &fixed }), Some(schema))
}

/// A response with one row, where some properties say what the request did.
pub(crate) fn row_with(call: &Call<'_>, about: Row, more: &[(&str, Value)]) -> Reply {
    let mut reply = row(call, about);
    if let Content::Json(Value::Object(map), _) = &mut reply.content {
        for (name, value) in more.iter().filter(|(name, _)| map.contains_key(*name)).collect::<Vec<_>>() {
            map.insert((*name).to_owned(), value.clone());
        }
    }
    reply
}

/// A row, or the list that it stands in where the response is a list.
pub(crate) fn row_or_list(call: &Call<'_>, kind: KindId, about: Row) -> Reply {
    let (_, schema) = success(call);
    if let Some(reply) = owner_with_list(call, kind) {
        return reply;
    }
    let envelope = schema.and_then(|schema| resource::envelope(schema, &call.world.catalog.schemas));
    match envelope {
        Some(envelope) => collection(call, kind, &envelope),
        None => row(call, about),
    }
}

/// The row that owns a list, with the ids of the list in the property that is called as the list is: `ownerIds`.
fn owner_with_list(call: &Call<'_>, kind: KindId) -> Option<Reply> {
    let world = call.world;
    let (status, schema) = success(call);
    let object = world.catalog.schemas.object(schema?)?;
    let key = &world.catalog.kinds().get(kind).key;
    let name = lower_camel(key.rsplit('/').next().unwrap_or(key));
    let property = object.property(&name).or_else(|| object.property(&format!("{}Ids", name.trim_end_matches('s'))))?;
    let items = world.catalog.schemas.items(property.schema)?;
    let owner = call.anchors.iter().rev().find(|row| Some(row.kind) == world.catalog.kinds().get(kind).parent)?;
    let store = world.store();
    let painter = call.painter(&store);
    let mut value = painter.row(*owner, schema?, View::default());
    let holds_rows = world.catalog.schemas.object(items).is_some();
    let within = Within { parent: Some(owner.number), workspace: call.workspace() };
    let numbers = store.numbers(call.by(), kind, within);
    let rows = numbers.iter().map(|number| match holds_rows {
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

/// The first page of a list, as the response to something else than listing it.
pub(crate) fn collection(call: &Call<'_>, kind: KindId, envelope: &Envelope) -> Reply {
    let (status, schema) = success(call);
    let store = call.world.store();
    let all = store.numbers(call.by(), kind, call.within(kind));
    let total = Some(all.count());
    let rows = all.iter().take(20).map(|number| Row { kind, number }).collect();
    let page = Page { rows, total, page: 1, limit: 20, cursor: None, ignored: Vec::new() };
    Reply::written(status, envelope::wrap(call, &store, schema, envelope, kind, &page), schema)
}

/// A valid body about nothing in particular.
pub(crate) fn detached(call: &Call<'_>) -> Reply {
    let (status, schema) = success(call);
    let Some(schema) = schema else { return Reply::empty(status) };
    let store = call.world.store();
    let painter = call.painter(&store);
    Reply::json(status, painter.detached(&call.operation.path, schema), Some(schema))
}
