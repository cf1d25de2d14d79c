//! From the schemas of a document to the arena.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::document::{Additional as RawAdditional, Kind, Members, RawFieldRule, RawSchema, Words};
use crate::hash;
use crate::role::{self, Noun, Role};
use crate::schema::{
    Additional, Array, Bounds, FieldRule, HowMany, Object, Property, Schema, SchemaId, Schemas, Shape, Text,
};

/// Compiles the schemas of one document.
pub(crate) struct Compiler<'a> {
    schemas: &'a mut Schemas,
    raw: &'a [(Words<'static>, RawSchema<'static>)],
    named: HashMap<&'a str, SchemaId>,
    /// The place of the document's first schema in the arena.
    first: usize,
    /// What follows from a property's name: most names occur many times.
    names: HashMap<String, (Arc<str>, u64, Role)>,
}

impl<'a> Compiler<'a> {
    /// Compiles every component; what follows may refer to them.
    pub(crate) fn new(schemas: &'a mut Schemas, raw: &'a Members<'static, RawSchema<'static>>) -> Self {
        let raw = raw.0.as_slice();
        let first = schemas.nodes.len();
        let mut compiler =
            Self { schemas, raw, named: HashMap::with_capacity(raw.len()), first, names: HashMap::new() };
        let placeholder = Schema::default();
        for (name, _) in raw {
            let id = compiler.schemas.push(placeholder.clone());
            compiler.named.insert(name, id);
            for property in name.strip_suffix("Enum").and_then(named_after).into_iter().flatten() {
                compiler.schemas.enumerations.entry(hash::text(&property)).or_insert(id);
            }
        }
        for (name, schema) in raw {
            let mut schema = compiler.schema(schema);
            schema.name = Some((**name).into());
            let id = compiler.named[&**name];
            compiler.schemas.nodes[id.0 as usize] = schema;
        }
        compiler
    }

    /// Compiles a schema that stands in an operation.
    pub(crate) fn add(&mut self, raw: &RawSchema<'static>) -> SchemaId {
        let schema = self.schema(raw);
        self.schemas.push(schema)
    }

    /// Replaces every reference by what it refers to; call it last.
    pub(crate) fn settle(self) {
        for place in self.first..self.schemas.nodes.len() {
            if !matches!(self.schemas.nodes[place].shape, Shape::Reference(_)) {
                continue;
            }
            let mut nullable = self.schemas.nodes[place].nullable;
            let mut target = place;
            // A reference to itself would go round for ever; no document is that deep.
            for _ in 0..32 {
                let Shape::Reference(next) = self.schemas.nodes[target].shape else { break };
                target = next.0 as usize;
                nullable |= self.schemas.nodes[target].nullable;
            }
            let Schema { name, doc, default, shape, .. } = self.schemas.nodes[target].clone();
            let own = &mut self.schemas.nodes[place];
            own.nullable = nullable;
            own.shape = shape;
            own.name = own.name.take().or(name);
            own.default = own.default.take().or(default);
            if own.doc.is_empty() {
                own.doc = doc;
            }
        }
    }

    fn schema(&mut self, raw: &RawSchema<'static>) -> Schema {
        let default = raw.default.as_deref().filter(|value| !value.is_null()).cloned().map(Arc::new);
        let (doc, deprecated) = (raw.description.0.clone(), raw.deprecated);
        Schema { name: None, doc, deprecated, nullable: raw.nullable, default, shape: self.shape(raw) }
    }

    fn shape(&mut self, raw: &RawSchema<'static>) -> Shape {
        if let Some(target) = raw.reference.as_deref().and_then(|reference| self.target(reference)) {
            return Shape::Reference(target);
        }
        if let ([only], None) = (&*raw.all_of, &raw.properties) {
            return Shape::Reference(self.add(only));
        }
        if !raw.all_of.is_empty() {
            return self.shape(&self.merged(raw));
        }
        let choices = if raw.one_of.is_empty() { &raw.any_of } else { &raw.one_of };
        if !choices.is_empty() {
            return Shape::OneOf(choices.iter().map(|choice| self.add(choice)).collect());
        }
        if let Some(values) = &raw.values {
            return Shape::Enum(match values.iter().any(Value::is_null) {
                true => values.iter().filter(|value| !value.is_null()).cloned().collect(),
                false => Arc::clone(values),
            });
        }
        match raw.kind {
            Some(Kind::Boolean) => Shape::Boolean,
            Some(Kind::Integer) => Shape::Integer(bounds(raw)),
            Some(Kind::Number) => Shape::Number(bounds(raw)),
            Some(Kind::String) => Shape::Text(Text {
                format: raw.format,
                min_length: raw.min_length.unwrap_or(0),
                max_length: raw.max_length.unwrap_or(usize::MAX),
            }),
            Some(Kind::Array) => self.array(raw),
            Some(Kind::Object) => self.object(raw),
            _ if raw.properties.is_some() => self.object(raw),
            _ if raw.items.is_some() => self.array(raw),
            _ => Shape::Any,
        }
    }

