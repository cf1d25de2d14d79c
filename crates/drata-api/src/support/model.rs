//! How the objects of responses are read and written back.

use std::{fmt, mem};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap};
use serde_json::Value;

use super::extra::Extra;
use super::same::same;
use super::wire::{FromWire, Wire};

/// Reads the keys of an object against the names its type knows.
///
/// The service writes fields in the order of its own types, so the name after the last one is tried first; that makes the
/// usual key one comparison. It is shared by all types, which keeps the code of each small.
pub(crate) struct Keys {
    names: &'static [&'static str],
    next: usize,
    /// The key that was read last, if no name is it.
    unknown: String,
}

/// Sentinel index for an unknown key. A plain number, because keys are most of a response.
const UNKNOWN: usize = usize::MAX;

impl Keys {
    pub(crate) fn new(names: &'static [&'static str]) -> Self {
        Self { names, next: 0, unknown: String::new() }
    }

    /// The index of the next known key. Unknown ones go, with their values, into `extra`.
    #[inline]
    pub(crate) fn next<'de, A: MapAccess<'de>>(
        &mut self,
        input: &mut A,
        extra: &mut Extra,
    ) -> Result<Option<usize>, A::Error> {
        loop {
            match input.next_key_seed(KeySeed(self))? {
                Some(UNKNOWN) => self.keep(input, extra)?,
                index => return Ok(index),
            }
        }
    }

    #[cold]
    fn keep<'de, A: MapAccess<'de>>(&mut self, input: &mut A, extra: &mut Extra) -> Result<(), A::Error> {
        extra.insert(mem::take(&mut self.unknown), input.next_value::<Value>()?);
        Ok(())
    }

    #[inline]
    fn find(&mut self, name: &str) -> usize {
        let index = match self.names.get(self.next) {
            Some(expected) if same(expected, name) => self.next,
            _ => return self.search(name),
        };
        self.next = index + 1;
        index
    }

    fn search(&mut self, name: &str) -> usize {
        let (before, after) = self.names.split_at(self.next.min(self.names.len()));
        let place = |names: &[&str]| names.iter().position(|known| *known == name);
        match place(after).map(|index| index + before.len()).or_else(|| place(before)) {
            Some(index) => {
                self.next = index + 1;
                index
            }
            None => {
                name.clone_into(&mut self.unknown);
                UNKNOWN
            }
        }
    }
}

struct KeySeed<'a>(&'a mut Keys);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = usize;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    #[inline]
    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        Ok(self.0.find(name))
    }
}

/// Takes a field that was read, or what stands for one that was not there.
pub(crate) fn take<'de, T: FromWire<'de>, E: serde::de::Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.or_else(T::absent).ok_or_else(|| E::missing_field(name))
}

/// Reads the value of a field into its place, noting an explicit `null`.
///
/// Never inlined: then there is one copy for each type instead of one for each field, and the fields stay in memory instead
/// of being carried from key to key.
#[inline(never)]
pub(crate) fn read<'de, A: MapAccess<'de>, T: FromWire<'de>>(
    input: &mut A,
    field: &mut Option<T>,
    index: usize,
    extra: &mut Extra,
) -> Result<(), A::Error> {
    let Wire(value) = input.next_value()?;
    if T::is_null(&value) {
        extra.note_null(index);
    }
    *field = Some(value);
    Ok(())
}

/// Writes a field back as it came: a `null` as `null`, an absent one not at all.
pub(crate) fn put<'de, M: SerializeMap, T: Serialize + FromWire<'de>>(
    out: &mut M,
    name: &'static str,
    value: &T,
    was_null: bool,
) -> Result<(), M::Error> {
    if value.is_null() && !was_null { Ok(()) } else { out.serialize_entry(name, value) }
}

/// Writes the fields that the contract does not know.
pub(crate) fn put_extra<M: SerializeMap>(out: &mut M, extra: &Extra) -> Result<(), M::Error> {
    extra.iter().try_for_each(|(name, value)| out.serialize_entry(name, value))
}

/// The error for an object that stands where something else is.
pub(crate) fn expecting(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write!(f, "an object ({name})")
}

