//! Where output goes: the terminal or the pipe, its width and whether it is colored.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use serde_json::Value;

use super::format::Format;
use super::table::Canvas;
use super::{clean, filter::Filter};
use crate::args::globals::{Color, Globals};
use crate::failure::Failure;

/// How output is shown here.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) format: Format,
    pub(crate) fields: Vec<String>,
    pub(super) filter: Option<String>,
    color: Color,
    /// Whether standard output is a terminal.
    pub(crate) terminal: bool,
    pub(crate) quiet: bool,
}

/// Standard output with a buffer.
pub(crate) type Out = BufWriter<io::Stdout>;

const BUFFER: usize = 64 * 1024;

impl Screen {
    pub(crate) fn new(globals: &Globals) -> Self {
        Self {
            format: globals.format,
            fields: globals.fields.clone(),
            filter: globals.filter.clone(),
            color: globals.color,
            terminal: io::stdout().is_terminal(),
            quiet: globals.quiet,
        }
    }

    pub(crate) fn out() -> Out {
        BufWriter::with_capacity(BUFFER, io::stdout())
    }

    /// Where tables are drawn.
    pub(crate) fn canvas(&self) -> Canvas {
        Canvas { width: self.terminal.then(width), color: self.colored() }
    }

    /// Whether output is colored.
    pub(crate) fn colored(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                self.terminal && !refused && !is_dumb()
            }
        }
    }

    /// The rows that fit on the terminal, with the header and the prompt.
    pub(crate) fn height(&self) -> u64 {
        let lines = terminal_size::terminal_size().map_or(24, |(_, terminal_size::Height(lines))| lines);
        u64::from(lines.max(10)) - 4
    }

    pub(crate) fn filter(&self) -> Result<Option<Filter>, Failure> {
        self.filter.as_deref().map(Filter::compile).transpose()
    }

    /// JSON for this output: on a terminal, nothing in it acts on the terminal.
    pub(crate) fn json<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        if self.terminal { clean::json(text) } else { text.into() }
    }

    /// Says something on standard error that is no output.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            note(text.as_ref());
        }
    }
}

/// Whether the terminal says of itself that it only prints.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Says something on standard error. That nobody reads it is no failure.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{}", clean::block(text));
}

/// JSON on several lines.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 10);
    told.or_else(|| terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns)))
        .unwrap_or(80)
}
