//! The roster of an identity provider, uploaded as a whole: the connection appears, joiners become users and personnel,
//! whoever is missing from the next roster has left.

use std::collections::HashMap;

use drata_contract::hash;
use serde_json::{Value, json};

use super::respond;
use crate::contract::relations::Side;
use crate::contract::resource::KindId;
use crate::contract::schema::Shape;
use crate::data::csv;
use crate::data::dates;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::row::{Row, Within, Written};
use crate::state::store::Store;

/// One person of a roster.
struct Entry {
    first_name: String,
    last_name: String,
    email: String,
    job_title: Option<String>,
    avatar_url: Option<String>,
    is_contractor: bool,
    has_mfa: bool,
    started: Option<String>,
}

/// A first roster makes a connection.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Failure> {
    let entries = entries(call)?;
    let Some(kind) = call.world.catalog.kinds().by_key("connections") else { return super::plan::answer(call) };
    let now = call.world.now();
    let mut written = Written::new();
    for (name, value) in [
        ("state", json!("ACTIVE")),
        ("connected", json!(true)),
        ("connectedAt", now.clone()),
        ("createdAt", now.clone()),
        ("updatedAt", now),
        ("clientAlias", json!("Uploaded roster")),
        ("providerTypes", json!([{ "value": "IDENTITY", "isEnabled": true }])),
    ] {
        written.insert(name.to_owned(), value);
    }
    if let Some(client) = client_type(call, kind) {
        written.insert("clientType".to_owned(), client);
    }
    let mut store = call.world.store_mut();
    let connection = store.create(kind, None, written);
    bring(call, &mut store, connection.number, &entries);
    Ok(answer(call))
}

/// A later roster takes the place of the one before.
pub(super) fn replace(call: &Call<'_>) -> Result<Reply, Failure> {
    let entries = entries(call)?;
    let Some(connection) = call.target() else { return super::plan::answer(call) };
    let mut written = Written::new();
    written.insert("updatedAt".to_owned(), call.world.now());
    written.insert("state".to_owned(), "ACTIVE".into());
    written.insert("connected".to_owned(), true.into());
    written.insert("failedAt".to_owned(), Value::Null);
    let mut store = call.world.store_mut();
    store.write(connection, written);
    bring(call, &mut store, connection.number, &entries);
    Ok(answer(call))
}

fn answer(call: &Call<'_>) -> Reply {
    let (status, schema) = respond::success(call);
    Reply::json(status, json!({}), schema)
}

/// The kind of client that stands for an upload: the first whose name says so.
fn client_type(call: &Call<'_>, kind: KindId) -> Option<Value> {
    let schemas = &call.world.catalog.schemas;
    let object = schemas.object(call.world.catalog.kinds().get(kind).schema?)?;
    let Shape::Enum(values) = &schemas.get(object.property("clientType")?.schema).shape else { return None };
    let says =
        |word: &'static str| values.iter().find(move |value| value.as_str().is_some_and(|text| text.contains(word)));
    says("CSV_IDP").or_else(|| says("CSV")).or_else(|| says("IDP")).cloned()
}

/// Makes users and personnel of a roster, and lets those go who are no longer in it.
fn bring(call: &Call<'_>, store: &mut Store, connection: u64, entries: &[Entry]) {
    let kinds = &call.world.catalog.kinds();
    let (Some(users), Some(personnel)) = (kinds.by_key("users"), kinds.by_key("personnel")) else { return };
    let known = known(call, store, users);
    let mut present = Vec::new();
    for entry in entries {
        let (user, worker) = written(call, entry);
        let number = match known.get(&entry.email.to_lowercase()) {
            Some(number) => {
                store.write(Row { kind: users, number: *number }, user);
                *number
            }
            None => store.create(users, None, user).number,
        };
        present.push(employ(call, store, personnel, number, worker));
    }
    let before = store.memory.rosters.insert(connection, present.clone());
    for gone in before.unwrap_or_default() {
        if !present.contains(&gone) {
            let mut left = Written::new();
            left.insert("employmentStatus".to_owned(), "FORMER_EMPLOYEE".into());
            left.insert("separatedAt".to_owned(), call.world.now());
            left.insert("separationDate".to_owned(), dates::date(call.world.clock.now()).into());
            left.insert("updatedAt".to_owned(), call.world.now());
            store.write(gone, left);
        }
    }
}

/// Writes to the personnel row of a user, which is made when there is none.
fn employ(call: &Call<'_>, store: &mut Store, kind: KindId, user: u64, worker: Written) -> Row {
    let side = call.world.catalog.relations.shown_by(kind, hash::text("user"));
    let known = side.and_then(|side| {
        let back = Side { is_back: true, ..side };
        store.related(call.by(), back, user, 1).iter().next().map(|number| Row { kind, number })
    });
    let row = known.unwrap_or_else(|| {
        let row = store.create(kind, None, Written::from_iter([("createdAt".to_owned(), call.world.now())]));
        side.into_iter().for_each(|side| store.relate(side, row.number, vec![user], 1));
        row
    });
    store.write(row, worker);
    row
}

