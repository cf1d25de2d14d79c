//! The definitions of custom fields.

use serde_json::{Value, json};

use super::theme;
use crate::contract::schema::Property;
use crate::draw::Draw;
use crate::state::row::Row;

/// The definitions have a kind of rows of their own, where the contract has it.
pub(super) const KIND: &str = "custom-field-definitions";

/// Names of fields; the last is that of the first again, as accounts have it that grew.
pub(super) const NAMES: &[&str] = &[
    "Service owner",
    "Cost center",
    "Review notes",
    "Annual budget",
    "Data region",
    "Priority tier",
    "Wiki page",
    "Weighted score",
    "Business unit",
    "Contract number",
    "Regulatory owner",
    "Service owner",
];

const TYPES: &[&str] = &["TEXT", "NUMBER", "LONG_TEXT", "CURRENCY", "OPTIONS", "OPTIONS_NUMERIC", "URL", "FORMULA"];

/// What carries custom fields: the kind of the rows and its name in definitions.
pub(super) const CARRIERS: &[(&str, &str)] = &[
    ("risk-registers/risks", "RISK"),
    ("controls", "CONTROL"),
    ("assets", "ASSET"),
    ("personnel", "PERSONNEL"),
    ("vendors", "VENDOR"),
    ("frameworks/requirements", "FRAMEWORK_REQUIREMENTS"),
];

/// The definition of one custom field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Definition {
    pub(crate) number: u64,
}

impl Definition {
    pub(crate) fn name(self) -> &'static str {
        NAMES[usize::try_from(self.number.wrapping_sub(1)).unwrap_or(0) % NAMES.len()]
    }

    pub(crate) fn type_name(self) -> &'static str {
        TYPES[usize::try_from(self.number.wrapping_sub(1)).unwrap_or(0) % TYPES.len()]
    }

    /// Drata works out the value itself.
    pub(crate) fn is_read_only(self) -> bool {
        self.type_name() == "FORMULA"
    }

    /// The kinds of rows that carry it: all of them carry the first, two each of the others.
    pub(super) fn carriers(self) -> impl Iterator<Item = &'static str> {
        let number = usize::try_from(self.number).unwrap_or(0);
        let is_one = move |place: usize| [number, number + 2].iter().any(|first| first % CARRIERS.len() == place);
        let carriers = CARRIERS.iter().enumerate();
        carriers.filter(move |(place, _)| number == 1 || is_one(*place)).map(|(_, (_, carrier))| *carrier)
    }

    /// The choices with their ids, where there are choices.
    pub(crate) fn options(self) -> Option<Vec<(u64, Value)>> {
        let texts: [Value; 3] = match self.type_name() {
            "OPTIONS" => [json!("Europe"), json!("Americas"), json!("Asia")],
            "OPTIONS_NUMERIC" => [json!(1), json!(2), json!(3)],
            _ => return None,
        };
        Some((1..).map(|place| self.number * 10 + place).zip(texts).collect())
    }

    /// The value that a row has been seeded with, as text; some have none.
    pub(super) fn value(self, draw: Draw) -> Option<String> {
        let draw = draw.within(self.number);
        if draw.named("unset").chance(1, 5) {
            return None;
        }
        Some(match self.type_name() {
            "LONG_TEXT" => theme::sentence(draw),
            "NUMBER" | "CURRENCY" | "FORMULA" => draw.below(1_000).to_string(),
            "URL" => format!("https://wiki.example/{}", draw.hex(6)),
            "TEXT" => theme::words(draw),
            _ => {
                let options = self.options().unwrap_or_default();
                let place = usize::try_from(draw.below(options.len() as u64)).unwrap_or(0);
                options.get(place).map(|(_, value)| super::coerce::text(value)).unwrap_or_default()
            }
        })
    }
}

/// Whether a property of a definition is there: currency and options only where the type has them.
pub(super) fn is_left_out(row: Row, property: &Property) -> bool {
    let definition = Definition { number: row.number };
    match &*property.name {
        "currencyCode" => definition.type_name() != "CURRENCY",
        "options" => definition.options().is_none(),
        "frameworkScope" => true,
        _ => false,
    }
}

/// The kind of definitions.
pub(crate) fn is_definition(key: &str) -> bool {
    key == KIND
}
