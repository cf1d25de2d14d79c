//! Figures about lists: each is counted from the rows that the list shows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::lists::filter::choices;
use super::lists::{self, Source};
use super::{plan, respond};
use crate::contract::schema::SchemaId;
use crate::data::coerce;
use crate::data::painter::Painter;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::Row;

/// What vendors are grouped by, and the property that says it.
const SCOPES: &[(&str, &str)] = &[
    ("reminder", "renewalDateStatus"),
    ("hasPii", "hasPii"),
    ("businessUnits", "category"),
    ("passwordPolicy", "passwordPolicy"),
    ("status", "status"),
    ("isCritical", "critical"),
    ("isSubProcessor", "isSubProcessor"),
    ("type", "type"),
    ("risk", "risk"),
    ("impactLevel", "impactLevel"),
];

/// Bands of severity, each with the least score in it; the numbers of the bands follow their order.
const BANDS: &[(&str, u64)] = &[("Low", 0), ("Medium", 5), ("High", 10), ("Critical", 17)];

/// Rows of a kind that a request is about, and the schema that holds their properties.
fn rows(call: &Call<'_>, painter: &Painter<'_>, key: &str) -> Option<(Vec<Row>, SchemaId)> {
    let kind = call.world.catalog.kinds().by_key(key)?;
    let schema = call.world.catalog.kinds().get(kind).schema?;
    let source = Source { kind, within: call.within(kind), told: None, schema, until: None };
    Some((lists::found(painter, call.operation, &call.parameters, source), schema))
}

/// Counts vendors by the scopes that the request asks for. Version 2 leaves archived vendors out unless it is asked for them.
pub(super) fn vendors(call: &Call<'_>) -> Result<Reply, Failure> {
    let store = call.world.store();
    let painter = call.painter(&store);
    let Some((mut rows, schema)) = rows(call, &painter, "vendors") else { return plan::answer(call) };
    if call.operation.parameter("includeArchived").is_some() && !call.parameters.is_true("includeArchived") {
        rows.retain(|row| painter.field(*row, schema, "archivedAt").is_none_or(|at| at.is_null()));
    }
    let (status, response) = respond::success(call);
    let schemas = &call.world.catalog.schemas;
    let object = response.and_then(|response| schemas.object(response));
    let mut body = Map::new();
    for (scope, field) in SCOPES {
        let Some(property) = object.and_then(|object| object.property(scope)) else { continue };
        let item = schemas.items(property.schema).and_then(|item| schemas.object(item));
        let Some((item, key)) = item.and_then(|item| Some((item, item.property("key")?))) else { continue };
        let amount = if item.property("count").is_some() { "count" } else { "amount" };
        if !is_wanted(call, scope) {
            if property.required {
                body.insert((*scope).to_owned(), json!([]));
            }
            continue;
        }
        let all = choices(&painter, key.schema);
        let mut counts: Vec<(Value, u64)> = all.iter().flatten().map(|value| (value.clone(), 0)).collect();
        for row in &rows {
            let value = painter.field(*row, schema, field).unwrap_or(Value::Null);
            let Some(value) = called(&value, all.as_deref(), scope) else { continue };
            match counts.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => *count += 1,
                None => counts.push((value, 1)),
            }
        }
        let to_key = |value: &Value| coerce::to(schemas, key.schema, value).unwrap_or_else(|| value.clone());
        let counts = counts.iter().map(|(value, count)| json!({ "key": to_key(value), amount: count }));
        body.insert((*scope).to_owned(), counts.collect());
    }
    Ok(Reply::json(status, Value::Object(body), response))
}

/// What a value is called among the keys of a statistic; nothing where they have no word for it.
fn called(value: &Value, keys: Option<&[Value]>, scope: &str) -> Option<Value> {
    let Some(keys) = keys else {
        // Version 1 has no list of the keys; they are those of version 2.
        return Some(match value {
            Value::Null if scope == "impactLevel" => "UNSCORED".into(),
            Value::Null => "NONE".into(),
            value => coerce::text(value).into(),
        });
    };
    let words: &[&str] = match value {
        Value::Null => &["UNSCORED", "NONE", "None"],
        Value::Bool(true) => &["Yes", "true"],
        Value::Bool(false) => &["No", "false"],
        _ => return keys.contains(value).then(|| value.clone()),
    };
    keys.iter().find(|key| words.contains(&coerce::text(key).as_str())).cloned()
}

