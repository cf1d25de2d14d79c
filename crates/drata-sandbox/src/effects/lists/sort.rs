//! The order of a list.

use std::cmp::Ordering;

use serde_json::Value;

use crate::contract::resource::KindId;
use crate::contract::schema::{Object, SchemaId};
use crate::data::painter::Painter;
use crate::exchange::params::Parameters;
use crate::state::row::Row;

/// How a list is ordered.
#[derive(Debug)]
pub(crate) enum Order {
    Number { descending: bool },
    Field { name: String, descending: bool },
}

/// What a row is ordered by; nothing comes first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    None,
    Number(f64),
    Text(String),
}

impl Key {
    /// The key of a value; objects are ordered by their names, arrays by their first item.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::None,
            Value::Bool(switch) => Self::Number(f64::from(u8::from(*switch))),
            Value::Number(number) => number.as_f64().map_or(Self::None, Self::Number),
            Value::String(text) => Self::Text(text.to_lowercase()),
            Value::Array(items) => items.first().map_or(Self::None, Self::of),
            Value::Object(map) => {
                let naming = ["lastName", "name", "value", "title", "email", "id"];
                naming.iter().find_map(|name| map.get(*name)).map_or(Self::None, Self::of)
            }
        }
    }

    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.clone().into(),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
        }
    }
}

impl Order {
    /// The order that a request asks for; by number when it asks for none.
    pub(crate) fn read(painter: &Painter<'_>, schema: SchemaId, parameters: &Parameters) -> Self {
        let descending = parameters.text("sortDir").is_some_and(|direction| direction.eq_ignore_ascii_case("desc"));
        let object = painter.catalog.schemas.object(schema);
        let field = parameters.text("sort").zip(object).and_then(|(sort, object)| sort_field(object, sort));
        match field {
            Some(name) => Self::Field { name, descending },
            None => Self::Number { descending },
        }
    }

    /// What a row is ordered by.
    pub(crate) fn key(&self, painter: &Painter<'_>, schema: SchemaId, row: Row) -> Key {
        match self {
            Self::Field { name, .. } => painter.field(row, schema, name).map_or(Key::None, |value| Key::of(&value)),
            Self::Number { .. } => Key::None,
        }
    }

    /// The numbers of rows in this order.
    pub(crate) fn sort(&self, painter: &Painter<'_>, schema: SchemaId, kind: KindId, numbers: Vec<u64>) -> Vec<u64> {
        let key = |number: u64| (self.key(painter, schema, Row { kind, number }), number);
        let mut sorted: Vec<_> = numbers.into_iter().map(key).collect();
        sorted.sort_by(|(a, number_a), (b, number_b)| self.compare(a, *number_a, b, *number_b));
        sorted.into_iter().map(|(_, number)| number).collect()
    }

    /// Whether a row stands at or before the end of the page before.
    pub(crate) fn is_passed(&self, key: &Key, number: u64, end_key: &Key, end_number: u64) -> bool {
        self.compare(key, number, end_key, end_number) != Ordering::Greater
    }

    fn compare(&self, a: &Key, number_a: u64, b: &Key, number_b: u64) -> Ordering {
        let ascending = a.compare(b).then(number_a.cmp(&number_b));
        match self {
            Self::Number { descending: true } | Self::Field { descending: true, .. } => ascending.reverse(),
            _ => ascending,
        }
    }
}

/// The property that a sort key such as `CREATED_AT` or `CONNECTION_STATE` means.
fn sort_field(object: &Object, sort: &str) -> Option<String> {
    let camel = camel_case(sort);
    let alone = match camel.as_str() {
        "created" | "date" => "createdAt",
        "updated" => "updatedAt",
        "companyName" => "company",
        "serialNum" => "serialNumber",
        other => other,
    };
    let mut ending = alone;
    loop {
        let lower = lower_first(ending);
        let plural = format!("{lower}s");
        if let Some(found) = [lower, plural].into_iter().find(|name| object.property(name).is_some()) {
            return Some(found);
        }
        // `connectionState` is the state: drop words from the front.
        let next = ending.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase())?.0;
        ending = &ending[next..];
    }
}

fn camel_case(sort: &str) -> String {
    if sort.contains(|letter: char| letter.is_ascii_lowercase()) {
        return sort.to_owned();
    }
    let mut words = sort.split('_');
    let first = words.next().unwrap_or_default().to_lowercase();
    words.fold(first, |mut all, word| {
        all.push_str(word.get(..1).unwrap_or_default());
        all.push_str(&word.get(1..).unwrap_or_default().to_lowercase());
        all
    })
}

fn lower_first(name: &str) -> String {
    name.get(..1).unwrap_or_default().to_lowercase() + name.get(1..).unwrap_or_default()
}
