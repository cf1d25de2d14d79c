//! Checks values against schemas of the contract.

use serde_json::Value;

use crate::dates;
use crate::schema::{Additional, Array, Bounds, Format, Object, SchemaId, Schemas, Shape, Text, listed};

/// As many problems as one response names.
const ENOUGH: usize = 10;

/// Whether a value may stand in a response. Requests may write dates in several forms, responses write them in one.
pub fn conforms(schemas: &Schemas, schema: SchemaId, value: &Value) -> bool {
    let mut check = Check { strict: true, ..Check::new(schemas, "") };
    check.value(schema, value);
    check.problems.is_empty()
}

/// What is wrong with a value: each problem begins with the path of what it is about, such as `rows[3].email`.
pub fn check(schemas: &Schemas, schema: SchemaId, value: &Value, at: &str) -> Vec<String> {
    let mut check = Check::new(schemas, at);
    check.value(schema, value);
    check.problems
}

/// The properties that no schema declares, by their paths; the service ignores them.
pub fn undeclared(schemas: &Schemas, schema: SchemaId, value: &Value) -> Vec<String> {
    let mut check = Check { undeclared: Some(Vec::new()), ..Check::new(schemas, "") };
    check.value(schema, value);
    check.undeclared.unwrap_or_default()
}

struct Check<'a> {
    schemas: &'a Schemas,
    path: String,
    problems: Vec<String>,
    undeclared: Option<Vec<String>>,
    /// Dates must be written as responses write them.
    strict: bool,
}

impl<'a> Check<'a> {
    fn new(schemas: &'a Schemas, at: &str) -> Self {
        Self { schemas, path: at.to_owned(), problems: Vec::new(), undeclared: None, strict: false }
    }
}

