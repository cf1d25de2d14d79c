//! What is changed in a valid instance, and what must come of it.

use serde_json::{Value, json};

use super::site::{Path, Role, Site};
use crate::contract::{Contract, Shape};
use crate::instance::{Extent, instance};

/// A change at one place.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The kind of change.
    pub(super) kind: Kind,
    path: Path,
    /// What is sent there; nothing when the property is left out.
    sent: Option<Value>,
    outcome: Outcome,
}

/// The kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value comes as a text, or a text as a value.
    OtherType,
    /// A whole number comes with a fraction of nothing.
    Fraction,
    /// An enumeration has a value that the contract does not know.
    UnknownValue,
    /// An object has a field that the contract does not know.
    ExtraField,
    /// A list has a bad item, or what is in it comes without it.
    BadItem,
    /// `null`.
    Null,
    /// A property is not there.
    Missing,
    /// A value that cannot be read as what the contract says without losing something.
    Unreadable,
}

impl Kind {
    /// The kinds that an answer may have everywhere at once.
    pub(super) const EVERYWHERE: [Self; 6] =
        [Self::OtherType, Self::Fraction, Self::UnknownValue, Self::ExtraField, Self::Null, Self::Missing];
}

/// What comes of a change.
#[derive(Clone, Debug)]
enum Outcome {
    /// It is written back the same.
    Kept,
    /// It is written back as this.
    WrittenAs(Value),
    /// The error has this path, and names this field.
    Refused { path: String, missing: Option<String> },
}

/// A changed instance, and what must come of reading it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// What was changed, for a person.
    pub(super) what: String,
    /// The changed instance.
    pub(super) input: Value,
    /// What must come of it.
    pub(super) expected: Expected,
}

/// What must come of reading a changed instance.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// It is read, and written back as this.
    Written(Value),
    /// It is refused.
    Refused {
        /// The JSON path that the error has.
        path: String,
        /// The missing field that the error names.
        missing: Option<String>,
    },
}

impl Case {
    /// An instance as it is.
    pub(super) fn unchanged(what: &str, value: Value) -> Self {
        Self { what: what.to_owned(), input: value.clone(), expected: Expected::Written(value) }
    }

    /// An instance with one change.
    pub(super) fn one(instance: &Value, change: &Change) -> Self {
        let (mut input, mut output) = (instance.clone(), instance.clone());
        change.apply(&mut input, &mut output);
        let expected = match &change.outcome {
            Outcome::Refused { path, missing } => Expected::Refused { path: path.clone(), missing: missing.clone() },
            Outcome::Kept | Outcome::WrittenAs(_) => Expected::Written(output),
        };
        let sent = change.sent.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        Self { what: format!("{} is {sent}", change.path.dotted()), input, expected }
    }

    /// An instance with all changes of a kind that are not refused.
    pub(super) fn everywhere(instance: &Value, changes: &[Change], kind: Kind) -> Self {
        let (mut input, mut output) = (instance.clone(), instance.clone());
        let tolerated =
            changes.iter().filter(|change| change.kind == kind && !matches!(change.outcome, Outcome::Refused { .. }));
        // The inner places come first, so that no change takes away the place of another.
        tolerated.for_each(|change| change.apply(&mut input, &mut output));
        Self { what: format!("{kind:?} everywhere"), input, expected: Expected::Written(output) }
    }
}

impl Change {
    fn apply(&self, input: &mut Value, output: &mut Value) {
        let written = match &self.outcome {
            Outcome::WrittenAs(value) => Some(value),
            Outcome::Kept | Outcome::Refused { .. } => self.sent.as_ref(),
        };
        for (root, value) in [(input, self.sent.as_ref()), (output, written)] {
            match (value, self.kind) {
                // The field is added to what is there, which others may have changed.
                (Some(extra), Kind::ExtraField) => {
                    if let Some(Value::Object(map)) = self.path.of(root) {
                        map.insert("fieldOfTomorrow".to_owned(), extra.clone());
                    }
                }
                (Some(value), _) => {
                    if let Some(place) = self.path.of(root) {
                        *place = value.clone();
                    }
                }
                (None, _) => {
                    let holder = self.path.split_property().and_then(|(holder, name)| Some((holder.of(root)?, name)));
                    holder.and_then(|(holder, name)| holder.as_object_mut()?.remove(name));
                }
            }
        }
    }
}

/// Every change that can be made at `site`.
pub(super) fn changes(contract: &Contract, site: &Site<'_>) -> Vec<Change> {
    let at = At { contract, site };
    let mut all = at.other_types();
    all.extend(at.additions());
    all.extend(at.absences());
    all.extend(at.wrong_kind());
    all
}

