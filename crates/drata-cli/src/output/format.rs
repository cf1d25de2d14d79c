//! The formats of output.

use std::io::IsTerminal as _;

/// How what comes back is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// A table on a terminal; in a pipe, NDJSON for lists and JSON for the rest.
    #[default]
    Auto,
    Table,
    /// One JSON document.
    Json,
    /// A line of JSON for each row.
    Ndjson,
    Csv,
}

impl Format {
    pub(crate) const NAMES: [&str; 5] = ["auto", "table", "json", "ndjson", "csv"];

    /// The format of this name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "table" => Self::Table,
            "json" => Self::Json,
            "ndjson" => Self::Ndjson,
            "csv" => Self::Csv,
            _ => Self::Auto,
        }
    }

    /// What automatic means here.
    pub(crate) fn settled(self, is_list: bool, filtered: bool) -> Self {
        match self {
            Self::Auto if filtered => Self::Ndjson,
            Self::Auto if std::io::stdout().is_terminal() => Self::Table,
            Self::Auto if is_list => Self::Ndjson,
            Self::Auto => Self::Json,
            settled => settled,
        }
    }
}
