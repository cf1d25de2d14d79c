//! Enumerations that the service may extend.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// Up to how many texts looking at one after the other is the fastest way to find one.
const FEW: usize = 8;

/// The texts of an enumeration, of which some have several hundred.
pub(crate) struct Texts {
    texts: &'static [&'static str],
    places: OnceLock<HashMap<&'static str, usize, BuildHasherDefault<Fnv>>>,
}

/// FNV-1a: the fastest on texts as short as these. Nobody but the contract chooses what is in the map, so nobody can fill it
/// with texts that collide.
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
            return self.texts.iter().position(|known| *known == text);
        }
        let numbered = || self.texts.iter().enumerate().map(|(place, text)| (*text, place)).collect();
        self.places.get_or_init(numbered).get(text).copied()
    }
}

/// Defines an enumeration that keeps values it does not know.
///
/// Every enumeration of the contract is one: a value that the service adds is read as `Unrecognized`, with its text, and
/// written back the same.
macro_rules! open_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        ///
        /// A value that this version of the library does not know is kept as `Unrecognized`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// A value that the contract does not know, as it came.
            Unrecognized(String),
        }

        impl $name {
            /// All values that the contract knows, in its order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unrecognized(text) => text,
                }
            }
        }

        impl $name {
            /// The value that the contract knows by this text.
            fn known(text: &str) -> Option<Self> {
                static TEXTS: $crate::support::open_enum::Texts = $crate::support::open_enum::Texts::new(&[$($text),*]);
                TEXTS.find(text).map(|index| Self::KNOWN[index].clone())
            }
        }

        $crate::support::open_enum::open_enum_impls!($name);
    };
}
pub(crate) use open_enum;

/// The parts of an open enumeration that do not depend on its values.
macro_rules! open_enum_impls {
    ($name:ident) => {
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or_else(|| Self::Unrecognized(text))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Unrecognized(text.to_owned()))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::support::wire::text(deserializer, |text| Self::from(text))
            }
        }

        impl $crate::support::validate::Limited for $name {
            fn check(&self, _: &$crate::support::validate::Limits) -> Result<(), $crate::support::validate::Violation> {
                Ok(())
            }
        }

        $crate::support::wire::from_wire_by_serde!($name);
        $crate::support::wire::wire_text_by_display!($name);
        $crate::support::request_model::form_field_by_text!($name);

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let known: Vec<&str> = Self::KNOWN.iter().map(Self::as_str).collect();
                schemars::json_schema!({ "type": "string", "examples": known })
            }
        }
    };
}
pub(crate) use open_enum_impls;
