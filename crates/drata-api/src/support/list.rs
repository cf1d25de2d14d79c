//! A list whose bad items cost only themselves.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeSeq, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::node;
use super::problem::Problem;
use super::reading::{self, Mode, reading};
use super::rejected::Rejected;
use super::wire::{FromWire, Wire};

/// A list in a response: the items that decoded, and the [`Rejected`] ones with their raw JSON.
///
/// It reads like a slice of the good items. Written back, every rejected item stands where it stood. What stands where the
/// list should is read as its only item: some operations return one object instead of a list of one.
///
/// ```
/// use drata_api::List;
///
/// let list: List<Vec<String>> = serde_json::from_str(r#"[["a"], 7, ["b"]]"#).unwrap();
/// assert_eq!(list.len(), 2);
/// assert_eq!(list.rejected()[0].index(), 1);
/// assert_eq!(serde_json::to_string(&list).unwrap(), r#"[["a"],7,["b"]]"#);
/// ```
#[derive(Clone, PartialEq)]
pub struct List<T> {
    items: Vec<T>,
    // Boxed, because almost every list is nothing but its items.
    oddity: Option<Box<Oddity>>,
}

/// What is odd about a list.
#[derive(Clone, Debug, PartialEq)]
struct Oddity {
    rejected: Vec<Rejected>,
    /// Whether it came as its only item instead of a list of one.
    lone: bool,
}

impl<T> List<T> {
    /// The items that did not decode.
    pub fn rejected(&self) -> &[Rejected] {
        self.oddity.as_ref().map_or(&[], |oddity| &oddity.rejected)
    }

    /// Whether it came as its only item instead of a list of one.
    fn is_lone(&self) -> bool {
        self.oddity.as_ref().is_some_and(|oddity| oddity.lone)
    }

    /// The items that decoded.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }

    /// The items that decoded; the rejected ones are discarded.
    pub fn into_vec(self) -> Vec<T> {
        self.items
    }

    /// Which of its items, good and rejected, stands where.
    fn order(&self) -> Order<'_> {
        Order { items: self.items.len(), rejected: self.rejected(), place: 0 }
    }

    /// All items in their order, each decoded or rejected.
    pub fn into_results(self) -> impl Iterator<Item = Result<T, Rejected>> {
        let total = self.items.len() + self.rejected().len();
        let mut rejected = self.oddity.map_or_else(Vec::new, |oddity| oddity.rejected).into_iter().peekable();
        let mut items = self.items.into_iter();
        (0..total).filter_map(move |index| match rejected.next_if(|rejected| rejected.index() <= index) {
            Some(rejected) => Some(Err(rejected)),
            None => items.next().map(Ok).or_else(|| rejected.next().map(Err)),
        })
    }
}

/// The order of the items of a list. Where items were removed since it was read, rejected ones follow the last.
struct Order<'a> {
    /// How many good items are still to come.
    items: usize,
    /// The rejected items still to come.
    rejected: &'a [Rejected],
    place: usize,
}

enum Slot<'a> {
    /// The next good item.
    Item,
    Rejected(&'a Rejected),
}

impl<'a> Iterator for Order<'a> {
    type Item = Slot<'a>;

    fn next(&mut self) -> Option<Slot<'a>> {
        let place = self.place;
        self.place += 1;
        match self.rejected.split_first() {
            Some((first, rest)) if first.index() <= place || self.items == 0 => {
                self.rejected = rest;
                Some(Slot::Rejected(first))
            }
            _ => {
                self.items = self.items.checked_sub(1)?;
                Some(Slot::Item)
            }
        }
    }
}

/// All items in their order, as a list shows them.
impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut out, mut items) = (f.debug_list(), self.items.iter());
        for slot in self.order() {
            match slot {
                Slot::Item => out.entries(items.next()),
                Slot::Rejected(rejected) => out.entry(rejected),
            };
        }
        out.finish()
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, oddity: None }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.items.as_slice(), self.rejected(), self.is_lone()) {
            ([item], [], true) => return item.serialize(serializer),
            ([], [rejected], true) => return Raw(rejected).serialize(serializer),
            _ => {}
        }
        let mut out = serializer.serialize_seq(Some(self.items.len() + self.rejected().len()))?;
        let mut items = self.items.iter();
        for slot in self.order() {
            match slot {
                Slot::Item => {
                    if let Some(item) = items.next() {
                        out.serialize_element(item)?;
                    }
                }
                Slot::Rejected(rejected) => out.serialize_element(&Raw(rejected))?,
            }
        }
        out.end()
    }
}

/// A rejected item, written as it came.
struct Raw<'a>(&'a Rejected);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(self.0.raw()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// Reads a list, each way.
struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: FromWire<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    /// Item by item: a node reads it.
    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<List<T>, A::Error> {
        let (mut items, mut rejected, lone) = (Vec::new(), Vec::new(), reading::take_lone());
        loop {
            match input.next_element() {
                Ok(Some(Wire(item))) => items.push(item),
                Ok(None) => break,
                // What the node has noted costs itself alone; every other error ends the list.
                Err(error) => rejected.push(reading::take_last().ok_or(error)?),
            }
        }
        let oddity = (lone || !rejected.is_empty()).then(|| Box::new(Oddity { rejected, lone }));
        Ok(List { items, oddity })
    }

    /// Everything else than a node reads it.
    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<List<T>, D::Error> {
        deserializer.deserialize_seq(StraightVisitor(PhantomData))
    }
}

/// Reads a list straight from the input.
struct StraightVisitor<T>(PhantomData<T>);

impl<'de, T: FromWire<'de>> Visitor<'de> for StraightVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<List<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(Wire(item)) = input.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }
}

impl<'de, T: for<'any> FromWire<'any>> FromWire<'de> for List<T> {
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if reading::mode().is_some() {
            return deserializer.deserialize_newtype_struct(node::LIST, ListVisitor(PhantomData));
        }
        kept(&Value::deserialize(deserializer)?.to_string()).map_err(D::Error::custom)
    }
}

/// Reads what a program kept, when no response is being read.
#[cold]
fn kept<T: for<'any> FromWire<'any>>(text: &str) -> Result<List<T>, Problem> {
    let (list, _) = reading(Mode::Tolerant, || node::read(text));
    let Wire(list) = list?;
    Ok(list)
}

impl<'de, T: for<'any> FromWire<'any>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_wire(deserializer)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::json_schema(generator)
    }
}
