//! A field of an update that can be left alone, set or cleared.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::validate::{Limited, Limits, Violation};

/// A field of an update: left alone, set, or cleared.
///
/// Most code sets it by value (`.description("…")`), and clears it with [`Patch::Clear`].
///
/// ```
/// use drata_api::Patch;
///
/// let untouched: Patch<String> = Patch::default();
/// let set: Patch<String> = "quarterly".into();
/// assert_eq!(untouched, Patch::Keep);
/// assert_eq!(set, Patch::Set("quarterly".to_owned()));
/// assert_eq!(serde_json::to_string(&Patch::<String>::Clear).unwrap(), "null");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// Not sent: the service keeps what it has.
    #[default]
    Keep,
    /// Sent as `null`: the service forgets what it has.
    Clear,
    /// Sent as this value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value, if one is set.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// Whether the field is left alone.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// [`Patch::Set`] or, for `None`, [`Patch::Clear`]: for programs that hold the whole wanted state.
    pub fn set_or_clear(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// [`Patch::Set`] or, for `None`, [`Patch::Keep`].
    pub fn set_or_keep(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

impl From<&str> for Patch<super::timestamp::Timestamp> {
    fn from(value: &str) -> Self {
        Self::Set(value.into())
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    /// `Keep` is left out by the structs that hold it; written alone it is `null`, as JSON has nothing less.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_set().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::set_or_clear)
    }
}

impl<T: Limited> Limited for Patch<T> {
    fn check(&self, limits: &Limits) -> Result<(), Violation> {
        self.as_set().map_or(Ok(()), |value| value.check(limits))
    }

    fn is_absent(&self) -> bool {
        self.is_keep()
    }

    fn has_value(&self) -> bool {
        self.as_set().is_some()
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        Option::<T>::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}
