//! A JSON value where it stands in a response.
//!
//! What the fast path cannot read is read again from here, one level at a time. A node knows its path, so that a problem has
//! its place; it hands out the text of a number, so that no digit is lost; and it reads a list item by item, so that a bad item
//! costs only itself.

use std::cell::Cell;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use super::problem::{Problem, kind};
use super::reading::{self, Mode};
use super::rejected::Rejected;
use super::way::Way;

/// What a list asks for by this name: its items one by one, those that do not decode as errors after which it goes on.
pub(crate) const LIST: &str = "$drata::List";
/// What a string asks for by this name: also a number or a boolean, as it is written.
pub(crate) const TEXT: &str = "$drata::Text";
/// The name by which a raw value of `serde_json` asks for its text.
const RAW: &str = "$serde_json::private::RawValue";

/// The deepest nesting that is read, as on the fast path.
const MAX_DEPTH: usize = 127;
/// How often each byte may be looked at: a level costs one look, so that only what is nested deeply on purpose takes more.
const MAX_LOOKS: usize = 48;

/// A value, and the way to it.
#[derive(Clone, Copy)]
pub(crate) struct Node<'de, 'a> {
    text: &'de str,
    way: Way<'a>,
    depth: usize,
    /// How many more bytes may be looked at.
    looks: &'a Cell<usize>,
}

/// Reads all of `text`.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Problem> {
    let (text, looks) = root(text)?;
    T::deserialize(Node { text, way: Way::Root, depth: 0, looks: &looks })
}

/// The value that a text is, and how many of its bytes may be looked at.
///
/// All else relies on well-formed JSON. This looks at it without going deeper for each level.
fn root(text: &str) -> Result<(&str, Cell<usize>), Problem> {
    let root: &RawValue =
        serde_json::from_str(text).map_err(|error| Problem::new(format!("it is no JSON: {error}")))?;
    Ok((root.get(), Cell::new(text.len().saturating_mul(MAX_LOOKS).saturating_add(1 << 16))))
}

impl<'de> Node<'de, '_> {
    fn first(&self) -> u8 {
        self.text.as_bytes().first().copied().unwrap_or_default()
    }

    fn is_number(&self) -> bool {
        matches!(self.first(), b'-' | b'0'..=b'9')
    }

    fn is_null(&self) -> bool {
        self.first() == b'n'
    }

    /// Says where a problem is.
    fn located(&self, problem: Problem) -> Problem {
        let text = self.string();
        let (found, scalar) = match (self.first(), &text) {
            (b'"', Ok(text)) => (kind(Unexpected::Str(text)), Some(text.as_str())),
            (b'{', _) => (kind(Unexpected::Map), None),
            (b'[', _) => (kind(Unexpected::Seq), None),
            _ => ("a value".to_owned(), Some(self.text)),
        };
        problem.at(|| self.way.path(), &found, scalar)
    }

    fn string(&self) -> Result<String, Problem> {
        serde_json::from_str(self.text).map_err(|error| Problem::new(format!("a string that is broken: {error}")))
    }

    /// The parts of a list or an object.
    fn parts<T: Deserialize<'de>>(&self) -> Result<T, Problem> {
        let left = self.looks.get().checked_sub(self.text.len());
        match left.filter(|_| self.depth < MAX_DEPTH) {
            Some(left) => self.looks.set(left),
            None => return Err(Problem::new("it is nested too deeply")),
        }
        serde_json::from_str(self.text).map_err(|error| Problem::new(format!("it is broken: {error}")))
    }

    fn items(&self) -> Result<Items<'de, '_>, Problem> {
        Ok(Items { list: self, items: self.parts::<Vec<&RawValue>>()?.into_iter(), place: 0, kind: ListKind::Strict })
    }

    /// The items of a list that is read item by item. What stands where it should be is its only item.
    fn items_of_a_list(&self) -> Result<Items<'de, '_>, Problem> {
        let is_lone = self.first() != b'[';
        if self.is_null() {
            return Err(Problem::invalid_type(Unexpected::Unit, &"a list"));
        }
        reading::note_lone(is_lone);
        if is_lone {
            return Ok(Items { list: self, items: Vec::new().into_iter(), place: 0, kind: ListKind::Lone });
        }
        Ok(Items { kind: ListKind::Tolerant, ..self.items()? })
    }

    fn entries(&self, known: &'static [&'static str]) -> Result<Entries<'de, '_>, Problem> {
        let Members(members) = self.parts()?;
        Ok(Entries { object: self, members: members.into_iter(), value: None, place: 0, known })
    }

    fn number(&self) -> Content<'de, '_> {
        let text = self.text;
        if let Some(number) = text.parse().ok().filter(|_| text != "-0") {
            return Content::Signed(number);
        }
        match (text.parse(), text.parse::<f64>()) {
            (Ok(number), _) => Content::Unsigned(number),
            (_, Ok(number)) if number.is_finite() => Content::Float(number),
            _ => Content::Beyond,
        }
    }

    fn content(&self, known: &'static [&'static str]) -> Result<Content<'de, '_>, Problem> {
        Ok(match self.first() {
            b'n' => Content::Null,
            b't' => Content::Boolean(true),
            b'f' => Content::Boolean(false),
            b'"' => Content::String(self.string()?),
            b'[' => Content::List(self.items()?),
            b'{' => Content::Object(self.entries(known)?),
            _ => self.number(),
        })
    }

    /// Hands a visitor what is here. There is a copy for each type that is read, so all that is no visitor's is elsewhere.
    fn visit<V: Visitor<'de>>(self, visitor: V, known: &'static [&'static str]) -> Result<V::Value, Problem> {
        let outcome = match self.content(known) {
            Ok(Content::Null) => visitor.visit_unit(),
            Ok(Content::Boolean(value)) => visitor.visit_bool(value),
            Ok(Content::Signed(number)) => visitor.visit_i64(number),
            Ok(Content::Unsigned(number)) => visitor.visit_u64(number),
            Ok(Content::Float(number)) => visitor.visit_f64(number),
            Ok(Content::Beyond) => {
                Err(Problem::invalid_value(Unexpected::Other("a number beyond all types"), &visitor))
            }
            Ok(Content::String(text)) => visitor.visit_string(text),
            Ok(Content::List(items)) => visitor.visit_seq(items),
            Ok(Content::Object(entries)) => visitor.visit_map(entries),
            Err(problem) => Err(problem),
        };
        outcome.map_err(|problem| self.located(problem))
    }

    fn visit_list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let outcome = match self.items_of_a_list() {
            Ok(items) => visitor.visit_seq(items),
            Err(problem) => Err(problem),
        };
        outcome.map_err(|problem| self.located(problem))
    }
}

