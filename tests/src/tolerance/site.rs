//! The places of an instance.

use drata_contract::schema::SchemaId;
use serde_json::Value;

use crate::contract::{Contract, Shape};

/// A place of an instance, and what the schema says about it.
#[derive(Clone, Debug)]
pub(super) struct Site<'a> {
    /// The way to it.
    pub(super) path: Path,
    /// What stands there.
    pub(super) shape: Shape<'a>,
    /// Whether `null` may stand there.
    pub(super) nullable: bool,
    /// What it is to the value that holds it.
    pub(super) role: Role,
}

/// What a value is to the one that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing holds it.
    Root,
    /// A property that has to be there.
    Required,
    /// A property that may be missing.
    Optional,
    /// An item of a list.
    Item,
    /// A value of a map.
    Entry,
}

/// The way from the root to a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Path {
    fn key(&self, name: &str) -> Self {
        Self(self.0.iter().cloned().chain([Step::Key(name.to_owned())]).collect())
    }

    fn index(&self, index: usize) -> Self {
        Self(self.0.iter().cloned().chain([Step::Index(index)]).collect())
    }

    /// Whether it leads through a list.
    pub(super) fn is_in_list(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::Index(_)))
    }

    /// Whether it is the root, a property of it, or an item or value of such a property.
    pub(super) fn is_direct(&self) -> bool {
        let keys = self.0.iter().filter(|step| matches!(step, Step::Key(_))).count();
        keys <= 1
    }

    /// The name of the property it ends at, and the way to what holds it.
    pub(super) fn split_property(&self) -> Option<(Self, &str)> {
        match self.0.split_last()? {
            (Step::Key(name), rest) => Some((Self(rest.to_vec()), name)),
            (Step::Index(_), _) => None,
        }
    }

    /// As errors name it: `data[0].id`.
    pub(super) fn dotted(&self) -> String {
        self.0.iter().fold(String::new(), |text, step| match step {
            Step::Key(name) if text.is_empty() => name.clone(),
            Step::Key(name) => format!("{text}.{name}"),
            Step::Index(index) => format!("{text}[{index}]"),
        })
    }

    /// The value there.
    pub(super) fn of<'a>(&self, root: &'a mut Value) -> Option<&'a mut Value> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Key(name) => value.get_mut(name),
            Step::Index(index) => value.get_mut(index),
        })
    }
}

/// Every place of `instance`, the inner ones before those that hold them.
pub(super) fn sites<'a>(contract: &'a Contract, schema: SchemaId, instance: &Value) -> Vec<Site<'a>> {
    let mut found = Vec::new();
    visit(contract, schema, instance, Path::default(), Role::Root, &mut found);
    found
}

fn visit<'a>(
    contract: &'a Contract,
    schema: SchemaId,
    value: &Value,
    path: Path,
    role: Role,
    found: &mut Vec<Site<'a>>,
) {
    let shape = contract.shape(schema);
    match (shape, value) {
        (Shape::List(items), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                visit(contract, items, value, path.index(index), Role::Item, found);
            }
        }
        (Shape::Map(entries), Value::Object(values)) => {
            for (key, value) in values {
                visit(contract, entries, value, path.key(key), Role::Entry, found);
            }
        }
        (Shape::Object(object), Value::Object(values)) => {
            for property in &object.properties {
                let role = if property.required { Role::Required } else { Role::Optional };
                if let Some(value) = values.get(&*property.name) {
                    visit(contract, property.schema, value, path.key(&property.name), role, found);
                }
            }
        }
        _ => {}
    }
    found.push(Site { path, shape, nullable: contract.is_nullable(schema), role });
}
