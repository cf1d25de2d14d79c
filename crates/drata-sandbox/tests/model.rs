//! Random programs against a plain model of what they did: creates, partial changes, deletions, reads and walks through
//! lists, over every resource that both can be created and listed. Whatever is read must be what the model says, and a
//! write to one row leaves every other as it was.

#[path = "support/api.rs"]
mod api;
mod support;
#[path = "support/walk.rs"]
mod walk;

use api::Api;
use drata_contract::Contract;
use drata_contract::operation::{ApiVersion, Operation};
use drata_contract::resource::{KindId, Plan};
use drata_contract::sample::{self, Extent};
use drata_contract::schema::{Format, Schemas, Shape};
use drata_sandbox::Sandbox;
use serde_json::{Map, Value};
use support::Dice;

/// Fields that mean more than their value: they name something, or have rules of their own.
const OF_THEIR_OWN: &[&str] = &[
    "artifactType",
    "assignedTo",
    "base64File",
    "customFields",
    "filedAt",
    "fileKey",
    "renewalScheduleType",
    "source",
    "ticketUrl",
    "type",
    "url",
];

/// Fields that follow from something else than what was said of them.
const FOLLOWING: &[&str] = &[
    "updatedAt",
    "current",
    "downloadUrl",
    "archivedAt",
    "confirmedAt",
    "separatedAt",
    "completionDate",
    "renewalDateStatus",
    "score",
    "residualScore",
    "isExpired",
    "isReady",
    "numInScopeControls",
    "numInScopeRequirements",
    "numReadyInScopeRequirements",
    "totalInScopeControls",
    "scopedPersonnelCount",
];

/// A resource that rows can be added to.
struct Area {
    version: ApiVersion,
    list: String,
    create: &'static Operation,
    read: Option<&'static Operation>,
    update: Option<&'static Operation>,
    delete: Option<&'static Operation>,
    by_cursor: bool,
    is_paged: bool,
    /// Two lists may show rows of one kind.
    kind: KindId,
    /// What is known of each row, with its id, in the order of the list.
    rows: Vec<(String, Map<String, Value>)>,
}

impl Area {
    fn known(&mut self, id: &str) -> &mut Map<String, Value> {
        &mut self.rows.iter_mut().find(|(known, _)| known == id).expect("a known row").1
    }
}

/// All areas that the contract tells of.
fn areas(contract: &'static Contract) -> Vec<Area> {
    let find = |version, method: &str, path: &str, exact: bool| {
        let mut all = contract.operations.iter().filter(|operation| operation.version == version);
        all.find(|operation| {
            let fits = match operation.path.strip_prefix(path) {
                Some("") => exact,
                Some(rest) => !exact && rest.starts_with("/{") && rest.matches('/').count() == 1,
                None => false,
            };
            fits && operation.method.as_str() == method
        })
    };
    let area = |create: &'static Operation| {
        let Plan::Create { kind } = create.plan else { return None };
        let body = contract.schemas.object(create.json_body()?)?;
        // What says only which rows belong together makes none.
        let relates =
            body.properties.iter().all(|property| property.name.ends_with("Id") || property.name.ends_with("Ids"));
        if relates || create.upsert || create.path.ends_with("/actions") {
            return None;
        }
        let list = find(create.version, "GET", &create.path, true)?;
        let rows_are_listed = matches!(list.plan, Plan::List { kind: listed, .. } if listed == kind);
        let filled: Vec<_> =
            create.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let root = create.version.root().trim_start_matches("/public");
        let one = |method| find(create.version, method, &create.path, false);
        rows_are_listed.then(|| Area {
            version: create.version,
            list: format!("{root}{}", filled.join("/")),
            create,
            read: one("GET"),
            update: one("PUT"),
            delete: one("DELETE"),
            by_cursor: list.parameter("cursor").is_some(),
            is_paged: list.paging.is_some(),
            kind,
            rows: Vec::new(),
        })
    };
    contract.operations.iter().filter_map(area).collect()
}