/// A schema's property, its type taken from the field.
#[cfg(feature = "schemars")]
pub(crate) fn property<T, F: schemars::JsonSchema>(
    _: fn(&T) -> &F,
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    generator.subschema_for::<F>()
}

/// The schema of an object with these properties.
#[cfg(feature = "schemars")]
pub(crate) fn object_schema(properties: Vec<(&'static str, schemars::Schema)>) -> schemars::Schema {
    let properties: serde_json::Map<String, Value> =
        properties.into_iter().map(|(name, schema)| (name.to_owned(), schema.into())).collect();
    schemars::json_schema!({ "type": "object", "properties": properties })
}

/// Implements reading and writing for the struct of a response: its fields and their names on the wire.
///
/// Everything is named by its whole path, and what is declared within has names that no generated type can have.
macro_rules! model {
    ($name:ident { $($field:ident: $wire:literal),* $(,)? }) => {
        const _: () = {
            const NAMES: &[&::core::primitive::str] = &[$($wire),*];
            const _: () = ::core::assert!(NAMES.len() <= $crate::support::extra::MAX_FIELDS);

            impl<'de> ::serde::Deserialize<'de> for $name {
                fn deserialize<__D: ::serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
                    struct __Visitor;

                    impl<'de> ::serde::de::Visitor<'de> for __Visitor {
                        type Value = $name;

                        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                            $crate::support::model::expecting(f, ::core::stringify!($name))
                        }

                        fn visit_map<__A: ::serde::de::MapAccess<'de>>(
                            self,
                            mut input: __A,
                        ) -> ::core::result::Result<$name, __A::Error> {
                            let mut extra = <$crate::Extra as ::core::default::Default>::default();
                            let mut keys = $crate::support::model::Keys::new(NAMES);
                            $(let mut $field = ::core::option::Option::None;)*
                            while let ::core::option::Option::Some(_index) = keys.next(&mut input, &mut extra)? {
                                // The place of the field that is tried; known when this is compiled.
                                let mut _place = 0_usize;
                                $(if _index == {
                                    _place += 1;
                                    _place - 1
                                } {
                                    $crate::support::model::read(&mut input, &mut $field, _index, &mut extra)?;
                                } else)* {
                                    ::serde::de::MapAccess::next_value::<::serde::de::IgnoredAny>(&mut input)?;
                                }
                            }
                            ::core::result::Result::Ok($name {
                                $($field: $crate::support::model::take($field, $wire)?,)*
                                extra,
                            })
                        }
                    }

                    // With its names, which the path of a problem may show.
                    ::serde::Deserializer::deserialize_struct(deserializer, ::core::stringify!($name), NAMES, __Visitor)
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<__S: ::serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    let mut out = ::serde::Serializer::serialize_map(serializer, ::core::option::Option::None)?;
                    let mut _place = 0_usize;
                    $(
                        $crate::support::model::put(&mut out, $wire, &self.$field, self.extra.was_null(_place))?;
                        _place += 1;
                    )*
                    $crate::support::model::put_extra(&mut out, &self.extra)?;
                    ::serde::ser::SerializeMap::end(out)
                }
            }

            $crate::support::wire::from_wire_by_serde!($name);

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
    };
}
pub(crate) use model;

#[cfg(test)]
mod tests {
    /// A struct and fields called like what the macro declares.
    #[derive(Debug, PartialEq)]
    struct Visitor {
        keys: i64,
        input: Option<String>,
        index: Option<Field>,
        extra: crate::Extra,
    }
    model!(Visitor { keys: "keys", input: "input", index: "index" });

    #[derive(Debug, PartialEq)]
    struct Field {
        extra: crate::Extra,
    }
    model!(Field {});

    #[test]
    fn names_of_the_contract_do_not_meet_those_of_the_macro() {
        let text = r#"{"keys":1,"index":{"a":2},"more":true}"#;
        let read: Visitor = serde_json::from_str(text).unwrap();
        assert_eq!((read.keys, read.input.is_none(), read.index.is_some()), (1, true, true));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let nulls = r#"{"keys":1,"input":null,"index":null}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Visitor>(nulls).unwrap()).unwrap(), nulls);
    }
}
