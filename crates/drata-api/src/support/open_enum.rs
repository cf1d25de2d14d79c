//! Enumerations that the service may extend.

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

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)*
                    _ => Self::Unrecognized(text),
                }
            }
        }

        $crate::support::open_enum::open_enum_impls!($name);
    };
}
pub(crate) use open_enum;

/// The parts of an open enumeration that do not depend on its values.
macro_rules! open_enum_impls {
    ($name:ident) => {
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                text.to_owned().into()
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
                <String as $crate::support::wire::FromWire>::from_wire(deserializer).map(Self::from)
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
