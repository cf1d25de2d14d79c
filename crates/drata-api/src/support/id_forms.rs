//! Identifiers that have more than one form.

/// Defines an identifier that is a number, or a text behind a prefix.
macro_rules! id_forms {
    ($(#[$doc:meta])* pub enum $name:ident { $($form:ident = $prefix:literal),* $(,)? }) => {
        $(#[$doc])*
        ///
        /// Numbers convert into it, so `7` can be passed where it is asked for.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            /// The number that Drata gave it.
            Id(i64),
            $(#[doc = concat!("Sent as `", $prefix, "…`.")] $form(String),)*
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self::Id(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Id(id) => write!(f, "{id}"),
                    $(Self::$form(value) => write!(f, concat!($prefix, "{}"), value),)*
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Id(id) => serializer.serialize_i64(*id),
                    other => serializer.collect_str(other),
                }
            }
        }

        impl $crate::support::validate::Limited for $name {
            fn check(&self, _: &$crate::support::validate::Limits) -> Result<(), $crate::support::validate::Violation> {
                Ok(())
            }
        }

        $crate::support::wire::wire_text_by_display!($name);
        $crate::support::request_model::form_field_by_text!($name);

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": ["integer", "string"] })
            }
        }
    };
}
pub(crate) use id_forms;
