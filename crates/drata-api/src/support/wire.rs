//! How single values are read from the service, and written into paths, queries and forms.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
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

struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &"an integer of 64 bits"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        if value.fract() == 0.0 && value.abs() <= EXACT {
            // In range and without a fraction, so the cast is exact.
            Ok(value as i64)
        } else {
            Err(E::invalid_value(de::Unexpected::Float(value), &self))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        let trimmed = text.trim();
        match (trimmed.parse::<i64>(), trimmed.parse::<f64>()) {
            (Ok(value), _) => Ok(value),
            (_, Ok(value)) => self.visit_f64(value),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl<'de> FromWire<'de> for i64 {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntegerVisitor)
    }
}

struct FloatVisitor;

impl Visitor<'_> for FloatVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        match text.trim().parse::<f64>() {
            // JSON has no NaN and no infinity, so such a string is no number.
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl<'de> FromWire<'de> for f64 {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FloatVisitor)
    }
}

struct BoolVisitor;

impl Visitor<'_> for BoolVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<bool, E> {
        match text.trim() {
            text if text.eq_ignore_ascii_case("true") => Ok(true),
            text if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl<'de> FromWire<'de> for bool {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoolVisitor)
    }
}

/// Makes something of a string, which is looked at where it stands: it is not copied unless `F` does.
struct TextVisitor<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> Visitor<'de> for TextVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        // A float has lost the digits that were written: while a response is read, a node still has them.
        if mode().is_some() {
            return Err(E::custom("a number stands for a string"));
        }
        self.visit_str(&value.to_string())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        self.visit_str(&value.to_string())
    }

    /// What does not know the name that strings ask by.
    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Reads a string tolerantly, a number or a boolean as it is written, and makes something of it.
#[inline]
pub(crate) fn text<'de, D: Deserializer<'de>, T>(deserializer: D, make: impl FnOnce(&str) -> T) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(node::TEXT, TextVisitor(make))
}

impl<'de> FromWire<'de> for String {
    #[inline]
    fn from_wire<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, str::to_owned)
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
