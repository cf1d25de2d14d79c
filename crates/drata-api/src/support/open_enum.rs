//! Enumerations that the service may extend.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use super::same::same;

/// Up to this many values a linear scan is fastest.
const FEW: usize = 8;

/// The values of an enumeration, of which some have several hundred.
pub(crate) struct Texts {
    texts: &'static [&'static str],
    places: OnceLock<HashMap<&'static str, usize, BuildHasherDefault<Fnv>>>,
}

/// FNV-1a: the fastest on strings as short as these. Nobody but the contract chooses what is in the map, so nobody can fill it
/// with strings that collide.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Texts {
    pub(crate) const fn new(texts: &'static [&'static str]) -> Self {
        Self { texts, places: OnceLock::new() }
    }

    /// The place of `text` among them.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        if self.texts.len() <= FEW {
            return self.texts.iter().position(|known| same(known, text));
        }
        let numbered = || self.texts.iter().enumerate().map(|(place, text)| (*text, place)).collect();
        self.places.get_or_init(numbered).get(text).copied()
    }

    /// The place of `text` among them, or why it has none.
    pub(crate) fn parse(&'static self, name: &'static str, text: &str) -> Result<usize, ParseEnumError> {
        self.find(text).ok_or_else(|| ParseEnumError { name, value: text.to_owned(), known: self.texts })
    }
}

/// A value of an enumeration that this version of the library does not know.
///
/// It comes from a response, or from a string that a program converts on purpose; nothing else makes one. When a later version
/// knows the value, it becomes a variant, so match on [`as_str`](Self::as_str) only as a stopgap.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(String);

impl UnknownValue {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string that is no value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEnumError {
    name: &'static str,
    value: String,
    known: &'static [&'static str],
}

impl ParseEnumError {
    /// Returns the string.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the values that the enumeration has.
    pub fn known(&self) -> &'static [&'static str] {
        self.known
    }

    /// The known value that was probably meant: it differs in case or separators only.
    fn meant(&self) -> Option<&'static str> {
        fn plain(text: &str) -> impl Iterator<Item = char> {
            text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase)
        }
        self.known.iter().find(|known| plain(known).eq(plain(&self.value))).copied()
    }
}

impl fmt::Display for ParseEnumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        const LONGEST: usize = 64;
        let value: String = self.value.chars().take(LONGEST).collect();
        let cut = if value.len() < self.value.len() { "…" } else { "" };
        write!(f, "{value:?}{cut} is no {}", self.name)?;
        if let Some(meant) = self.meant() {
            return write!(f, "; write {meant}");
        }
        write!(f, ": use {}", self.known[..self.known.len().min(SHOWN)].join(", "))?;
        match self.known.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " or one of {more} more, see {}::KNOWN", self.name),
        }
    }
}

impl std::error::Error for ParseEnumError {}

/// Defines an enumeration that keeps values it does not know.
///
/// Every enumeration of the contract is one: a value that the service adds is read as `Unrecognized`, with its string, and
/// written back the same.
macro_rules! open_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        ///
        /// A value that this version of the library does not know is kept as `Unrecognized`: `From` takes any string, `parse`
        /// only known ones.
        #[derive(
            ::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
            ::core::cmp::PartialOrd, ::core::cmp::Ord,
        )]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = ::core::concat!("`", $text, "`")] $variant,)*
            /// A value that the contract does not know, as it came.
            Unrecognized($crate::UnknownValue),
        }

        impl $name {
            /// All values that the contract knows, in its order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unrecognized(value) => value.as_str(),
                }
            }

            fn strings() -> &'static $crate::support::open_enum::Texts {
                static STRINGS: $crate::support::open_enum::Texts =
                    $crate::support::open_enum::Texts::new(&[$($text),*]);
                &STRINGS
            }
        }

        $crate::support::open_enum::open_enum_impls!($name);
    };
}
pub(crate) use open_enum;

/// The parts of an open enumeration that do not depend on its values.
macro_rules! open_enum_impls {
    ($name:ident) => {
        impl $name {
            /// Whether the contract knows this value.
            pub fn is_known(&self) -> bool {
                !::core::matches!(self, Self::Unrecognized(_))
            }

            /// Parses a value that the contract knows, for input: where `From` keeps any string, this refuses typing errors.
            ///
            /// # Errors
            /// When the contract does not know the value.
            pub fn parse_known(text: &str) -> ::core::result::Result<Self, $crate::ParseEnumError> {
                let index = Self::strings().parse(::core::stringify!($name), text)?;
                ::core::result::Result::Ok(::core::clone::Clone::clone(&Self::KNOWN[index]))
            }

            /// The value that the contract knows by this string.
            fn known(text: &str) -> ::core::option::Option<Self> {
                let index = Self::strings().find(text)?;
                ::core::option::Option::Some(::core::clone::Clone::clone(&Self::KNOWN[index]))
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::known(&text).unwrap_or_else(|| Self::Unrecognized($crate::UnknownValue::new(text)))
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| {
                    Self::Unrecognized($crate::UnknownValue::new(::std::borrow::ToOwned::to_owned(text)))
                })
            }
        }

        /// Parses as [`parse_known`](Self::parse_known) does.
        impl ::core::str::FromStr for $name {
            type Err = $crate::ParseEnumError;

            // Not `Self::Err`, which a variant may be called.
            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ParseEnumError> {
                Self::parse_known(text)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<__S: ::serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<__D: ::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                let text = $crate::support::wire::text(deserializer)?;
                ::core::result::Result::Ok(<Self as ::core::convert::From<&str>>::from(&text))
            }
        }

        impl $crate::support::validate::Limited for $name {
            fn check(
                &self,
                _: &$crate::support::validate::Limits,
            ) -> ::core::result::Result<(), $crate::support::validate::Violation> {
                ::core::result::Result::Ok(())
            }
        }

        $crate::support::wire::from_wire_by_serde!($name);
        $crate::support::wire::wire_text_by_display!($name);
        $crate::support::request_model::form_field_by_text!($name);

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::core::stringify!($name))
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let known: ::std::vec::Vec<&str> = ::core::iter::Iterator::collect(
                    ::core::iter::Iterator::map(Self::KNOWN.iter(), Self::as_str),
                );
                ::schemars::json_schema!({ "type": "string", "examples": known })
            }
        }
    };
}
pub(crate) use open_enum_impls;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro makes public enumerations")]
mod tests {
    open_enum! {
        /// For the tests.
        pub enum Schedule { OneYear = "ONE_YEAR", SixMonths = "SIX_MONTHS" }
    }

    #[test]
    fn input_is_parsed_strictly_and_responses_are_not() {
        assert_eq!(Schedule::parse_known("ONE_YEAR"), Ok(Schedule::OneYear));
        assert_eq!("SIX_MONTHS".parse(), Ok(Schedule::SixMonths));
        let read = Schedule::from("YEARLY");
        assert!(!read.is_known());
        assert_eq!(read.as_str(), "YEARLY");
        assert!(Schedule::OneYear.is_known());
    }

    #[test]
    fn a_typing_error_is_named_with_what_was_meant() {
        let said = |text| Schedule::parse_known(text).unwrap_err().to_string();
        assert_eq!(said("YEARLY"), r#""YEARLY" is no Schedule: use ONE_YEAR, SIX_MONTHS"#);
        assert_eq!(said("one-year"), r#""one-year" is no Schedule; write ONE_YEAR"#);
        assert!(said(&"x".repeat(1000)).len() < 200);
    }
}
