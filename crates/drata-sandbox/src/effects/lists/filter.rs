//! The filters of a list, understood by the names of their parameters.

use jiff::Timestamp;
use serde_json::Value;

use drata_contract::role::{self, Noun};

use super::custom::Custom;
use super::source::Source;
use crate::contract::operation::{Operation, Place};
use crate::contract::resource::KindId;
use crate::contract::schema::{Object, SchemaId, Shape};
use crate::data::dates;
use crate::data::painter::Painter;
use crate::exchange::params::Parameters;
use crate::state::row::Row;

/// The filters of one request.
#[derive(Debug)]
pub(crate) struct Filters {
    tests: Vec<Test>,
    /// Parameters that no property of a row answers to.
    pub(crate) ignored: Vec<String>,
}

#[derive(Debug)]
enum Test {
    /// The property is one of the values.
    Is {
        field: String,
        wanted: Vec<Value>,
    },
    /// The property is none of the values.
    IsNot {
        field: String,
        unwanted: Vec<Value>,
    },
    /// One of the properties holds the text.
    Holds {
        fields: Vec<String>,
        text: String,
    },
    /// The property lies in the span.
    From {
        field: String,
        least: Timestamp,
    },
    Until {
        field: String,
        most: Timestamp,
    },
    AtLeast {
        field: String,
        least: f64,
    },
    AtMost {
        field: String,
        most: f64,
    },
    /// The property has a value, or has none.
    Present {
        field: String,
        wanted: bool,
    },
    /// What the row points to by this name is one of the values.
    Points {
        to: Pointer,
        wanted: Vec<Value>,
    },
    /// What a row says of something that no response shows is one of the values.
    Hidden {
        name: String,
        all: Vec<Value>,
        wanted: Vec<Value>,
    },
    /// A custom field equals a value or lies between two.
    Custom(Vec<Custom>),
}

/// What a name such as `ownerEmails` or `controls` points to, and what of it is meant.
#[derive(Clone, Debug)]
pub(crate) struct Pointer {
    noun: Option<Noun>,
    stem: u64,
    /// The property of the rows; their id or code without one.
    of: Option<&'static str>,
}

impl Pointer {
    /// The pointer that a name means for rows of a kind.
    pub(crate) fn of(painter: &Painter<'_>, kind: KindId, name: &str) -> Option<Self> {
        let endings = [("Emails", "email"), ("Email", "email"), ("Names", "name"), ("Name", "name")];
        let ending = endings.iter().find_map(|(ending, of)| Some((name.strip_suffix(ending)?, *of)));
        let (stem, of) = ending.map_or((name, None), |(stem, of)| (stem, Some(of)));
        let (noun, stem) = (Noun::of(stem), role::stem(stem));
        painter.catalog.target_of(kind, noun, stem)?;
        Some(Self { noun, stem, of })
    }

    /// What the rows that a row points to are called.
    pub(crate) fn values(&self, painter: &Painter<'_>, row: Row) -> Vec<Value> {
        let Some(target) = painter.catalog.target_of(row.kind, self.noun, self.stem) else { return Vec::new() };
        let subject = painter.subject(row, 0);
        let most = if self.of == Some("name") { 1 } else { usize::MAX };
        let rows = painter.rows(&subject, target, self.noun, self.stem, true);
        let schema = painter.catalog.kinds().get(target.kind()).schema;
        let text = |row: Row, name: &str| schema.and_then(|schema| painter.field(row, schema, name));
        let values = rows.iter().take(most).flat_map(|row| match self.of {
            Some(of) => text(row, of).into_iter().collect::<Vec<_>>(),
            None => [Some(row.number.into()), text(row, "code")].into_iter().flatten().collect(),
        });
        values.filter(|value| !value.is_null()).collect()
    }
}

/// The value of a property that no response shows and filters and facets ask for.
pub(crate) fn hidden(painter: &Painter<'_>, row: Row, name: &str, all: &[Value]) -> Value {
    let draw = painter.subject(row, 0).draw.named("hidden").named(name);
    // Most things are in order.
    let usual = all.iter().find(|value| matches!(value.as_str(), Some("PASS" | "SYNCED" | "INTERNAL")));
    if let Some(usual) = usual.filter(|_| draw.named("usual").chance(1, 2)) {
        return usual.clone();
    }
    let place = usize::try_from(draw.below(all.len() as u64)).unwrap_or(0);
    all.get(place).cloned().unwrap_or(Value::Null)
}

/// Parameters that are no filters.
const NO_FILTERS: &[&str] =
    &["page", "limit", "size", "cursor", "sort", "sortDir", "expand[]", "facets[]", "includeTotalCount"];

/// Properties that a search looks into.
const SEARCHED: &[&str] = &[
    "name",
    "title",
    "description",
    "email",
    "firstName",
    "lastName",
    "code",
    "question",
    "clientAlias",
    "clientType",
    "username",
    "identityId",
    "comment",
    "slug",
];

/// Texts of which a part is enough.
const PARTLY: &[&str] = &["name", "title", "description", "firstName", "lastName", "contactName", "targetId"];