/// A valid body with some plain fields of it drawn anew, and those fields.
fn body(schemas: &Schemas, operation: &Operation, dice: &mut Dice) -> (Value, Map<String, Value>) {
    let schema = operation.json_body().expect("a body");
    let mut body = sample::sample(schemas, schema, Extent::Required);
    let mut drawn = Map::new();
    let object = schemas.object(schema).expect("an object");
    for property in object.properties.iter().filter(|property| !OF_THEIR_OWN.contains(&&*property.name)) {
        if !property.required && dice.flip() {
            continue;
        }
        let value = match &schemas.get(property.schema).shape {
            Shape::Boolean => dice.flip().into(),
            Shape::Enum(values) => values[dice.below(values.len())].clone(),
            Shape::Text(text) if text.format == Format::Plain && property.noun.is_none() => {
                let word = format!("{} {} \u{e9}\"\\", property.name, dice.below(1_000_000));
                if (text.min_length..=text.max_length).contains(&word.chars().count()) { word.into() } else { continue }
            }
            _ => continue,
        };
        // Addresses, days and codes are texts too; such a value is not one.
        let named = ["Date", "At", "mail", "Url", "website", "code", "cost", "Id"]
            .iter()
            .any(|end| property.name.ends_with(end));
        if named && value.is_string() && !matches!(schemas.get(property.schema).shape, Shape::Enum(_)) {
            continue;
        }
        drawn.insert(property.name.to_string(), value.clone());
        body[&*property.name] = value;
    }
    (body, drawn)
}

/// The single values of a row that stay until somebody says otherwise.
fn plain(row: &Value) -> Map<String, Value> {
    let stays = |(name, value): &(&String, &Value)| {
        let is_single = !value.is_object() && !value.is_array();
        // Whom a row points to may follow from what was said of others.
        let points = name.len() > 2 && name.ends_with("Id");
        is_single && !points && !FOLLOWING.contains(&name.as_str()) && !name.ends_with("Count") && !is_link(value)
    };
    row.as_object().into_iter().flatten().filter(stays).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_link(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("/files/"))
}

fn id(row: &Value) -> Option<String> {
    let id = row.get("id").filter(|id| !id.is_null())?;
    Some(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
}

struct Program {
    api: Api,
    schemas: &'static Schemas,
    dice: Dice,
}

impl Program {
    /// Whatever both say of a row is the same.
    fn agree(what: &str, known: &Map<String, Value>, read: &Value) {
        for (name, value) in plain(read) {
            let expected = known.get(&name);
            assert!(expected.is_none_or(|expected| *expected == value), "{what}: {name} is {value}, not {expected:?}");
        }
    }

    /// Walks through the list in pages of any size: the rows are those of the model, in its order, all of them once.
    async fn walk(&mut self, area: &mut Area, learn: bool) {
        let size = 1 + self.dice.below(9);
        let (mut page, mut cursor, mut rows, mut total) = (1, None::<String>, Vec::new(), None);
        loop {
            let place = match (area.by_cursor, &cursor) {
                (true, Some(cursor)) => format!("size={size}&cursor={cursor}"),
                (true, None) => format!("size={size}&includeTotalCount=true"),
                (false, _) => format!("limit={size}&page={page}"),
            };
            let body = self.api.get(&format!("{}?{place}", area.list)).await;
            total = total.or_else(|| body["total"].as_u64().or_else(|| body["pagination"]["totalCount"].as_u64()));
            let more = walk::rows(&body).cloned().unwrap_or_default();
            let is_paged = area.is_paged;
            assert!(more.len() <= size || !is_paged, "{}: {} rows in a page of {size}", area.list, more.len());
            let is_last = more.len() < size || !is_paged;
            rows.extend(more);
            cursor = body["pagination"]["cursor"].as_str().map(str::to_owned);
            page += 1;
            if if area.by_cursor { cursor.is_none() } else { is_last } {
                break;
            }
        }
        if learn {
            area.rows = rows.iter().filter_map(|row| Some((id(row)?, plain(row)))).collect();
        }
        let ids: Vec<_> = rows.iter().filter_map(id).collect();
        assert_eq!(ids, area.rows.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), "the rows of {}", area.list);
        assert_eq!(total.unwrap_or(rows.len() as u64), rows.len() as u64, "the total of {}", area.list);
        for (row, known) in rows.iter().zip(area.rows.iter().map(|(_, known)| known)) {
            Self::agree(&format!("{} lists {}", area.list, row["id"]), known, row);
        }
    }

    async fn read(&mut self, area: &mut Area, number: &str) {
        if area.read.is_none() {
            return;
        }
        let row = self.api.get(&format!("{}/{number}", area.list)).await;
        let what = format!("{}/{number}", area.list);
        let known = area.known(number);
        Self::agree(&what, known, &row);
        // A row alone says more than in a list; what it says stays as well.
        known.extend(plain(&row));
    }

    /// Adds a row, unless a rule that the contract does not hold refuses it.
    async fn create(&mut self, area: &mut Area) {
        let (body, drawn) = body(self.schemas, area.create, &mut self.dice);
        let (status, row) = self.api.json("POST", &area.list, body.clone()).await;
        println!("POST {} {body}: {status} {row}", area.list);
        // Of several rows that one request makes the samples ask for one.
        let row = row["data"].as_array().and_then(|rows| rows.last()).cloned().unwrap_or(row);
        let Some(number) = id(&row).filter(|_| status < 300) else {
            assert!((200..500).contains(&status), "POST {}: {status} {row}", area.list);
            if status < 300 {
                // Nothing says which row it is: the list has one more.
                let before = area.rows.len();
                self.walk(area, true).await;
                assert!(area.rows.is_empty() || area.rows.len() == before + 1, "POST {} adds no row", area.list);
            }
            return;
        };
        assert!(area.rows.iter().all(|(known, _)| *known != number), "{} gives the id {number} again", area.list);
        Self::agree(&format!("POST {} {body}", area.list), &drawn, &row);
        let mut known = plain(&row);
        known.extend(drawn);
        area.rows.push((number, known));
    }

    async fn change(&mut self, area: &mut Area, number: &str) {
        let Some(update) = area.update.filter(|update| update.json_body().is_some()) else { return };
        let (body, drawn) = body(self.schemas, update, &mut self.dice);
        let (status, row) = self.api.json("PUT", &format!("{}/{number}", area.list), body.clone()).await;
        println!("PUT {}/{number} {body}: {status} {row}", area.list);
        if status >= 300 {
            assert!((400..500).contains(&status), "PUT {}/{number}: {status} {row}", area.list);
            return;
        }
        Self::agree(&format!("PUT {}/{number} {body}", area.list), &drawn, &row);
        let known = area.known(number);
        // What the sample of the body says besides is a change as well.
        for name in body.as_object().into_iter().flat_map(Map::keys) {
            known.remove(name);
        }
        known.extend(drawn);
    }

    async fn delete(&mut self, area: &mut Area, number: &str) {
        // The first row may be the parent of another area.
        if area.delete.is_none() || number == "1" {
            return;
        }
        let path = format!("{}/{number}", area.list);
        let status = self.api.send("DELETE", &path).await.status().as_u16();
        println!("DELETE {path}: {status}");
        assert!(status < 300, "DELETE {path}: {status}");
        area.rows.retain(|(known, _)| known != number);
        let again = self.api.send("DELETE", &path).await.status().as_u16();
        assert_eq!(again, 404, "DELETE {path} again");
    }
}