/// A place where an instance is changed.
struct At<'a> {
    contract: &'a Contract,
    site: &'a Site<'a>,
}

impl At<'_> {
    fn change(&self, kind: Kind, sent: Option<Value>, outcome: Outcome) -> Change {
        Change { kind, path: self.site.path.clone(), sent, outcome }
    }

    fn kept(&self, kind: Kind, sent: Value) -> Change {
        self.change(kind, Some(sent), Outcome::Kept)
    }

    fn written_as(&self, kind: Kind, sent: Value, written: Value) -> Change {
        self.change(kind, Some(sent), Outcome::WrittenAs(written))
    }

    /// A change that is refused, unless it is within a list: there it costs one item, which is kept as it came.
    fn refused(&self, kind: Kind, sent: Option<Value>, path: String, missing: Option<String>) -> Change {
        let outcome = if self.site.path.is_in_list() { Outcome::Kept } else { Outcome::Refused { path, missing } };
        self.change(kind, sent, outcome)
    }

    /// Values that come as another JSON type than the contract says: the declared type is what is written back.
    fn other_types(&self) -> Vec<Change> {
        let other = |sent, written| self.written_as(Kind::OtherType, sent, written);
        match self.site.shape {
            Shape::Integer => vec![other(json!("7"), json!(7)), self.written_as(Kind::Fraction, json!(7.0), json!(7))],
            Shape::Number => vec![other(json!("2.5"), json!(2.5)), other(json!(3), json!(3.0))],
            Shape::Boolean => vec![other(json!("true"), json!(true)), other(json!("false"), json!(false))],
            Shape::Text(_) => vec![other(json!(17), json!("17")), other(json!(true), json!("true"))],
            Shape::Enumeration(_) => vec![other(json!(5), json!("5"))],
            Shape::Any | Shape::List(_) | Shape::Map(_) | Shape::Object(..) => Vec::new(),
        }
    }

    /// Values, fields and items that the contract does not know.
    fn additions(&self) -> Vec<Change> {
        match self.site.shape {
            Shape::Enumeration(_) => vec![self.kept(Kind::UnknownValue, json!("A_VALUE_OF_TOMORROW"))],
            Shape::Object(..) => vec![self.kept(Kind::ExtraField, json!({ "deep": [1, null] }))],
            Shape::List(items) => {
                let good = instance(self.contract, items, Extent::Full);
                let bad = wrong(self.contract.shape(items));
                // What stands where a list should is its only item.
                let mut all = vec![self.kept(Kind::BadItem, json!([]))];
                if !good.is_array() {
                    all.push(self.kept(Kind::BadItem, good.clone()));
                }
                all.extend(bad.map(|bad| self.kept(Kind::BadItem, json!([good, bad, good]))));
                all
            }
            _ => Vec::new(),
        }
    }

    /// `null`, and nothing at all.
    fn absences(&self) -> Vec<Change> {
        let Some((holder, name)) = self.site.path.split_property() else { return Vec::new() };
        let null = || self.kept(Kind::Null, Value::Null);
        let nothing = || self.change(Kind::Missing, None, Outcome::Kept);
        let refused_null = || self.refused(Kind::Null, Some(Value::Null), self.site.path.dotted(), None);
        let refused_nothing = || self.refused(Kind::Missing, None, holder.dotted(), Some(name.to_owned()));
        match (self.site.role, self.site.nullable, self.site.shape) {
            (Role::Optional, ..) | (Role::Required, true, _) => vec![null(), nothing()],
            // Anything includes `null`; whether it may be missing too, OpenAPI cannot say of a schema without a type.
            (Role::Required, false, Shape::Any) => vec![null()],
            (Role::Required, false, _) => vec![refused_null(), refused_nothing()],
            (Role::Root | Role::Item | Role::Entry, ..) => Vec::new(),
        }
    }

    fn wrong_kind(&self) -> Vec<Change> {
        // Where a list should be nothing is wrong but `null`, see above.
        let wrong = wrong(self.site.shape).filter(|_| !matches!(self.site.shape, Shape::List(_)));
        wrong
            .map(|wrong| self.refused(Kind::Unreadable, Some(wrong), self.site.path.dotted(), None))
            .into_iter()
            .collect()
    }
}

/// A value that cannot be read as this.
pub(super) fn wrong(shape: Shape<'_>) -> Option<Value> {
    match shape {
        Shape::Any => None,
        // The list would take it for its only item, so its item has to be one that nothing can be.
        Shape::List(_) => Some(Value::Null),
        Shape::Map(_) | Shape::Object(..) => Some(json!(7)),
        _ => Some(json!({ "not": "this" })),
    }
}