/// What a value is, its parts not taken apart further.
enum Content<'de, 'a> {
    Null,
    Boolean(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    /// A number that no type holds.
    Beyond,
    String(String),
    List(Items<'de, 'a>),
    Object(Entries<'de, 'a>),
}

impl<'de> Deserializer<'de> for Node<'de, '_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.visit(visitor, &[])
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Problem> {
        match name {
            TEXT if self.is_number() => visitor.visit_str(self.text).map_err(|problem| self.located(problem)),
            TEXT => self.deserialize_any(visitor),
            LIST if reading::mode() == Some(Mode::Tolerant) => self.visit_list(visitor),
            RAW => visitor.visit_map(MapDeserializer::new(std::iter::once((RAW, self.text)))),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.visit(visitor, fields)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let outcome = match self.first() {
            b'"' => self.string().and_then(|text| visitor.visit_enum(Named(text))),
            b'{' => self.entries(&[]).and_then(|entries| visitor.visit_enum(MapAccessDeserializer::new(entries))),
            _ => return self.deserialize_any(visitor),
        };
        outcome.map_err(|problem| self.located(problem))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

/// The items of a list.
struct Items<'de, 'a> {
    list: &'a Node<'de, 'a>,
    items: std::vec::IntoIter<&'de RawValue>,
    place: usize,
    kind: ListKind,
}

/// How the items of a list are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListKind {
    /// A bad item fails the list.
    Strict,
    /// A bad item is noted, and the list may go on after its error.
    Tolerant,
    /// As tolerant, and what stands where the list should be is its only item.
    Lone,
}

impl<'de, 'a> Items<'de, 'a> {
    /// The next item, and its place.
    fn next_node(&mut self) -> Option<(Node<'de, 'a>, usize)> {
        let (list, index) = (self.list, self.place);
        self.place += 1;
        if self.kind == ListKind::Lone {
            return (index == 0).then_some((*list, index));
        }
        let way = Way::Item(&list.way, index);
        let text = self.items.next()?.get();
        Some((Node { text, way, depth: list.depth + 1, looks: list.looks }, index))
    }

    /// Notes a bad item; what lists within it noted since there were `before` is part of it.
    fn note(&self, item: &Node<'de, '_>, index: usize, problem: &Problem, before: usize) {
        if self.kind == ListKind::Strict {
            return;
        }
        let (list, own) = (self.list.way.path(), item.way.path());
        let path = problem.path().strip_prefix(&own).unwrap_or_default().trim_start_matches('.');
        reading::reject(Rejected::new(index, list, path, problem.text(), item.text), before);
    }
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let Some((item, index)) = self.next_node() else { return Ok(None) };
        let before = reading::count();
        match seed.deserialize(item) {
            Ok(value) => Ok(Some(value)),
            Err(problem) => {
                self.note(&item, index, &problem, before);
                Err(problem)
            }
        }
    }
}

/// The entries of an object, in their order; a key may come twice.
struct Entries<'de, 'a> {
    object: &'a Node<'de, 'a>,
    members: std::vec::IntoIter<(String, &'de RawValue)>,
    value: Option<(Step, &'de RawValue)>,
    place: usize,
    /// The keys that are in the contract.
    known: &'static [&'static str],
}

/// How an entry is named in a path.
enum Step {
    Known(&'static str),
    Place(usize),
}

impl<'de, 'a> Entries<'de, 'a> {
    /// The value of the key that was read last.
    fn next_node(&mut self) -> Result<Node<'de, 'a>, Problem> {
        let Some((step, value)) = self.value.take() else {
            return Err(Problem::new("a value was asked for before its key"));
        };
        let object = self.object;
        let way = match step {
            Step::Known(name) => Way::Field(&object.way, name),
            Step::Place(place) => Way::Entry(&object.way, place),
        };
        Ok(Node { text: value.get(), way, depth: object.depth + 1, looks: object.looks })
    }
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let Some((key, value)) = self.members.next() else { return Ok(None) };
        let known = self.known.iter().find(|known| **known == key);
        let step = known.map_or(Step::Place(self.place), |known| Step::Known(known));
        self.place += 1;
        self.value = Some((step, value));
        seed.deserialize(IntoDeserializer::<Problem>::into_deserializer(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        seed.deserialize(self.next_node()?)
    }
}

/// A variant that its name alone stands for.
struct Named(String);

impl<'de> EnumAccess<'de> for Named {
    type Error = Problem;
    type Variant = <serde::de::value::StringDeserializer<Problem> as EnumAccess<'de>>::Variant;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), Problem> {
        IntoDeserializer::<Problem>::into_deserializer(self.0).variant_seed(seed)
    }
}

/// The members of an object, not taken apart further.
struct Members<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = input.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
