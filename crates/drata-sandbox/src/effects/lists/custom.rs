//! Filters by custom fields.

use serde_json::Value;

use crate::data::coerce;
use crate::data::dates;
use crate::data::definition::Definition;

/// What a filter asks of a custom field.
#[derive(Debug)]
pub(super) struct Custom {
    id: Option<u64>,
    name: Option<String>,
    value: Option<String>,
    least: Option<String>,
    most: Option<String>,
}

impl Custom {
    /// What the objects of a parameter ask for.
    pub(super) fn all(value: &Value) -> Vec<Self> {
        let text = |item: &Value, name: &str| item.get(name).filter(|value| !value.is_null()).map(coerce::text);
        let items = value.as_array().into_iter().flatten();
        let read = |item: &Value| Self {
            id: item.get("customFieldId").and_then(Value::as_u64),
            name: text(item, "name"),
            value: text(item, "value"),
            least: text(item, "gte"),
            most: text(item, "lte"),
        };
        items.map(read).collect()
    }

    /// Whether what a row holds is what is asked for.
    pub(super) fn keeps(&self, values: &[(Definition, Option<String>)]) -> bool {
        let is_meant = |definition: &Definition| {
            self.id.is_none_or(|id| definition.number == id)
                && self.name.as_deref().is_none_or(|name| definition.name().eq_ignore_ascii_case(name))
        };
        let mut held =
            values.iter().filter(|(definition, _)| is_meant(definition)).filter_map(|(_, value)| value.as_ref());
        held.any(|held| {
            self.value.as_ref().is_none_or(|value| value == held)
                && self.least.as_ref().is_none_or(|least| compare(held, least).is_some_and(|order| order.is_ge()))
                && self.most.as_ref().is_none_or(|most| compare(held, most).is_some_and(|order| order.is_le()))
        })
    }
}

/// The order of two texts that are numbers or dates.
fn compare(a: &str, b: &str) -> Option<std::cmp::Ordering> {
    let numbers = a.parse::<f64>().ok().zip(b.parse::<f64>().ok());
    let dates = || dates::parse(a).zip(dates::parse(b)).map(|(a, b)| a.cmp(&b));
    numbers.map(|(a, b)| a.total_cmp(&b)).or_else(dates)
}