impl Filters {
    pub(crate) fn read(
        painter: &Painter<'_>,
        source: Source<'_>,
        operation: &Operation,
        parameters: &Parameters,
    ) -> Self {
        let Source { kind, schema, told, .. } = source;
        let mut filters = Self { tests: Vec::new(), ignored: Vec::new() };
        let Some(object) = painter.catalog.schemas.object(schema) else { return filters };
        for parameter in operation.in_place(Place::Query) {
            let name = parameter.name.as_str();
            let Some(value) = parameters.get(name).filter(|_| !NO_FILTERS.contains(&name) && told != Some(name)) else {
                continue;
            };
            let bare = name.trim_end_matches("[]");
            let found = custom(painter, kind, bare, value)
                .or_else(|| test(object, bare, value))
                .or_else(|| pointing(painter, kind, bare, value))
                .or_else(|| unseen(painter, parameter.schema, bare, value));
            match found {
                Some(test) => filters.tests.push(test),
                None => filters.ignored.push(name.to_owned()),
            }
        }
        filters
    }

    /// Whether every row passes.
    pub(crate) fn are_none(&self) -> bool {
        self.tests.is_empty()
    }

    pub(crate) fn keep(&self, painter: &Painter<'_>, schema: SchemaId, row: Row) -> bool {
        self.tests.iter().all(|test| {
            let field = |name: &str| painter.field(row, schema, name).unwrap_or(Value::Null);
            match test {
                Test::Is { field: name, wanted } => is_any(&field(name), wanted),
                Test::IsNot { field: name, unwanted } => !is_any(&field(name), unwanted),
                Test::Holds { fields, text } => fields.iter().any(|name| holds(&field(name), text)),
                Test::From { field: name, least } => moment(&field(name)).is_some_and(|at| at >= *least),
                Test::Until { field: name, most } => moment(&field(name)).is_some_and(|at| at <= *most),
                Test::AtLeast { field: name, least } => field(name).as_f64().is_some_and(|number| number >= *least),
                Test::AtMost { field: name, most } => field(name).as_f64().is_some_and(|number| number <= *most),
                Test::Present { field: name, wanted } => is_present(&field(name)) == *wanted,
                Test::Points { to, wanted } => to.values(painter, row).iter().any(|value| is_any(value, wanted)),
                Test::Hidden { name, all, wanted } => is_any(&hidden(painter, row, name, all), wanted),
                Test::Custom(fields) => {
                    let values = painter.custom_values(row).unwrap_or_default();
                    fields.iter().all(|field| field.keeps(&values))
                }
            }
        })
    }
}

/// A filter by custom fields.
fn custom(painter: &Painter<'_>, kind: KindId, name: &str, value: &Value) -> Option<Test> {
    let row = Row { kind: painter.catalog.home(kind), number: 1 };
    let is_meant = matches!(name, "customFields" | "customRangeFields") && painter.definitions(row).is_some();
    is_meant.then(|| Test::Custom(Custom::all(value)))
}

/// A filter by what rows point to.
fn pointing(painter: &Painter<'_>, kind: KindId, name: &str, value: &Value) -> Option<Test> {
    let to = Pointer::of(painter, painter.catalog.home(kind), name)?;
    let wanted = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    Some(Test::Points { to, wanted })
}

/// A filter by an enumeration that rows do not show.
fn unseen(painter: &Painter<'_>, schema: SchemaId, name: &str, value: &Value) -> Option<Test> {
    let all = choices(painter, schema)?;
    let wanted = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    Some(Test::Hidden { name: name.to_owned(), all, wanted })
}

/// The values of an enumeration, or of a list of them.
pub(crate) fn choices(painter: &Painter<'_>, schema: SchemaId) -> Option<Vec<Value>> {
    let schemas = &painter.catalog.schemas;
    match &schemas.get(schemas.items(schema).unwrap_or(schema)).shape {
        Shape::Enum(values) => Some(values.to_vec()),
        _ => None,
    }
}

/// The test that a parameter means.
fn test(object: &Object, name: &str, value: &Value) -> Option<Test> {
    let values = || value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    if let (true, Some(text)) = (matches!(name, "q" | "search"), value.as_str()) {
        // What belongs to the person of a row is searched as well.
        let of_person = object.property("user").map(|_| &["email", "firstName", "lastName"][..]).unwrap_or_default();
        let fields = SEARCHED.iter().filter(|field| object.property(field).is_some() || of_person.contains(field));
        let fields: Vec<_> = fields.map(|field| (*field).to_owned()).collect();
        return (!fields.is_empty()).then(|| Test::Holds { fields, text: text.to_lowercase() });
    }
    if let Some(excluded) = name.strip_prefix("exclude") {
        let field = find(object, &lower_first(excluded))?;
        return Some(Test::IsNot { field, unwanted: values() });
    }
    if let Some(bound) = span(object, name, value) {
        return Some(bound);
    }
    if let (Some(text), true) = (value.as_str(), PARTLY.contains(&name)) {
        let field = find(object, name)?;
        return Some(Test::Holds { fields: vec![field], text: text.to_lowercase() });
    }
    if let Some(field) = find(object, name) {
        return Some(Test::Is { field, wanted: values() });
    }
    let wanted = value.as_bool()?;
    let stem = lower_first(name.strip_prefix("is").or_else(|| name.strip_prefix("has"))?);
    let field = if stem == "owned" { find(object, "owners") } else { find(object, &format!("{stem}At")) };
    Some(Test::Present { field: field.or_else(|| find(object, &stem))?, wanted })
}