impl Check<'_> {
    fn problem(&mut self, what: impl std::fmt::Display) {
        if self.problems.len() < ENOUGH {
            let at = if self.path.is_empty() { "the body" } else { &self.path };
            self.problems.push(format!("{at} {what}"));
        }
    }

    /// Runs with a longer path.
    fn below(&mut self, step: &str, run: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        if before > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        run(self);
        self.path.truncate(before);
    }

    fn value(&mut self, id: SchemaId, value: &Value) {
        let schema = self.schemas.get(id);
        if value.is_null() {
            if !schema.nullable && !matches!(schema.shape, Shape::Any) {
                self.problem("must not be null");
            }
            return;
        }
        match &schema.shape {
            Shape::Any | Shape::Reference(_) => {}
            Shape::Boolean if value.is_boolean() => {}
            Shape::Boolean => self.problem(format_args!("must be true or false, not {}", shown(value))),
            Shape::Integer(bounds) => self.number(*bounds, value, true),
            Shape::Number(bounds) => self.number(*bounds, value, false),
            Shape::Text(text) => match value.as_str() {
                Some(written) => self.text(*text, written),
                None => self.problem(format_args!("must be a string, not {}", shown(value))),
            },
            Shape::Enum(values) => self.choice(values, value),
            Shape::Array(array) => match value.as_array() {
                Some(items) => self.array(*array, items),
                None => self.problem(format_args!("must be an array, not {}", shown(value))),
            },
            Shape::Object(object) => match value.as_object() {
                Some(map) => self.object(&object.clone(), map),
                None => self.problem(format_args!("must be an object, not {}", shown(value))),
            },
            Shape::OneOf(choices) => self.one_of(&choices.clone(), value),
        }
    }

    fn number(&mut self, bounds: Bounds, value: &Value, whole: bool) {
        let Some(number) = value.as_f64() else {
            let wanted = if whole { "an integer" } else { "a number" };
            return self.problem(format_args!("must be {wanted}, not {}", shown(value)));
        };
        // Beyond this a float no longer tells whole numbers apart.
        let is_whole = value.is_i64() || value.is_u64() || (number.fract() == 0.0 && number.abs() < 9e15);
        if whole && !is_whole {
            self.problem(format_args!("must be an integer, not {number}"));
        } else if number < bounds.minimum {
            self.problem(format_args!("must not be less than {}, and {number} is", bounds.minimum));
        } else if number > bounds.maximum {
            self.problem(format_args!("must not be greater than {}, and {number} is", bounds.maximum));
        }
    }

    fn text(&mut self, text: Text, written: &str) {
        // The number of bytes is never less than the number of characters, and cheaper to know.
        if written.len() > text.max_length && written.chars().count() > text.max_length {
            let length = written.chars().count();
            return self
                .problem(format_args!("must not be longer than {} characters, and has {length}", text.max_length));
        }
        if text.min_length > 0 && written.chars().count() < text.min_length {
            return self.problem(format_args!("must not be shorter than {} characters", text.min_length));
        }
        let (holds, wanted) = match text.format {
            Format::Plain | Format::Binary => return,
            Format::DateTime if self.strict => (dates::is_moment(written), "a moment with its zone"),
            Format::Date if self.strict => (dates::is_day(written), "a day"),
            Format::DateTime | Format::Date => (dates::parse(written).is_some(), "a date as ISO 8601 writes it"),
            Format::Email => (is_email(written), "an email address"),
            Format::Uri => (is_uri(written), "a URL with its scheme"),
            Format::Uuid => (is_uuid(written), "a UUID"),
        };
        if !holds {
            self.problem(format_args!("must be {wanted}, not {written:?}"));
        }
    }

    fn choice(&mut self, values: &[Value], value: &Value) {
        if values.contains(value) {
            return;
        }
        let some: Vec<_> = values.iter().take(12).map(shown).collect();
        let more = if values.len() > some.len() { ", …" } else { "" };
        self.problem(format_args!("must be one of {}{more}, not {}", some.join(", "), shown(value)));
    }

    fn array(&mut self, array: Array, items: &[Value]) {
        if items.len() < array.min_items {
            self.problem(format_args!("must hold at least {} items, and holds {}", array.min_items, items.len()));
        } else if items.len() > array.max_items {
            self.problem(format_args!("must hold at most {} items, and holds {}", array.max_items, items.len()));
        }
        if array.unique && items.iter().enumerate().any(|(place, item)| items[..place].contains(item)) {
            self.problem("must not hold the same item twice");
        }
        for (place, item) in items.iter().enumerate() {
            self.below(&format!("[{place}]"), |check| check.value(array.items, item));
        }
    }

    fn object(&mut self, object: &Object, map: &serde_json::Map<String, Value>) {
        for property in object.properties.iter().filter(|property| property.required) {
            if !map.contains_key(&*property.name) {
                self.below(&property.name, |check| check.problem("is required"));
            }
        }
        let rules = if self.strict { &[] } else { object.rules.as_slice() };
        for rule in rules {
            let held = rule.held_by(map);
            if !rule.how_many.allows(held.len()) {
                let held = if held.is_empty() { "none".to_owned() } else { listed(&held) };
                self.problem(format_args!("must hold {rule}, and holds {held}"));
            }
        }
        for (name, value) in map {
            match (object.property(name), &object.additional) {
                (Some(property), _) => self.below(name, |check| check.value(property.schema, value)),
                (None, Additional::Schema(schema)) => self.below(name, |check| check.value(*schema, value)),
                (None, Additional::Forbidden) => self.below(name, |check| check.problem("is not a known property")),
                (None, Additional::Allowed) if object.properties.is_empty() => {}
                (None, Additional::Allowed) => {
                    self.below(name, |check| check.undeclared.iter_mut().for_each(|all| all.push(check.path.clone())));
                }
            }
        }
    }

    fn one_of(&mut self, choices: &[SchemaId], value: &Value) {
        let tried: Vec<_> = choices.iter().map(|choice| check(self.schemas, *choice, value, &self.path)).collect();
        if tried.iter().any(Vec::is_empty) {
            return;
        }
        match tried.into_iter().min_by_key(Vec::len) {
            Some(closest) => self.problems.extend(closest),
            None => self.problem("has no form that is accepted"),
        }
    }
}

/// A value as a message shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::String(text) if text.chars().count() > 40 => {
            format!("{:?} and so on", text.chars().take(40).collect::<String>())
        }
        value => value.to_string(),
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
            && !rest.contains(char::is_whitespace)
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(place, letter)| match place {
            8 | 13 | 18 | 23 => letter == '-',
            _ => letter.is_ascii_hexdigit(),
        })
}