async fn run(seed: u64, steps: usize) -> usize {
    let contract = Contract::shared().expect("a contract");
    let sandbox = Sandbox::builder().seed(seed).records(6).nested(3).start().await.expect("a port");
    let mut program = Program { api: Api::new(sandbox), schemas: &contract.schemas, dice: Dice::new(seed) };
    let mut areas = areas(contract);
    // The versions share their rows: one program writes through one version.
    let version = ApiVersion::ALL[usize::try_from(seed % 2).unwrap_or(0)];
    areas.retain(|area| area.version == version);
    for area in &mut areas {
        program.walk(area, true).await;
    }
    for _ in 0..steps {
        let place = program.dice.below(areas.len());
        let area = &mut areas[place];
        let kind = area.kind;
        let any = area.rows.get(program.dice.below(area.rows.len().max(1))).map(|(id, _)| id.clone());
        match (program.dice.below(8), any) {
            (0 | 1, _) | (_, None) => program.create(area).await,
            (2 | 3, Some(number)) => program.change(area, &number).await,
            (4, Some(number)) => program.delete(area, &number).await,
            (5, Some(number)) => program.read(area, &number).await,
            _ => program.walk(area, false).await,
        }
        let rows = area.rows.clone();
        areas.iter_mut().filter(|area| area.kind == kind).for_each(|area| area.rows.clone_from(&rows));
    }
    for area in &mut areas {
        program.walk(area, false).await;
    }
    areas.len()
}

#[tokio::test]
async fn every_read_agrees_with_what_was_written() {
    let mut areas = 0;
    for seed in 1..=2 {
        areas += run(seed, 80).await;
    }
    assert!(areas > 20, "{areas} areas");
}
