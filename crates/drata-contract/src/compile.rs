//! From the schemas of a document to the arena.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::document::{Additional as RawAdditional, RawSchema};
use crate::hash;
use crate::role::{self, Noun, Role};
use crate::schema::{Additional, Array, Bounds, Format, Object, Property, Schema, SchemaId, Schemas, Shape, Text};

/// Compiles the schemas of one document.
pub(crate) struct Compiler<'a> {
    schemas: &'a mut Schemas,
    raw: &'a BTreeMap<String, RawSchema>,
    named: HashMap<&'a str, SchemaId>,
}

impl<'a> Compiler<'a> {
    /// Compiles every component; what follows may refer to them.
    pub(crate) fn new(schemas: &'a mut Schemas, raw: &'a BTreeMap<String, RawSchema>) -> Self {
        let mut compiler = Self { schemas, raw, named: HashMap::new() };
        let placeholder = Schema { name: None, nullable: false, default: None, shape: Shape::Any };
        for name in raw.keys() {
            let id = compiler.schemas.push(placeholder.clone());
            compiler.named.insert(name, id);
            for property in name.strip_suffix("Enum").and_then(named_after).into_iter().flatten() {
                compiler.schemas.enumerations.entry(hash::text(&property)).or_insert(id);
            }
        }
        for (name, schema) in raw {
            let mut schema = compiler.schema(schema);
            schema.name = Some(name.as_str().into());
            let id = compiler.named[name.as_str()];
            compiler.schemas.nodes[id.0 as usize] = schema;
        }
        compiler
    }

    /// Compiles a schema that stands in an operation.
    pub(crate) fn add(&mut self, raw: &RawSchema) -> SchemaId {
        let schema = self.schema(raw);
        self.schemas.push(schema)
    }

    /// Replaces every reference by what it refers to; call it last.
    pub(crate) fn settle(self) {
        for place in 0..self.schemas.nodes.len() {
            let mut nullable = self.schemas.nodes[place].nullable;
            let mut target = place;
            // A reference to itself would go round for ever; no document is that deep.
            for _ in 0..32 {
                let Shape::Reference(next) = self.schemas.nodes[target].shape else { break };
                target = next.0 as usize;
                nullable |= self.schemas.nodes[target].nullable;
            }
            let Schema { name, default, shape, .. } = self.schemas.nodes[target].clone();
            let own = &self.schemas.nodes[place];
            let settled =
                Schema { name: own.name.clone().or(name), nullable, default: own.default.clone().or(default), shape };
            self.schemas.nodes[place] = settled;
        }
    }

    fn schema(&mut self, raw: &RawSchema) -> Schema {
        let default = raw.default.clone().filter(|value| !value.is_null()).map(Arc::new);
        Schema { name: None, nullable: raw.nullable, default, shape: self.shape(raw) }
    }

    fn shape(&mut self, raw: &RawSchema) -> Shape {
        if let Some(target) = raw.reference.as_deref().and_then(|reference| self.target(reference)) {
            return Shape::Reference(target);
        }
        if let ([only], None) = (raw.all_of.as_slice(), &raw.properties) {
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
            return Shape::Enum(values.iter().filter(|value| !value.is_null()).cloned().collect());
        }
        match raw.kind.as_deref() {
            Some("boolean") => Shape::Boolean,
            Some("integer") => Shape::Integer(bounds(raw)),
            Some("number") => Shape::Number(bounds(raw)),
            Some("string") => Shape::Text(Text {
                format: Format::of(raw.format.as_deref()),
                min_length: raw.min_length.unwrap_or(0),
                max_length: raw.max_length.unwrap_or(usize::MAX),
            }),
            Some("array") => self.array(raw),
            Some("object") => self.object(raw),
            _ if raw.properties.is_some() => self.object(raw),
            _ if raw.items.is_some() => self.array(raw),
            _ => Shape::Any,
        }
    }

    fn array(&mut self, raw: &RawSchema) -> Shape {
        let items = self.add(raw.items.as_deref().unwrap_or(&RawSchema::default()));
        Shape::Array(Array {
            items,
            min_items: raw.min_items.unwrap_or(0),
            max_items: raw.max_items.unwrap_or(usize::MAX),
            unique: raw.unique_items,
        })
    }

    fn object(&mut self, raw: &RawSchema) -> Shape {
        let mut properties: Vec<_> = raw
            .properties
            .iter()
            .flatten()
            .map(|(name, schema)| Property {
                name: name.as_str().into(),
                hash: hash::text(name),
                schema: self.add(schema),
                required: raw.required.contains(name),
                role: Role::of(name),
                noun: Noun::of(name),
                stem: role::stem(name),
            })
            .collect();
        properties.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let additional = match &raw.additional_properties {
            Some(RawAdditional::Switch(false)) => Additional::Forbidden,
            Some(RawAdditional::Schema(schema)) => Additional::Schema(self.add(schema)),
            Some(RawAdditional::Switch(true)) | None => Additional::Allowed,
        };
        Shape::Object(Arc::new(Object { properties, additional }))
    }

    fn target(&self, reference: &str) -> Option<SchemaId> {
        self.named.get(reference.rsplit('/').next()?).copied()
    }

    /// One schema with the properties of all parts of an `allOf`.
    fn merged(&self, raw: &RawSchema) -> RawSchema {
        let mut whole = RawSchema { all_of: Vec::new(), ..raw.clone() };
        let mut properties = whole.properties.take().unwrap_or_default();
        for part in &raw.all_of {
            let part = match part.reference.as_deref().and_then(|reference| reference.rsplit('/').next()) {
                Some(name) => self.raw.get(name).cloned().unwrap_or_default(),
                None => part.clone(),
            };
            let part = if part.all_of.is_empty() { part } else { self.merged(&part) };
            properties.extend(part.properties.into_iter().flatten());
            whole.required.extend(part.required);
            whole.kind = whole.kind.or(part.kind);
        }
        whole.properties = Some(properties);
        whole
    }
}

/// The properties that would hold an enumeration and a list of it: `ProviderType` by `providerType` and `providerTypes`.
fn named_after(stem: &str) -> Option<[String; 2]> {
    let first = stem.chars().next()?;
    let one = format!("{}{}", first.to_ascii_lowercase(), &stem[first.len_utf8()..]);
    Some([format!("{one}s"), one])
}

fn bounds(raw: &RawSchema) -> Bounds {
    Bounds { minimum: raw.minimum.unwrap_or(f64::NEG_INFINITY), maximum: raw.maximum.unwrap_or(f64::INFINITY) }
}
