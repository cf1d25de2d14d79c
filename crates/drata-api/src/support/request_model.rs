//! How the objects of requests are checked and written.

use serde::ser::{Serialize, SerializeMap};

use super::request::Form;
use super::timestamp::Timestamp;
use super::upload::Upload;
use super::validate::Limited;
use super::wire::WireText;

/// Writes a field unless it is left out.
pub(crate) fn put<M: SerializeMap, T: Serialize + Limited>(
    out: &mut M,
    name: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    if value.is_absent() { Ok(()) } else { out.serialize_entry(name, value) }
}

/// Writes a field that is sent as `null` when it has no value.
pub(crate) fn put_null<M: SerializeMap, T: Serialize>(
    out: &mut M,
    name: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    out.serialize_entry(name, value)
}

/// The way of writing a field: left out or `null` when it has no value.
macro_rules! put_field {
    ($out:expr, $wire:literal, $value:expr) => {
        $crate::support::request_model::put($out, $wire, $value)
    };
    ($out:expr, $wire:literal, $value:expr, null) => {
        $crate::support::request_model::put_null($out, $wire, $value)
    };
}
pub(crate) use put_field;

/// A field of a form: becomes no part, one, or several of the same name.
pub(crate) trait FormField {
    fn add_to(self, form: &mut Form, name: &'static str);
}

impl FormField for Upload {
    fn add_to(self, form: &mut Form, name: &'static str) {
        form.file(name, self);
    }
}

impl<T: FormField> FormField for Option<T> {
    fn add_to(self, form: &mut Form, name: &'static str) {
        if let Some(value) = self {
            value.add_to(form, name);
        }
    }
}

impl<T: FormField> FormField for Vec<T> {
    fn add_to(self, form: &mut Form, name: &'static str) {
        for value in self {
            value.add_to(form, name);
        }
    }
}

/// A form has no `null`: an empty string is the nearest it has.
impl<T: FormField> FormField for super::patch::Patch<T> {
    fn add_to(self, form: &mut Form, name: &'static str) {
        match self {
            Self::Keep => {}
            Self::Clear => form.text(name, ""),
            Self::Set(value) => value.add_to(form, name),
        }
    }
}

/// Makes types fields of forms by their string on the wire.
macro_rules! form_field_by_text {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::support::request_model::FormField for $type {
            fn add_to(self, form: &mut $crate::support::request::Form, name: &'static ::core::primitive::str) {
                form.text(name, $crate::support::wire::WireText::wire_text(&self));
            }
        }
    )*};
}
pub(crate) use form_field_by_text;

form_field_by_text!(i64, f64, bool, String, Timestamp, serde_json::Value, serde_json::Map<String, serde_json::Value>);

impl<T: Serialize> FormField for std::collections::BTreeMap<String, T> {
    fn add_to(self, form: &mut Form, name: &'static str) {
        add_json(form, name, &self);
    }
}

/// An object within a form: its JSON.
pub(crate) fn add_json(form: &mut Form, name: &'static str, value: &impl Serialize) {
    // Request types write maps with string keys, which cannot fail; a failure would leave the part out of no form.
    let text = serde_json::to_value(value).map_or_else(|_| String::new(), |value| value.wire_text());
    form.text(name, text);
}

/// The value of a limit: the one given, or none.
macro_rules! limits {
    () => { $crate::support::validate::Limits::NONE };
    ($($limit:ident: $value:expr),+ $(,)?) => {
        $crate::support::validate::Limits { $($limit: $value,)+ ..$crate::support::validate::Limits::NONE }
    };
}
pub(crate) use limits;

/// Implements the checks of a request's struct: its fields, their names on the wire and their limits, and the rules about
/// which of them go together.
macro_rules! checks {
    (
        $name:ident { $($field:ident: $wire:literal $({ $($limit:ident: $value:expr),* })?),* $(,)? }
        $($rule:ident($($of:ident: $of_wire:literal),*))*
    ) => {
        impl $crate::support::validate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::support::validate::Violation> {
                $(::core::result::Result::map_err(
                    $crate::support::validate::Limited::check(
                        &self.$field,
                        &$crate::support::request_model::limits!($($($limit: $value),*)?),
                    ),
                    |violation| violation.under($wire),
                )?;)*
                $($crate::support::validate::$rule(&[
                    $(($of_wire, $crate::support::validate::Limited::has_value(&self.$of))),*
                ])?;)*
                ::core::result::Result::Ok(())
            }
        }
    };
}
pub(crate) use checks;

/// Implements checks and writing for the struct of a JSON request: its fields, their names on the wire and their limits.
/// A field marked `null` is sent as `null` when it has no value, all others are left out.
/// Behind the braces stand the rules about fields: `exactly_one_of(url: "url", file_key: "fileKey")`.
macro_rules! request_model {
    (
        $name:ident { $($field:ident: $wire:literal $($null:ident)? $({ $($limit:ident: $value:expr),* $(,)? })?),* $(,)? }
        $($rule:ident $of:tt)*
    ) => {
        $crate::support::request_model::checks!($name { $($field: $wire $({ $($limit: $value),* })?),* } $($rule $of)*);

        impl $crate::support::validate::Limited for $name {
            fn check(
                &self,
                _: &$crate::support::validate::Limits,
            ) -> ::core::result::Result<(), $crate::support::validate::Violation> {
                $crate::support::validate::Validate::validate(self)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<__S: ::serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                #[allow(unused_mut)]
                let mut out = ::serde::Serializer::serialize_map(serializer, ::core::option::Option::None)?;
                $($crate::support::request_model::put_field!(&mut out, $wire, &self.$field $(, $null)?)?;)*
                ::serde::ser::SerializeMap::end(out)
            }
        }

        impl $crate::support::request_model::FormField for $name {
            fn add_to(self, form: &mut $crate::support::request::Form, name: &'static ::core::primitive::str) {
                $crate::support::request_model::add_json(form, name, &self);
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, ::core::primitive::str> {
                ::core::convert::Into::into(::core::stringify!($name))
            }

            fn json_schema(_generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::support::model::object_schema(::std::vec![$((
                    $wire,
                    $crate::support::model::property(|it: &$name| &it.$field, _generator),
                )),*])
            }
        }
    };
}
pub(crate) use request_model;

/// Implements checks and writing for the struct of a multipart form.
macro_rules! form_model {
    (
        $name:ident { $($field:ident: $wire:literal $({ $($limit:ident: $value:expr),* $(,)? })?),* $(,)? }
        $($rule:ident $of:tt)*
    ) => {
        $crate::support::request_model::checks!($name { $($field: $wire $({ $($limit: $value),* })?),* } $($rule $of)*);

        impl ::core::convert::From<$name> for $crate::support::request::Form {
            fn from(_value: $name) -> Self {
                #[allow(unused_mut)]
                let mut form = <Self as ::core::default::Default>::default();
                $($crate::support::request_model::FormField::add_to(_value.$field, &mut form, $wire);)*
                form
            }
        }
    };
}
pub(crate) use form_model;
