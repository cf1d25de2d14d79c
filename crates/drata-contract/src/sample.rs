//! Valid samples of a schema, made from its types, limits and the names of its properties.

use serde_json::{Map, Number, Value};

use crate::role::Role;
use crate::schema::{Bounds, FieldRule, Format, Object, SchemaId, Schemas, Shape, Text};

/// How much of a sample is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is required; `null` where that is allowed, and no items.
    Minimal,
    /// What is required with values in it, one item in lists that need one.
    Required,
    /// Every property, and one item in every list.
    Full,
}

/// A valid sample of `schema`; `null` for a schema that requires itself. Files have no value in JSON and are left out.
///
/// ```
/// use drata_contract::{Contract, operation::ApiVersion, sample};
///
/// let contract = Contract::of(ApiVersion::V2)?;
/// let create = contract.at("v2::tasks::create").expect("an operation");
/// let schema = create.json_body().expect("a JSON body");
/// let body = sample::sample(&contract.schemas, schema, sample::Extent::Required);
/// assert!(drata_contract::check::check(&contract.schemas, schema, &body, "").is_empty());
/// # Ok::<(), String>(())
/// ```
pub fn sample(schemas: &Schemas, schema: SchemaId, extent: Extent) -> Value {
    let mut sampler = Sampler { schemas, extent, within: Vec::new() };
    sampler.value(schema, Role::Plain).unwrap_or(Value::Null)
}

/// A valid sample of a value that has a name, such as a parameter: an `email` is an address.
pub fn named(schemas: &Schemas, schema: SchemaId, name: &str, extent: Extent) -> Value {
    let mut sampler = Sampler { schemas, extent, within: Vec::new() };
    sampler.value(schema, Role::of(name)).unwrap_or(Value::Null)
}

struct Sampler<'a> {
    schemas: &'a Schemas,
    extent: Extent,
    /// The objects that are being made.
    within: Vec<*const Object>,
}

impl Sampler<'_> {
    /// `None` where the same object would begin again: whatever holds it there has to do without.
    fn value(&mut self, id: SchemaId, role: Role) -> Option<Value> {
        let schema = self.schemas.get(id);
        if let Some(default) = schema.default.as_deref().filter(|_| self.extent != Extent::Minimal) {
            return Some(default.clone());
        }
        Some(match &schema.shape {
            Shape::Any | Shape::Reference(_) => Value::from("sample"),
            Shape::Boolean => true.into(),
            Shape::Integer(bounds) => integer(*bounds),
            Shape::Number(bounds) => Number::from_f64(2.5_f64.clamp(bounds.minimum, bounds.maximum))?.into(),
            Shape::Text(Text { format: Format::Binary, .. }) => return None,
            Shape::Text(text) => written(*text, role).into(),
            Shape::Enum(values) => values.first()?.clone(),
            Shape::Array(array) => {
                let count = match self.extent {
                    Extent::Full => array.min_items.max(1),
                    Extent::Minimal | Extent::Required => array.min_items,
                };
                let item = (count > 0).then(|| self.value(array.items, role)).flatten();
                if array.min_items > 0 && item.is_none() {
                    return None;
                }
                let wanted = if array.unique { count.min(1) } else { count };
                item.into_iter().cycle().take(wanted).collect()
            }
            Shape::OneOf(choices) => choices.iter().find_map(|choice| self.value(*choice, role))?,
            Shape::Object(object) => {
                let place = std::sync::Arc::as_ptr(object);
                if self.within.contains(&place) {
                    return schema.nullable.then_some(Value::Null);
                }
                self.within.push(place);
                let mut map = Map::new();
                let mut possible = true;
                for property in &object.properties {
                    let nullable = self.schemas.get(property.schema).nullable;
                    let value = match (self.extent, property.required) {
                        _ if self.is_left_out(object, &property.name) => continue,
                        (Extent::Minimal | Extent::Required, false) if self.is_chosen(object, &property.name) => {
                            self.value(property.schema, property.role)
                        }
                        (Extent::Minimal | Extent::Required, false) => continue,
                        (Extent::Minimal, true) if nullable => Some(Value::Null),
                        _ => self.value(property.schema, property.role),
                    };
                    match value {
                        Some(value) => _ = map.insert(property.name.to_string(), value),
                        None => possible &= !property.required || self.is_file(property.schema),
                    }
                }
                self.within.pop();
                possible.then_some(Value::Object(map))?
            }
        })
    }

    /// Whether a rule about fields needs this one: of its fields, a sample sets the first that is no file.
    fn is_chosen(&self, object: &Object, name: &str) -> bool {
        object.rules.iter().any(|rule| !rule.how_many.allows(0) && self.chosen(object, rule) == Some(name))
    }

    /// Whether a rule takes one of its fields alone, and this is another.
    fn is_left_out(&self, object: &Object, name: &str) -> bool {
        let alone = object.rules.iter().filter(|rule| !rule.how_many.allows(2));
        let mut of_it = alone.filter(|rule| rule.fields.iter().any(|field| **field == *name));
        of_it.any(|rule| self.chosen(object, rule) != Some(name))
    }

    fn chosen<'r>(&self, object: &Object, rule: &'r FieldRule) -> Option<&'r str> {
        let has_value = |name: &&str| object.property(name).is_some_and(|property| !self.is_file(property.schema));
        rule.fields.iter().map(|name| &**name).find(has_value)
    }

    fn is_file(&self, id: SchemaId) -> bool {
        is_file(self.schemas, id)
    }
}

/// Whether values of a schema are files, or lists of them.
pub fn is_file(schemas: &Schemas, id: SchemaId) -> bool {
    match &schemas.get(id).shape {
        Shape::Text(text) => text.format == Format::Binary,
        Shape::Array(array) => is_file(schemas, array.items),
        _ => false,
    }
}

fn integer(bounds: Bounds) -> Value {
    let number = 1_f64.max(bounds.minimum.ceil()).min(bounds.maximum.floor());
    #[expect(clippy::cast_possible_truncation, reason = "limits of the contract are far below")]
    Value::from(number as i64)
}

fn written(text: Text, role: Role) -> String {
    let plain = match text.format {
        Format::DateTime => "2026-06-26T08:30:00.000Z",
        Format::Date => "2026-06-26",
        Format::Email => "ada@example.com",
        Format::Uri => "https://example.com/sample",
        Format::Uuid => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        Format::Binary | Format::Plain => match role {
            Role::Email => "ada@example.com",
            Role::Url | Role::SignedUrl => "https://example.com/sample",
            Role::FirstName => "Ada",
            Role::LastName => "Byron",
            Role::PersonName => "Ada Byron",
            Role::At(_) => "2026-06-26",
            Role::Code => "DCF-1",
            Role::Description => "What it is about.",
            _ => "sample",
        },
    };
    let mut out = plain.to_owned();
    while out.chars().count() < text.min_length {
        out.push('a');
    }
    match out.char_indices().nth(text.max_length) {
        Some((end, _)) => out[..end].to_owned(),
        None => out,
    }
}
