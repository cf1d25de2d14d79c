//! Identifiers that have more than one form.

/// Defines an identifier that is a number, or a string behind a prefix: `pub enum ControlRef(ControlId) { Code = "code:" }`.
macro_rules! id_forms {
    ($(#[$doc:meta])* pub enum $name:ident(i64) { $($forms:tt)* }) => {
        $crate::support::id_forms::id_forms! { @define $(#[$doc])* $name(i64) { $($forms)* } }
    };
    ($(#[$doc:meta])* pub enum $name:ident($number:ty) { $($forms:tt)* }) => {
        $crate::support::id_forms::id_forms! { @define $(#[$doc])* $name($number) { $($forms)* } }

        impl ::core::convert::From<::core::primitive::i64> for $name {
            fn from(id: ::core::primitive::i64) -> Self {
                Self::Id(::core::convert::From::from(id))
            }
        }
    };
    (@define $(#[$doc:meta])* $name:ident($number:ty) { $($form:ident = $prefix:literal),* $(,)? }) => {
        $(#[$doc])*
        ///
        /// Numbers convert into it, so `7` can be passed where it is asked for.
        #[derive(
            ::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
        )]
        #[non_exhaustive]
        pub enum $name {
            /// The number that Drata gave it.
            Id($number),
            $(#[doc = ::core::concat!("Sent as `", $prefix, "…`.")] $form(::std::string::String),)*
        }

        impl ::core::convert::From<$number> for $name {
            fn from(id: $number) -> Self {
                Self::Id(id)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    Self::Id(id) => ::core::write!(f, "{id}"),
                    $(Self::$form(value) => ::core::write!(f, ::core::concat!($prefix, "{}"), value),)*
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    Self::Id(id) => ::serde::Serialize::serialize(id, serializer),
                    other => ::serde::Serializer::collect_str(serializer, other),
                }
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

        $crate::support::wire::wire_text_by_display!($name);
        $crate::support::request_model::form_field_by_text!($name);

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::core::convert::Into::into(::core::stringify!($name))
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": ["integer", "string"] })
            }
        }
    };
}
pub(crate) use id_forms;