    fn array(&mut self, raw: &RawSchema<'static>) -> Shape {
        let items = self.add(raw.items.as_deref().unwrap_or(&RawSchema::default()));
        Shape::Array(Array {
            items,
            min_items: raw.min_items.unwrap_or(0),
            max_items: raw.max_items.unwrap_or(usize::MAX),
            unique: raw.unique_items,
        })
    }

    fn object(&mut self, raw: &RawSchema<'static>) -> Shape {
        let mut properties: Vec<_> = raw
            .properties
            .iter()
            .flat_map(|properties| &properties.0)
            .map(|(key, schema)| {
                let schema = self.add(schema);
                let required = raw.required.contains(key);
                let (name, hash, role) = self.name(key);
                Property { name, hash, schema, required, role, noun: Noun::of(key), stem: role::stem(key) }
            })
            .collect();
        properties.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let additional = match &raw.additional_properties {
            Some(RawAdditional::Switch(false)) => Additional::Forbidden,
            Some(RawAdditional::Schema(schema)) => Additional::Schema(self.add(schema)),
            Some(RawAdditional::Switch(true)) | None => Additional::Allowed,
        };
        Shape::Object(Arc::new(Object { properties, additional, rules: rules(raw) }))
    }

    fn name(&mut self, name: &str) -> (Arc<str>, u64, Role) {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let known = (Arc::from(name), hash::text(name), Role::of(name));
        self.names.insert(name.to_owned(), known.clone());
        known
    }

    fn target(&self, reference: &str) -> Option<SchemaId> {
        self.named.get(reference.rsplit('/').next()?).copied()
    }

    /// One schema with the properties of all parts of an `allOf`.
    fn merged(&self, raw: &RawSchema<'static>) -> RawSchema<'static> {
        let mut whole = RawSchema { all_of: Box::default(), ..raw.clone() };
        let mut properties = whole.properties.take().unwrap_or_default();
        let mut required = whole.required.to_vec();
        let mut rules = whole.field_rules.to_vec();
        for part in &raw.all_of {
            let part = match part.reference.as_deref().and_then(|reference| reference.rsplit('/').next()) {
                Some(name) => {
                    self.raw.iter().find(|(known, _)| **known == *name).map(|(_, of)| of.clone()).unwrap_or_default()
                }
                None => part.clone(),
            };
            let part = if part.all_of.is_empty() { part } else { self.merged(&part) };
            for (name, schema) in part.properties.into_iter().flat_map(|properties| properties.0) {
                properties.0.retain(|(known, _)| *known != name);
                properties.0.push((name, schema));
            }
            required.extend(part.required);
            rules.extend(part.field_rules);
            whole.kind = whole.kind.or(part.kind);
        }
        whole.properties = Some(properties);
        whole.required = required.into();
        whole.field_rules = rules.into();
        whole
    }
}

fn rules(raw: &RawSchema<'_>) -> Vec<FieldRule> {
    let rule = |rule: &RawFieldRule| {
        let (how_many, fields) = match rule {
            RawFieldRule::Exactly(fields) => (HowMany::Exactly, fields),
            RawFieldRule::AtLeast(fields) => (HowMany::AtLeast, fields),
            RawFieldRule::AtMost(fields) => (HowMany::AtMost, fields),
        };
        FieldRule { how_many, fields: fields.clone() }
    };
    raw.field_rules.iter().map(rule).collect()
}

/// The properties that would hold an enumeration and a list of it: `ProviderType` by `providerType` and `providerTypes`.
fn named_after(stem: &str) -> Option<[String; 2]> {
    let first = stem.chars().next()?;
    let one = format!("{}{}", first.to_ascii_lowercase(), &stem[first.len_utf8()..]);
    Some([format!("{one}s"), one])
}

fn bounds(raw: &RawSchema<'_>) -> Bounds {
    Bounds { minimum: raw.minimum.unwrap_or(f64::NEG_INFINITY), maximum: raw.maximum.unwrap_or(f64::INFINITY) }
}
