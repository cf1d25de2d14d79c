//! How single values are read from the service, and written into paths, queries and forms.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::node;
use super::reading::mode;

/// Reads a value tolerantly: a number may come as a string, a string as a number, a boolean as a string.
///
/// Nothing is invented: a string that holds no number is an error where a number is due, and so is a missing value.
pub trait FromWire<'de>: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// When what is there cannot be read as this type without losing something.
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// What stands for a field that is not there, if anything can.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether this is a `null`.
    fn is_null(&self) -> bool {
        false
    }
}

/// A value read through [`FromWire`].
#[derive(Debug)]
pub(crate) struct Wire<T>(pub T);

impl<'de, T: FromWire<'de>> Deserialize<'de> for Wire<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_wire(deserializer).map(Self)
    }
}

/// Makes types that have a tolerant `Deserialize` of their own readable as fields.
macro_rules! from_wire_by_serde {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> $crate::support::wire::FromWire<'de> for $type {
            fn from_wire<__D: ::serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }
        }
    )*};
}
pub(crate) use from_wire_by_serde;

from_wire_by_serde!(Value, Map<String, Value>);

/// The largest number below which every integer is exact in a float: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value that is no list and no object, as a field wants it.
enum Scalar<'de> {
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Text(Cow<'de, str>),
}

/// What a field wants.
///
/// It is known when the program runs, and not when it is compiled: then all fields of all types are read by the same code,
/// which stays in the processor's cache while rows are read.
#[derive(Clone, Copy)]
enum Wanted {
    Integer,
    Float,
    Boolean,
    Text,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "an integer",
            Self::Float => "a number",
            Self::Boolean => "a boolean",
            Self::Text => "a string",
        })
    }
}

impl Wanted {
    /// What is written in a string.
    fn parse<'de, E: de::Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        let trimmed = text.trim();
        let parsed = match self {
            Self::Text => Some(Scalar::Text(text.to_owned().into())),
            Self::Integer => match (trimmed.parse::<i64>(), trimmed.parse::<f64>()) {
                (Ok(value), _) => Some(Scalar::Integer(value)),
                (_, Ok(value)) => return self.float(value),
                _ => None,
            },
            // JSON has no NaN and no infinity, so such a string is no number.
            Self::Float => trimmed.parse().ok().filter(|value: &f64| value.is_finite()).map(Scalar::Float),
            Self::Boolean => [("true", true), ("false", false)]
                .into_iter()
                .find(|(name, _)| trimmed.eq_ignore_ascii_case(name))
                .map(|(_, value)| Scalar::Boolean(value)),
        };
        parsed.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn float<'de, E: de::Error>(self, value: f64) -> Result<Scalar<'de>, E> {
        match self {
            Self::Float => Ok(Scalar::Float(value)),
            // In range and without a fraction, so the cast is exact.
            Self::Integer if value.fract() == 0.0 && value.abs() <= EXACT => Ok(Scalar::Integer(value as i64)),
            Self::Integer => Err(E::invalid_value(de::Unexpected::Float(value), &self)),
            // A float has lost the digits that were written: while a response is read, a node still has them.
            Self::Text if mode().is_some() => Err(E::custom("a number stands for a string")),
            Self::Text => Ok(Scalar::Text(value.to_string().into())),
            Self::Boolean => Err(E::invalid_type(de::Unexpected::Float(value), &self)),
        }
    }
}

