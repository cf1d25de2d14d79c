//! Schemas in an arena that generation and validation walk without looking names up.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::role::{Noun, Role};

/// Where a schema stands in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SchemaId(pub(crate) u32);

/// A compiled schema; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The component's name, or that of the component it refers to.
    pub name: Option<Arc<str>>,
    /// What it means, in our words; empty where there are none.
    pub doc: Cow<'static, str>,
    /// Whether the vendor marks it as deprecated.
    pub deprecated: bool,
    /// Whether `null` is a value of it.
    pub nullable: bool,
    /// What stands for a value that is not given.
    pub default: Option<Arc<Value>>,
    /// What values it holds.
    pub shape: Shape,
}

/// What values a schema holds besides `null`.
#[derive(Clone, Debug, Default)]
pub enum Shape {
    /// Any value.
    #[default]
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(Bounds),
    /// A number.
    Number(Bounds),
    /// A string.
    Text(Text),
    /// One of these values.
    Enum(Arc<[Value]>),
    /// An array.
    Array(Array),
    /// An object.
    Object(Arc<Object>),
    /// A value of one of these schemas.
    OneOf(Arc<[SchemaId]>),
    /// Only while compiling: a reference that the compiler replaces.
    Reference(SchemaId),
}

/// The limits of a number, both included.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The least value; negative infinity without a limit.
    pub minimum: f64,
    /// The greatest value; infinity without a limit.
    pub maximum: f64,
}

/// The limits of a string, in characters.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// How it is written.
    pub format: Format,
    /// The fewest characters.
    pub min_length: usize,
    /// The most characters; `usize::MAX` without a limit.
    pub max_length: usize,
}

/// The formats of strings that the contract uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A moment as ISO 8601 writes it.
    DateTime,
    /// A day as ISO 8601 writes it.
    Date,
    /// An email address.
    Email,
    /// A URL with its scheme.
    #[serde(alias = "url")]
    Uri,
    /// A UUID.
    Uuid,
    /// The content of a file.
    Binary,
    /// Any string.
    #[default]
    #[serde(other)]
    Plain,
}

/// An array and how many items it holds.
#[derive(Clone, Copy, Debug)]
pub struct Array {
    /// The schema of an item.
    pub items: SchemaId,
    /// The fewest items.
    pub min_items: usize,
    /// The most items; `usize::MAX` without a limit.
    pub max_items: usize,
    /// Whether no two items may be equal.
    pub unique: bool,
}

/// An object.
#[derive(Debug)]
pub struct Object {
    /// Sorted by name.
    pub properties: Vec<Property>,
    /// Whether it takes properties beyond those.
    pub additional: Additional,
    /// Which properties go together, beyond what each must have.
    pub rules: Vec<FieldRule>,
}

impl Object {
    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        let place = self.properties.binary_search_by(|property| (*property.name).cmp(name)).ok()?;
        Some(&self.properties[place])
    }
}

/// How many of some properties of a request may have a value. Responses are not held to it.
///
/// Its text is the rule, such as `exactly one of url and fileKey`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// How many of them.
    pub how_many: HowMany,
    /// Their names; the first is the one that a sample sets.
    pub fields: Vec<Arc<str>>,
}

/// How many of the properties of a rule may have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMany {
    /// One, and no other.
    Exactly,
    /// One or more.
    AtLeast,
    /// None, or one.
    AtMost,
}

impl HowMany {
    /// Whether this many is allowed.
    pub fn allows(self, count: usize) -> bool {
        match self {
            Self::Exactly => count == 1,
            Self::AtLeast => count > 0,
            Self::AtMost => count < 2,
        }
    }
}

impl FieldRule {
    /// The properties of the rule that have a value in an object; `null` is none.
    pub fn held_by<'a>(&'a self, map: &Map<String, Value>) -> Vec<&'a str> {
        let has_value = |name: &&str| map.get(*name).is_some_and(|value| !value.is_null());
        self.fields.iter().map(|name| &**name).filter(has_value).collect()
    }
}

impl fmt::Display for FieldRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.how_many {
            HowMany::Exactly => "exactly one of ",
            HowMany::AtLeast => "at least one of ",
            HowMany::AtMost => "at most one of ",
        })?;
        f.write_str(&listed(&self.fields.iter().map(|name| &**name).collect::<Vec<_>>()))
    }
}

/// Names as a sentence lists them.
pub(crate) fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Whether an object takes properties that it does not name.
#[derive(Debug)]
pub enum Additional {
    /// Any.
    Allowed,
    /// None.
    Forbidden,
    /// Those whose values are of this schema.
    Schema(SchemaId),
}

/// One property.
#[derive(Debug)]
pub struct Property {
    /// The name on the wire.
    pub name: Arc<str>,
    /// The hash of the name, which seeds its values.
    pub hash: u64,
    /// The schema of its value.
    pub schema: SchemaId,
    /// Whether an object must have it.
    pub required: bool,
    /// What the name says about the value.
    pub role: Role,
    /// What the name points to, whatever its role.
    pub noun: Option<Noun>,
    /// What names of the same meaning have in common, such as `ownerId` and `owner`; see [`crate::role::stem`].
    pub stem: u64,
}

/// The arena.
#[derive(Debug, Default)]
pub struct Schemas {
    pub(crate) nodes: Vec<Schema>,
    /// Enumerations by the hash of the property that is called like them: `ProviderTypeEnum` by `providerTypes`.
    pub(crate) enumerations: HashMap<u64, SchemaId>,
}

impl Schemas {
    /// The schema at a place.
    pub fn get(&self, id: SchemaId) -> &Schema {
        &self.nodes[id.0 as usize]
    }

    /// The component schema of this name.
    pub fn named(&self, name: &str) -> Option<SchemaId> {
        // Components stand before what refers to them.
        let place = self.nodes.iter().position(|schema| schema.name.as_deref() == Some(name))?;
        u32::try_from(place).ok().map(SchemaId)
    }

    /// The object at a place, if it is one.
    pub fn object(&self, id: SchemaId) -> Option<&Arc<Object>> {
        match &self.get(id).shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items of the array at a place, if it is one.
    pub fn items(&self, id: SchemaId) -> Option<SchemaId> {
        match &self.get(id).shape {
            Shape::Array(array) => Some(array.items),
            _ => None,
        }
    }

    /// The enumeration that is named after a property, by the property's hash.
    pub fn enumeration(&self, property: u64) -> Option<SchemaId> {
        self.enumerations.get(&property).copied()
    }

    pub(crate) fn push(&mut self, schema: Schema) -> SchemaId {
        let id = SchemaId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(schema);
        id
    }
}
