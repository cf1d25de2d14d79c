//! The contract as the tests of tolerant reading see it: what stands at a place, as JSON.

use std::sync::LazyLock;

use drata_api::ApiVersion;
use drata_contract::operation::ApiVersion as Version;
use drata_contract::schema::{Additional, Format, Object, SchemaId, Shape as Form};

/// The contract of a version.
#[derive(Debug)]
pub struct Contract(&'static drata_contract::Contract);

/// What stands at a place, as JSON.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Anything.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text, with its format.
    Text(Format),
    /// A text of a set; holds the first one.
    Enumeration(&'a str),
    /// A list of items of this schema.
    List(SchemaId),
    /// Texts to values of this schema.
    Map(SchemaId),
    /// Properties by name, some of them required.
    Object(&'a Object),
}

impl Contract {
    /// The contract of a version.
    pub fn of(version: ApiVersion) -> &'static Self {
        static V1: LazyLock<Contract> = LazyLock::new(|| Contract::read(Version::V1));
        static V2: LazyLock<Contract> = LazyLock::new(|| Contract::read(Version::V2));
        match version {
            ApiVersion::V1 => &V1,
            ApiVersion::V2 => &V2,
            other => panic!("{other} has no contract"),
        }
    }

    fn read(version: Version) -> Self {
        Self(drata_contract::Contract::of(version).expect("codegen writes contracts"))
    }

    /// The schema at `path`: a component or an operation's answer, then property after property, lists entered.
    ///
    /// `PagedResponse.data` is the schema of an item of its list `data`.
    ///
    /// # Panics
    /// When there is none.
    pub fn schema(&self, path: &str) -> SchemaId {
        let mut steps = path.split('.');
        let root = steps.next().unwrap_or_default();
        let start = self.0.schemas.named(root).or_else(|| self.answer(root));
        let start = start.unwrap_or_else(|| panic!("the contract has neither a schema nor an answer {root}"));
        steps.fold(self.item(start), |schema, name| match self.shape(schema) {
            Shape::Object(object) => {
                self.item(object.property(name).unwrap_or_else(|| panic!("{path}: no property {name}")).schema)
            }
            other => panic!("{path}: {name} is asked of {other:?}"),
        })
    }

    /// The schema of an operation's first JSON success.
    pub fn answer(&self, operation_id: &str) -> Option<SchemaId> {
        let operation = self.0.operations.iter().find(|operation| &*operation.id == operation_id)?;
        let mut successes = operation.answers.iter().filter(|answer| (200..300).contains(&answer.status));
        successes.find_map(|answer| answer.json())
    }

    /// The name of the component that a schema is or refers to.
    pub fn name(&self, schema: SchemaId) -> Option<&str> {
        self.0.schemas.get(schema).name.as_deref()
    }

    /// Whether `null` may stand there.
    pub fn is_nullable(&self, schema: SchemaId) -> bool {
        self.0.schemas.get(schema).nullable
    }

    /// What stands there.
    pub fn shape(&self, schema: SchemaId) -> Shape<'_> {
        match &self.0.schemas.get(schema).shape {
            Form::Boolean => Shape::Boolean,
            Form::Integer(_) => Shape::Integer,
            Form::Number(_) => Shape::Number,
            Form::Text(text) => Shape::Text(text.format),
            Form::Enum(values) => values.iter().find_map(|value| value.as_str()).map_or(Shape::Any, Shape::Enumeration),
            Form::Array(array) => Shape::List(array.items),
            Form::Object(object) => match (&object.properties[..], &object.additional) {
                ([], Additional::Schema(values)) => Shape::Map(*values),
                ([], _) => Shape::Any,
                _ => Shape::Object(object),
            },
            Form::OneOf(_) | Form::Any | Form::Reference(_) => Shape::Any,
        }
    }

    /// The schema of a list's items, however deep; of anything else, its own.
    fn item(&self, schema: SchemaId) -> SchemaId {
        match self.shape(schema) {
            Shape::List(items) => self.item(items),
            _ => schema,
        }
    }
}