/// Nothing is invented: what cannot be read as what is wanted without losing something is an error.
impl<'de> Visitor<'de> for Wanted {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar<'de>, E> {
        match self {
            Self::Integer => Ok(Scalar::Integer(value)),
            Self::Float => Ok(Scalar::Float(value as f64)),
            Self::Text => Ok(Scalar::Text(value.to_string().into())),
            Self::Boolean => Err(E::invalid_type(de::Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar<'de>, E> {
        match (self, i64::try_from(value)) {
            (Self::Boolean, _) => Err(E::invalid_type(de::Unexpected::Unsigned(value), &self)),
            (_, Ok(value)) => self.visit_i64(value),
            (Self::Float, _) => Ok(Scalar::Float(value as f64)),
            (Self::Text, _) => Ok(Scalar::Text(value.to_string().into())),
            (Self::Integer, _) => Err(E::invalid_value(de::Unexpected::Unsigned(value), &"an integer of 64 bits")),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar<'de>, E> {
        self.float(value)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar<'de>, E> {
        match self {
            Self::Boolean => Ok(Scalar::Boolean(value)),
            Self::Text => Ok(Scalar::Text(if value { "true" } else { "false" }.into())),
            Self::Integer | Self::Float => Err(E::invalid_type(de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        self.parse(text)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        match self {
            Self::Text => Ok(Scalar::Text(text.into())),
            _ => self.parse(text),
        }
    }

    /// What does not know the name that strings ask by.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Reads what is `wanted`.
#[inline(never)]
fn scalar<'de, D: Deserializer<'de>>(deserializer: D, wanted: Wanted) -> Result<Scalar<'de>, D::Error> {
    match wanted {
        Wanted::Text => deserializer.deserialize_newtype_struct(node::TEXT, wanted),
        _ => deserializer.deserialize_any(wanted),
    }
}

/// Types that are one of the scalars.
macro_rules! from_wire_by_scalar {
    ($($type:ty: $kind:ident),* $(,)?) => {$(
        impl<'de> FromWire<'de> for $type {
            #[inline]
            fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match scalar(deserializer, Wanted::$kind)? {
                    Scalar::$kind(value) => Ok(value),
                    _ => Err(D::Error::custom(Wanted::$kind)),
                }
            }
        }
    )*};
}

from_wire_by_scalar!(i64: Integer, f64: Float, bool: Boolean);

/// Reads a string tolerantly, a number or a boolean as it is written. It is not copied if it stands in the input as it is.
#[inline]
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    match scalar(deserializer, Wanted::Text)? {
        Scalar::Text(text) => Ok(text),
        _ => Err(D::Error::custom(Wanted::Text)),
    }
}

impl<'de> FromWire<'de> for String {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Cow::into_owned)
    }
}

struct OptionVisitor<T>(PhantomData<T>);

impl<'de, T: FromWire<'de>> Visitor<'de> for OptionVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::from_wire(deserializer).map(Some)
    }
}

impl<'de, T: FromWire<'de>> FromWire<'de> for Option<T> {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(OptionVisitor(PhantomData))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_null(&self) -> bool {
        self.is_none()
    }
}

impl<'de, T: FromWire<'de>> FromWire<'de> for Box<T> {
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_wire(deserializer).map(Self::new)
    }
}

struct VecVisitor<T>(PhantomData<T>);

impl<'de, T: FromWire<'de>> Visitor<'de> for VecVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Wire(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all)
    }
}

impl<'de, T: FromWire<'de>> FromWire<'de> for Vec<T> {
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(VecVisitor(PhantomData))
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: FromWire<'de>> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut all = BTreeMap::new();
        while let Some((key, Wire(value))) = entries.next_entry()? {
            all.insert(key, value);
        }
        Ok(all)
    }
}

impl<'de, T: FromWire<'de>> FromWire<'de> for BTreeMap<String, T> {
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

/// A value as a string: in a path, a query, a header or a form field.
pub trait WireText {
    /// Returns the string.
    fn wire_text(&self) -> String;
}

/// Values whose string is their `Display`.
macro_rules! wire_text_by_display {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::support::wire::WireText for $type {
            fn wire_text(&self) -> ::std::string::String {
                ::std::string::ToString::to_string(self)
            }
        }
    )*};
}
pub(crate) use wire_text_by_display;

wire_text_by_display!(i64, f64, bool, str, String);

/// Any JSON: a string as it is, all else as its JSON.
impl WireText for Value {
    fn wire_text(&self) -> String {
        self.as_str().map_or_else(|| self.to_string(), str::to_owned)
    }
}

/// A map in a path, a query or a form: its JSON.
impl WireText for Map<String, Value> {
    fn wire_text(&self) -> String {
        Value::Object(self.clone()).to_string()
    }
}

impl<T: WireText + ?Sized> WireText for &T {
    fn wire_text(&self) -> String {
        (**self).wire_text()
    }
}
