//! How a parameter is written.

use std::fmt;

/// How a parameter is written. Displayed as it is noted in documents: `join:,`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One text.
    Plain,
    /// One pair for each value.
    Repeat,
    /// One text, the values apart by a character.
    Join(char),
    /// Behind a dot: `.7`, or `.7,8`.
    Label(Option<char>),
    /// Behind its name: `;id=7`, or `;id=7,8`, or with `;` as the character `;id=7;id=8`.
    Matrix(Option<char>),
    /// One pair for each scalar within, its way in brackets: `filters[0][id]=3`.
    Nested,
    /// The properties of an object as one text: `a,1,b,2`, or with `=` as the character `a=1,b=2`.
    Pairs(char),
    /// One pair for each property.
    Spread,
    /// The text of its JSON.
    Json,
}

impl Style {
    /// Whether it is what a value of its kind gets where nothing is said.
    pub(crate) fn is_usual(self) -> bool {
        matches!(self, Self::Plain | Self::Repeat | Self::Nested)
    }

    /// Reads what was noted.
    pub(crate) fn noted(noted: &str) -> Self {
        match noted.split_once(':').map_or((noted, None), |(style, rest)| (style, rest.chars().next())) {
            ("repeat", _) => Self::Repeat,
            ("nested", _) => Self::Nested,
            ("spread", _) => Self::Spread,
            ("json", _) => Self::Json,
            ("join", Some(separator)) => Self::Join(separator),
            ("pairs", Some(within)) => Self::Pairs(within),
            ("label", separator) => Self::Label(separator),
            ("matrix", separator) => Self::Matrix(separator),
            _ => Self::Plain,
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("plain"),
            Self::Repeat => f.write_str("repeat"),
            Self::Join(separator) => write!(f, "join:{separator}"),
            Self::Pairs(within) => write!(f, "pairs:{within}"),
            Self::Label(None) => f.write_str("label"),
            Self::Label(Some(separator)) => write!(f, "label:{separator}"),
            Self::Matrix(None) => f.write_str("matrix"),
            Self::Matrix(Some(separator)) => write!(f, "matrix:{separator}"),
            Self::Nested => f.write_str("nested"),
            Self::Spread => f.write_str("spread"),
            Self::Json => f.write_str("json"),
        }
    }
}