fn known(call: &Call<'_>, store: &Store, users: KindId) -> HashMap<String, u64> {
    let Some(schema) = call.world.catalog.kinds().get(users).schema else { return HashMap::new() };
    let painter = call.painter(store);
    let email = |number| painter.field(Row { kind: users, number }, schema, "email");
    let all = store.numbers(call.by(), users, Within::ALL);
    all.iter().filter_map(|number| Some((email(number)?.as_str()?.to_lowercase(), number))).collect()
}

/// What is written to the user and to the personnel row.
fn written(call: &Call<'_>, entry: &Entry) -> (Written, Written) {
    let now = call.world.now();
    let (mut user, mut worker) = (Written::new(), Written::new());
    let set = |map: &mut Written, name: &str, value: Value| drop(map.insert(name.to_owned(), value));
    set(&mut user, "firstName", entry.first_name.clone().into());
    set(&mut user, "lastName", entry.last_name.clone().into());
    set(&mut user, "email", entry.email.clone().into());
    set(&mut user, "jobTitle", entry.job_title.clone().into());
    set(&mut user, "avatarUrl", entry.avatar_url.clone().into());
    set(&mut user, "hasMfa", entry.has_mfa.into());
    set(&mut user, "updatedAt", now.clone());
    let status = if entry.is_contractor { "CURRENT_CONTRACTOR" } else { "CURRENT_EMPLOYEE" };
    set(&mut worker, "employmentStatus", status.into());
    set(&mut worker, "separatedAt", Value::Null);
    set(&mut worker, "separationDate", Value::Null);
    set(&mut worker, "updatedAt", now);
    if let Some(started) = &entry.started {
        set(&mut worker, "startDate", started.clone().into());
        set(&mut worker, "startedAt", started.clone().into());
    }
    (user, worker)
}

/// The people that a request sends, as JSON or as CSV.
fn entries(call: &Call<'_>) -> Result<Vec<Entry>, Failure> {
    match call.payload.value.get("personnelData").and_then(Value::as_array) {
        Some(rows) => Ok(rows.iter().map(from_json).collect()),
        None => match call.payload.files.first() {
            Some(file) => from_csv(&String::from_utf8_lossy(&file.content)),
            None => Err(Failure::new(400, "file is required: a CSV file of the whole roster")),
        },
    }
}

fn from_json(row: &Value) -> Entry {
    let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_true = |name: &str| row.get(name) == Some(&Value::Bool(true));
    Entry {
        first_name: text("firstName").unwrap_or_default(),
        last_name: text("lastName").unwrap_or_default(),
        email: text("email").unwrap_or_default(),
        job_title: text("jobTitle"),
        avatar_url: text("avatarUrl"),
        is_contractor: is_true("contractor"),
        has_mfa: is_true("isMfaEnabled"),
        started: text("date").and_then(|date| dates::parse(&date)).map(dates::date),
    }
}

/// The columns that a roster must have.
const COLUMNS: &[&str] = &["id", "first_name", "last_name", "email", "is_contractor", "mfa"];

fn from_csv(text: &str) -> Result<Vec<Entry>, Failure> {
    let mut lines = csv::read(text).into_iter();
    let header = lines.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|known| known.trim().eq_ignore_ascii_case(name));
    if let Some(missing) = COLUMNS.iter().find(|name| column(name).is_none()) {
        return Err(Failure::new(400, format!("the file has no column {missing}")));
    }
    let rows = lines.enumerate().map(|(place, cells)| {
        let cell = |name: &str| column(name).and_then(|column| cells.get(column)).map_or("", |cell| cell.trim());
        let optional = |name: &str| Some(cell(name).to_owned()).filter(|text| !text.is_empty());
        // The first line is the header, and people count from 1.
        let wrong = |name: &str, rule: &str| Failure::new(400, format!("line {}: {name} {rule}", place + 2));
        for name in COLUMNS {
            if cell(name).is_empty() {
                return Err(wrong(name, "is empty"));
            }
            if cell(name).chars().count() > 191 {
                return Err(wrong(name, "is longer than 191 characters"));
            }
        }
        let switch = |name: &str| match cell(name).to_lowercase().as_str() {
            "1" | "yes" | "true" => Ok(true),
            "0" | "no" | "false" => Ok(false),
            other => Err(wrong(name, &format!("is {other:?}, none of 1, 0, yes, no, true, false"))),
        };
        Ok(Entry {
            first_name: cell("first_name").to_owned(),
            last_name: cell("last_name").to_owned(),
            email: cell("email").to_owned(),
            job_title: optional("job_title"),
            avatar_url: optional("avatar_url"),
            is_contractor: switch("is_contractor")?,
            has_mfa: switch("mfa")?,
            started: optional("start_date").and_then(|date| dates::parse(&date)).map(dates::date),
        })
    });
    rows.collect()
}