/// `createdAtStartDate`, `dueDateTo`, `minScore`: one end of a span.
fn span(object: &Object, name: &str, value: &Value) -> Option<Test> {
    let number = |prefix: &str| Some((find(object, &lower_first(name.strip_prefix(prefix)?))?, value.as_f64()?));
    if let Some((field, least)) = number("min") {
        return Some(Test::AtLeast { field, least });
    }
    if let Some((field, most)) = number("max") {
        return Some(Test::AtMost { field, most });
    }
    if let Some(bound) = range(object, name, value) {
        return Some(bound);
    }
    let text = value.as_str()?;
    let at = dates::parse(text)?;
    let field = |ending: &str| {
        let stem = name.strip_suffix(ending)?;
        find(object, if stem.is_empty() { "createdAt" } else { stem })
    };
    let begins = field("StartDate").or_else(|| field("startDate")).or_else(|| field("From"));
    if let Some(field) = begins {
        return Some(Test::From { field, least: at });
    }
    let field = field("EndDate").or_else(|| field("endDate")).or_else(|| field("To"))?;
    // A day is meant as a whole.
    let most = if text.contains(['T', ' ']) { at } else { dates::later(at, 86_399) };
    Some(Test::Until { field, most })
}

/// `residualScoreGte`, `completedDateLte`: one end of a span, the bound included.
fn range(object: &Object, name: &str, value: &Value) -> Option<Test> {
    let (stem, is_least) = match (name.strip_suffix("Gte"), name.strip_suffix("Lte")) {
        (Some(stem), _) => (stem, true),
        (None, stem) => (stem?, false),
    };
    let stem = match stem {
        "inherentScore" => "score",
        "completedDate" => "completionDate",
        stem => stem,
    };
    let field = find(object, stem)?;
    if let Some(bound) = value.as_f64() {
        return Some(if is_least {
            Test::AtLeast { field, least: bound }
        } else {
            Test::AtMost { field, most: bound }
        });
    }
    let text = value.as_str()?;
    let at = dates::parse(text)?;
    let end = if text.contains(['T', ' ']) { at } else { dates::later(at, 86_399) };
    Some(if is_least { Test::From { field, least: at } } else { Test::Until { field, most: end } })
}

/// The property that a name means: itself, its singular, its plural, or the object that an id points to.
fn find(object: &Object, name: &str) -> Option<String> {
    let ids = name.strip_suffix("Ids").or_else(|| name.strip_suffix("Id"));
    let singular = name.strip_suffix("es").filter(|stem| stem.ends_with('s')).or_else(|| name.strip_suffix('s'));
    let mut names = vec![name.to_owned()];
    names.extend(singular.map(str::to_owned));
    names.push(format!("{name}s"));
    if let Some(stem) = ids {
        names.extend([format!("{stem}Id"), format!("{stem}Ids"), stem.to_owned(), format!("{stem}s")]);
    }
    if name == "ids" || name == "Ids" {
        names.push("id".to_owned());
    }
    let own = names.into_iter().find(|name| object.property(name).is_some());
    // `name` of an artifact is its `artifactName`.
    own.or_else(|| {
        let ending = name.get(..1)?.to_uppercase() + name.get(1..)?;
        let mut ends = object.properties.iter().filter(|property| property.name.ends_with(&ending));
        ends.next().filter(|_| name == "name" && ends.next().is_none()).map(|property| property.name.to_string())
    })
}

fn is_any(value: &Value, wanted: &[Value]) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| is_any(item, wanted)),
        Value::Object(map) => {
            ["id", "value", "data", "name"].iter().any(|key| map.get(*key).is_some_and(|inner| is_any(inner, wanted)))
        }
        value => wanted.iter().any(|wanted| is_same(value, wanted)),
    }
}

fn is_same(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::String(value), Value::String(wanted)) => {
            // A day is any moment of it.
            value.eq_ignore_ascii_case(wanted)
                || (wanted.len() == 10 && value.get(..10) == Some(wanted) && value.contains('T'))
        }
        (Value::Number(value), Value::Number(wanted)) => value.as_f64() == wanted.as_f64(),
        (Value::Number(value), Value::String(wanted)) => value.to_string() == *wanted,
        (Value::String(value), Value::Number(wanted)) => *value == wanted.to_string(),
        (value, wanted) => value == wanted,
    }
}

fn holds(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|value| value.to_lowercase().contains(text))
}

fn moment(value: &Value) -> Option<Timestamp> {
    dates::parse(value.as_str()?)
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(switch) => *switch,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => map.get("data").and_then(Value::as_array).is_none_or(|items| !items.is_empty()),
        _ => true,
    }
}

fn lower_first(name: &str) -> String {
    name.get(..1).unwrap_or_default().to_lowercase() + name.get(1..).unwrap_or_default()
}
