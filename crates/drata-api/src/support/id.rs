//! Identifiers that cannot be swapped.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::item_key::ItemKey;
use super::patch::Patch;
use super::request::Form;
use super::request_model::FormField;
use super::validate::{Limited, Limits, Validate, Violation};
use super::wire::{FromWire, WireText};

/// The number that identifies one `R`. An identifier of another kind has another type.
///
/// Each area names those that it uses, such as `ControlId`. A plain number converts into any of them, so `7` can be passed
/// where an identifier is asked for; an identifier of another kind cannot:
///
/// ```
/// # enum Control {}
/// # type ControlId = drata_api::Id<Control>;
/// fn get(control: impl Into<ControlId>) -> String {
///     control.into().to_string()
/// }
/// assert_eq!(get(7), "7");
/// assert_eq!(get("7".parse::<ControlId>().unwrap()), "7");
/// ```
///
/// ```compile_fail
/// # enum Control {}
/// # enum Workspace {}
/// # type ControlId = drata_api::Id<Control>;
/// # fn get(control: impl Into<ControlId>) {}
/// get(drata_api::Id::<Workspace>::from(7));
/// ```
pub struct Id<R> {
    number: i64,
    // Of a function that returns it, so that an identifier is sent, shared and compared whatever it identifies.
    of: PhantomData<fn() -> R>,
}

impl<R> Id<R> {
    /// The identifier with this number.
    pub const fn new(number: i64) -> Self {
        Self { number, of: PhantomData }
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.number
    }
}

impl<R> Clone for Id<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Id<R> {}

impl<R> PartialEq for Id<R> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<R> Eq for Id<R> {}

impl<R> PartialEq<i64> for Id<R> {
    fn eq(&self, other: &i64) -> bool {
        self.number == *other
    }
}

impl<R> PartialEq<Id<R>> for i64 {
    fn eq(&self, other: &Id<R>) -> bool {
        *self == other.number
    }
}

impl<R> PartialOrd for Id<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for Id<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl<R> Hash for Id<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// The number.
impl<R> fmt::Debug for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.number, f)
    }
}

/// The number.
impl<R> fmt::Display for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number, f)
    }
}

impl<R> FromStr for Id<R> {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::new)
    }
}

impl<R> From<i64> for Id<R> {
    fn from(number: i64) -> Self {
        Self::new(number)
    }
}

impl<R> From<Id<R>> for i64 {
    fn from(id: Id<R>) -> Self {
        id.number
    }
}

impl<R> From<Id<R>> for ItemKey {
    fn from(id: Id<R>) -> Self {
        Self::Number(id.number)
    }
}

impl<R> From<i64> for Patch<Id<R>> {
    fn from(number: i64) -> Self {
        Self::Set(Id::new(number))
    }
}

impl<R> Serialize for Id<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number)
    }
}

/// As tolerantly as any number of a response: `1`, `1.0` and `"1"` are the same.
impl<'de, R> Deserialize<'de> for Id<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_wire(deserializer)
    }
}

impl<'de, R> FromWire<'de> for Id<R> {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::from_wire(deserializer).map(Self::new)
    }
}

impl<R> WireText for Id<R> {
    fn wire_text(&self) -> String {
        self.number.to_string()
    }
}

impl<R> Limited for Id<R> {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        self.number.check(limits)
    }
}

impl<R> Validate for Id<R> {}

impl<R> FormField for Id<R> {
    fn add_to(self, form: &mut Form, name: &'static str) {
        self.number.add_to(form, name);
    }
}

#[cfg(feature = "schemars")]
impl<R> schemars::JsonSchema for Id<R> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<i64>()
    }
}

/// Defines the types of identifiers: `id_types! { /// Docs. ControlId = Control, }`.
macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident = $what:ident),* $(,)?) => {
        $($(#[$doc])* pub type $name = $crate::Id<of::$what>;)*

        /// What identifiers identify. These types have no values: they only tell one identifier from another.
        pub mod of {
            $(
                #[doc = ::core::concat!("What a [`", ::core::stringify!($name), "`](super::", ::core::stringify!($name), ") identifies.")]
                #[derive(Debug)]
                pub enum $what {}
            )*
        }
    };
}
pub(crate) use id_types;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    enum Thing {}

    type ThingId = Id<Thing>;

    #[test]
    fn an_identifier_reads_and_writes_as_its_number() {
        for text in ["1", "1.0", "\"1\""] {
            assert_eq!(serde_json::from_str::<ThingId>(text).unwrap(), 1);
        }
        assert!(serde_json::from_str::<ThingId>("\"one\"").is_err());
        let id = ThingId::from(7);
        assert_eq!(
            (serde_json::to_string(&id).unwrap(), id.to_string(), format!("{id:?}")),
            ("7".into(), "7".into(), "7".into())
        );
        assert_eq!((id.wire_text(), i64::from(id), id.get()), ("7".to_owned(), 7, 7));
        assert_eq!("7".parse::<ThingId>().unwrap(), id);
        assert!("x".parse::<ThingId>().is_err());
    }

    #[test]
    fn identifiers_are_sorted_and_hashed_by_number() {
        let ids = [ThingId::from(3), ThingId::from(1), ThingId::from(3)];
        assert_eq!(BTreeSet::from(ids).into_iter().map(Id::get).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(HashSet::from(ids).len(), 2);
    }

    #[test]
    fn limits_of_a_number_are_those_of_its_identifier() {
        let limits = Limits::NONE.minimum(1.0);
        assert!(ThingId::from(0).check(&limits).is_err());
        assert!(ThingId::from(1).check(&limits).is_ok());
    }
}
