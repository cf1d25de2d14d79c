//! What is wrong with a response.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// The most characters of a description.
const MAX_TEXT: usize = 300;

/// What is wrong with a value of a response, and where it stands. It says what was expected and what kind of value is there,
/// and never shows the value, which may be somebody's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// The path of the value; `None` until the innermost value around the problem is known.
    path: Option<String>,
    text: String,
    /// Whether the text is a type's own, which may quote the value.
    is_foreign: bool,
}

impl Problem {
    /// A problem that our own words describe.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { path: None, text: text.into(), is_foreign: false }
    }

    /// Says where it is, unless a value further inside has said so. `found` is the kind of the value there, `scalar` its
    /// content, if it has no parts.
    pub(crate) fn at(mut self, path: impl FnOnce() -> String, found: &str, scalar: Option<&str>) -> Self {
        if self.path.is_none() {
            self.path = Some(path());
            if self.is_foreign && scalar.is_some_and(|scalar| self.text.contains(scalar)) {
                self.text = format!("{found} that its type does not take");
            }
        }
        self
    }

    /// The JSON path of the offending value, such as `data[3].id`; empty for all of it.
    pub(crate) fn path(&self) -> &str {
        self.path.as_deref().unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => f.write_str(&self.text),
            path => write!(f, "{path}: {}", self.text),
        }
    }
}

impl std::error::Error for Problem {}

impl Error for Problem {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self { path: None, text: text.to_string().chars().take(MAX_TEXT).collect(), is_foreign: true }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", kind(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of {}, found {}", expected.join(", "), kind(Unexpected::Str(variant))))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected no other fields than {}, found one", expected.join(", ")))
    }
}

/// The kind of a value.
pub(crate) fn kind(value: Unexpected<'_>) -> String {
    match value {
        Unexpected::Bool(_) => "a boolean".to_owned(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer".to_owned(),
        Unexpected::Float(number) if number.fract() != 0.0 => "a number with a fraction".to_owned(),
        Unexpected::Float(_) => "a large number".to_owned(),
        Unexpected::Str("") => "an empty string".to_owned(),
        Unexpected::Str(text) => match text.chars().count() {
            1 => "a string of 1 character".to_owned(),
            length => format!("a string of {length} characters"),
        },
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        Unexpected::Other(kind) => kind.to_owned(),
        _ => "something else".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_and_values_are_not() {
        let expected: &dyn Expected = &"an integer";
        let of = |found| Problem::invalid_type(found, expected).to_string();
        assert_eq!(of(Unexpected::Str("ada@example.com")), "expected an integer, found a string of 15 characters");
        assert_eq!(of(Unexpected::Str("")), "expected an integer, found an empty string");
        assert_eq!(of(Unexpected::Float(1234.5)), "expected an integer, found a number with a fraction");
        assert_eq!(of(Unexpected::Map), "expected an integer, found an object");
        let variant = Problem::unknown_variant("ada@example.com", &["A", "B"]).to_string();
        assert_eq!(variant, "expected one of A, B, found a string of 15 characters");
        assert!(!Problem::unknown_field("ada@example.com", &["a"]).to_string().contains("ada"));
    }

    #[test]
    fn what_a_type_says_itself_does_not_quote_the_value() {
        let problem = || Problem::custom("bad address: ada@example.com");
        let told = problem().at(|| "[0].email".to_owned(), "a string of 15 characters", Some("ada@example.com"));
        assert_eq!(told.to_string(), "[0].email: a string of 15 characters that its type does not take");
        let other = problem().at(String::new, "an object", None).at(|| "further out".to_owned(), "a list", None);
        assert_eq!(other.to_string(), "bad address: ada@example.com");
    }
}