/// Whether a request asks for a scope; version 1 names the scopes that it wants, or those that it does not.
fn is_wanted(call: &Call<'_>, scope: &str) -> bool {
    let named = |name: &str| {
        let scopes = call.parameters.texts(name);
        let hit =
            scopes.iter().any(|named| *named == scope || (*named == "subprocessors" && scope == "isSubProcessor"));
        (!scopes.is_empty(), hit)
    };
    match (named("expand[]"), named("includeScopes"), named("excludeScopes")) {
        ((true, hit), ..) | (_, (true, hit), _) => hit,
        (.., (_, hit)) => !hit,
    }
}

/// The figures of a register of risks.
pub(super) fn risks(call: &Call<'_>) -> Result<Reply, Failure> {
    let store = call.world.store();
    let painter = call.painter(&store);
    let Some((rows, schema)) = rows(call, &painter, "risk-registers/risks") else { return plan::answer(call) };
    let field = |row: &Row, name: &str| painter.field(*row, schema, name).unwrap_or(Value::Null);
    let mut plans: BTreeMap<String, u64> =
        ["untreated", "accept", "transfer", "avoid", "mitigate"].map(|plan| (plan.to_owned(), 0)).into();
    let mut cells: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    let mut bands = Bands::default();
    let mut categories: BTreeMap<u64, (Value, Bands)> = BTreeMap::new();
    let mut months: BTreeMap<String, Bands> = BTreeMap::new();
    let mut scored = 0_u64;
    for row in &rows {
        if let Some(plan) = field(row, "treatmentPlan").as_str() {
            *plans.entry(plan.to_lowercase()).or_default() += 1;
        }
        let factors = field(row, "impact").as_u64().zip(field(row, "likelihood").as_u64());
        let Some((impact, likelihood)) = factors else { continue };
        scored += 1;
        *cells.entry((impact, likelihood)).or_default() += 1;
        let score = impact * likelihood;
        bands.add(score);
        for category in field(row, "categories").as_array().into_iter().flatten() {
            let id = category["id"].as_u64().unwrap_or(0);
            let known = ["id", "name", "createdAt", "updatedAt"].map(|name| (name.to_owned(), category[name].clone()));
            let known = || (Value::Object(known.into_iter().collect()), Bands::default());
            categories.entry(id).or_insert_with(known).1.add(score);
        }
        if let Some(month) = field(row, "createdAt").as_str().and_then(|at| at.get(..7)) {
            months.entry(month.to_owned()).or_default().add(score);
        }
    }
    let cells = cells
        .iter()
        .map(|((impact, likelihood), total)| json!({ "impact": impact, "likelihood": likelihood, "total": total }));
    let categories =
        categories.into_values().map(|(category, bands)| json!({ "category": category, "severity": bands.shown() }));
    let months = months.iter().rev().map(|(month, bands)| json!({ "period": month, "severityCounts": bands.shown() }));
    let body = json!({
        "riskPosture": bands.shown(),
        "treatmentOverview": plans,
        "riskHeatmap": cells.collect::<Vec<_>>(),
        "categoryBreakdown": categories.collect::<Vec<_>>(),
        "scored": scored,
        "remaining": rows.len() as u64 - scored,
        "riskOverTime": months.collect::<Vec<_>>(),
    });
    let (status, schema) = respond::success(call);
    Ok(Reply::json(status, body, schema))
}

/// How many risks are in each band.
#[derive(Default)]
struct Bands([u64; BANDS.len()]);

impl Bands {
    fn add(&mut self, score: u64) {
        let place = BANDS.iter().rposition(|(_, least)| score >= *least).unwrap_or(0);
        self.0[place] += 1;
    }

    fn shown(&self) -> Value {
        let bands = BANDS.iter().zip(self.0).zip(1_u64..);
        bands.map(|(((title, _), count), id)| json!({ "id": id, "title": title, "count": count })).collect()
    }
}
