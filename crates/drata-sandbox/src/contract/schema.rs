//! Schemas, compiled once into an arena that generation and validation walk without looking names up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::document::{Additional as RawAdditional, RawSchema};
use crate::generate::hash;
use crate::generate::role::Role;

/// Where a schema stands in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SchemaId(u32);

/// A compiled schema; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// The component's name, or that of the component it refers to.
    pub(crate) name: Option<Arc<str>>,
    /// Whether `null` is a value of it.
    pub(crate) nullable: bool,
    pub(crate) default: Option<Arc<Value>>,
    pub(crate) shape: Shape,
}

/// What values a schema holds besides `null`.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Any,
    Boolean,
    Integer(Bounds),
    Number(Bounds),
    Text(Text),
    Enum(Arc<[Value]>),
    Array(Array),
    Object(Arc<Object>),
    OneOf(Arc<[SchemaId]>),
    /// Only while compiling: a reference that [`Schemas::settle`] replaces.
    Reference(SchemaId),
}

/// The limits of a number, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
}

/// The limits of a text, in characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) format: Format,
    pub(crate) min_length: usize,
    pub(crate) max_length: usize,
}

/// The formats of texts that the contract uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Plain,
    DateTime,
    Date,
    Email,
    Uri,
    Uuid,
    Binary,
}

impl Format {
    fn of(name: Option<&str>) -> Self {
        match name {
            Some("date-time") => Self::DateTime,
            Some("date") => Self::Date,
            Some("email") => Self::Email,
            Some("uri" | "url") => Self::Uri,
            Some("uuid") => Self::Uuid,
            Some("binary") => Self::Binary,
            _ => Self::Plain,
        }
    }
}

/// An array and how many items it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Array {
    pub(crate) items: SchemaId,
    pub(crate) min_items: usize,
    pub(crate) max_items: usize,
    pub(crate) unique: bool,
}

/// An object.
#[derive(Debug)]
pub(crate) struct Object {
    /// Sorted by name.
    pub(crate) properties: Vec<Property>,
    pub(crate) additional: Additional,
}

impl Object {
    /// The property of this name.
    pub(crate) fn property(&self, name: &str) -> Option<&Property> {
        let place = self.properties.binary_search_by(|property| (*property.name).cmp(name)).ok()?;
        Some(&self.properties[place])
    }
}

/// Whether an object takes properties that it does not name.
#[derive(Debug)]
pub(crate) enum Additional {
    Allowed,
    Forbidden,
    Schema(SchemaId),
}

/// One property.
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: Arc<str>,
    /// The hash of the name, which seeds its values.
    pub(crate) hash: u64,
    pub(crate) schema: SchemaId,
    pub(crate) required: bool,
    /// What the name says about the value.
    pub(crate) role: Role,
}

/// The arena.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    nodes: Vec<Schema>,
    /// Enumerations by the hash of the property that would list them: `ProviderTypeEnum` by `providerTypes`.
    enumerations: HashMap<u64, SchemaId>,
}

impl Schemas {
    /// The schema at a place.
    pub(crate) fn get(&self, id: SchemaId) -> &Schema {
        &self.nodes[id.0 as usize]
    }

    /// The object at a place, if it is one.
    pub(crate) fn object(&self, id: SchemaId) -> Option<&Arc<Object>> {
        match &self.get(id).shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items of the array at a place, if it is one.
    pub(crate) fn items(&self, id: SchemaId) -> Option<SchemaId> {
        match &self.get(id).shape {
            Shape::Array(array) => Some(array.items),
            _ => None,
        }
    }

    /// The enumeration that is named after a property, by the property's hash.
    pub(crate) fn enumeration(&self, property: u64) -> Option<SchemaId> {
        self.enumerations.get(&property).copied()
    }

    fn push(&mut self, schema: Schema) -> SchemaId {
        let id = SchemaId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(schema);
        id
    }
}

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
            if let Some(listed) = name.strip_suffix("Enum").and_then(listing_property) {
                compiler.schemas.enumerations.entry(hash::text(&listed)).or_insert(id);
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

/// `ProviderType` is listed by `providerTypes`.
fn listing_property(stem: &str) -> Option<String> {
    let first = stem.chars().next()?;
    Some(format!("{}{}s", first.to_ascii_lowercase(), &stem[first.len_utf8()..]))
}

fn bounds(raw: &RawSchema) -> Bounds {
    Bounds { minimum: raw.minimum.unwrap_or(f64::NEG_INFINITY), maximum: raw.maximum.unwrap_or(f64::INFINITY) }
}
