//! A list whose bad items cost only themselves.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::Value;

use super::mode::{self, Mode};
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

/// An item of a [`List`] that is not what the contract says.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    index: usize,
    /// The path of the list, where it is known.
    list: String,
    path: String,
    problem: String,
    raw: Value,
}

impl Rejected {
    /// Its place in the list, counted from 0 over all items, the good ones included.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The JSON path of the offending value within the item; empty when it is the item itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The item as it came.
    pub fn raw(&self) -> &Value {
        &self.raw
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.list, self.index)?;
        if !self.path.is_empty() {
            write!(f, ".{}", self.path)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for Rejected {}

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

    /// All items in their order, each decoded or rejected. Where items were removed since, rejected ones follow the last.
    fn in_order(&self) -> impl Iterator<Item = Result<&T, &Rejected>> {
        let mut rejected = self.rejected().iter().peekable();
        let mut items = self.items.iter();
        (0..self.items.len() + self.rejected().len()).filter_map(move |index| {
            match rejected.next_if(|rejected| rejected.index <= index) {
                Some(rejected) => Some(Err(rejected)),
                None => items.next().map(Ok).or_else(|| rejected.next().map(Err)),
            }
        })
    }

    /// All items in their order, each decoded or rejected.
    pub fn into_results(self) -> impl Iterator<Item = Result<T, Rejected>> {
        let total = self.items.len() + self.rejected().len();
        let mut rejected = self.oddity.map_or_else(Vec::new, |oddity| oddity.rejected).into_iter().peekable();
        let mut items = self.items.into_iter();
        (0..total).filter_map(move |index| match rejected.next_if(|rejected| rejected.index <= index) {
            Some(rejected) => Some(Err(rejected)),
            None => items.next().map(Ok).or_else(|| rejected.next().map(Err)),
        })
    }
}

/// All items in their order, as a list shows them.
impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_list();
        for item in self.in_order() {
            match item {
                Ok(item) => out.entry(item),
                Err(rejected) => out.entry(rejected),
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
            ([], [rejected], true) => return rejected.raw.serialize(serializer),
            _ => {}
        }
        let mut out = serializer.serialize_seq(Some(self.items.len() + self.rejected().len()))?;
        for item in self.in_order() {
            match item {
                Ok(item) => out.serialize_element(item)?,
                Err(rejected) => out.serialize_element(&rejected.raw)?,
            }
        }
        out.end()
    }
}

thread_local! {
    /// What lists rejected while a response is read.
    static REJECTED: RefCell<Vec<Rejected>> = const { RefCell::new(Vec::new()) };
}

/// Runs `read` on a response, and returns with its outcome what lists rejected, wherever they stand.
pub(crate) fn reading<R>(mode: Mode, read: impl FnOnce() -> R) -> (R, Vec<Rejected>) {
    /// Restores the mode also when `read` panics.
    struct Restore(Option<Mode>, Vec<Rejected>);
    impl Drop for Restore {
        fn drop(&mut self) {
            mode::replace(self.0);
            REJECTED.set(std::mem::take(&mut self.1));
        }
    }
    let _restore = Restore(mode::replace(Some(mode)), REJECTED.take());
    let outcome = read();
    (outcome, REJECTED.take())
}

impl Rejected {
    /// Replaces the paths, which begin at the item, by paths from the root of the response: each is found where the same JSON
    /// stands at the same index of a list, in their order.
    pub(crate) fn locate(rejected: &mut [Self], root: &Value) {
        let mut places = Vec::new();
        items_below(root, &mut String::new(), &mut places);
        for one in rejected {
            let found = places.iter().position(|(_, index, value)| *index == one.index && **value == one.raw);
            if let Some((list, ..)) = found.map(|place| places.remove(place)) {
                one.list = list;
            }
        }
    }

    /// Returns the JSON path of the list that it stands in, such as `data[3].owners`; empty when the list is the response or
    /// its place is not known.
    pub fn list(&self) -> &str {
        &self.list
    }
}

/// Every item of every list below `value`: the path of its list, its index and itself.
fn items_below<'a>(value: &'a Value, path: &mut String, found: &mut Vec<(String, usize, &'a Value)>) {
    let length = path.len();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.push((path.clone(), index, item));
                path.push_str(&format!("[{index}]"));
                items_below(item, path, found);
                path.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                items_below(field, path, found);
                path.truncate(length);
            }
        }
        // What stands in place of a list is read as its only item.
        other => found.push((path.clone(), 0, other)),
    }
}

/// Reads a list straight from the input.
struct StraightVisitor<T>(PhantomData<T>);

impl<'de, T: FromWire<'de>> Visitor<'de> for StraightVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

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
        if mode::mode() == Some(Mode::Straight) {
            return deserializer.deserialize_seq(StraightVisitor(PhantomData));
        }
        let (raw, lone) = match Value::deserialize(deserializer)? {
            Value::Array(items) => (items, false),
            Value::Null => return Err(D::Error::invalid_type(Unexpected::Unit, &"a list")),
            other => (vec![other], true),
        };
        let mut items = Vec::with_capacity(raw.len());
        let mut rejected = Vec::new();
        for (index, raw) in raw.into_iter().enumerate() {
            match serde_path_to_error::deserialize::<_, Wire<T>>(&raw) {
                Ok(Wire(item)) => items.push(item),
                Err(error) => {
                    let path = match error.path().to_string() {
                        path if path == "." => String::new(),
                        path => path,
                    };
                    let problem = error.into_inner().to_string();
                    rejected.push(Rejected { index, list: String::new(), path, problem, raw });
                }
            }
        }
        if mode::mode().is_some() {
            REJECTED.with_borrow_mut(|all| all.extend_from_slice(&rejected));
        }
        let oddity = (lone || !rejected.is_empty()).then(|| Box::new(Oddity { rejected, lone }));
        Ok(Self { items, oddity })
    }
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
