//! Schemas in an arena that generation and validation walk without looking names up.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::generate::role::Role;

/// Where a schema stands in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SchemaId(pub(super) u32);

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
    /// Only while compiling: a reference that the compiler replaces.
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
    pub(super) fn of(name: Option<&str>) -> Self {
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
    pub(super) nodes: Vec<Schema>,
    /// Enumerations by the hash of the property that is called like them: `ProviderTypeEnum` by `providerTypes`.
    pub(super) enumerations: HashMap<u64, SchemaId>,
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

    pub(super) fn push(&mut self, schema: Schema) -> SchemaId {
        let id = SchemaId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(schema);
        id
    }
}
