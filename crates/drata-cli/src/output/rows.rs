//! A list on its way out, row by row and in constant memory.

use std::io::Write as _;

use drata_ext::by_name::RawRow;
use serde_json::Value;

use super::clean;
use super::csv::CsvRows;
use super::fields::Chosen;
use super::filter::Filter;
use super::format::Format;
use super::screen::{Out, Screen, pretty};
use super::table::{Canvas, Columns, draw};
use crate::failure::Failure;

/// As many rows as one table holds; longer lists are several tables.
const TABLE: usize = 500;

/// Writes the rows of a list in the format that was asked for.
pub(crate) struct Rows {
    fields: Vec<String>,
    chosen: Chosen,
    filter: Option<Filter>,
    terminal: bool,
    quiet: bool,
    writer: Writer,
}

enum Writer {
    Ndjson(Out),
    /// One array; holds whether it has rows already.
    Json(Out, bool),
    Csv(Box<CsvRows<Out>>),
    Table {
        out: Out,
        rows: Vec<Value>,
        columns: Columns,
        canvas: Canvas,
    },
}

impl Rows {
    pub(super) fn new(screen: &Screen, format: Format, filter: Option<Filter>, columns: Option<Vec<String>>) -> Self {
        let out = Screen::out();
        let known = columns.clone().filter(|_| filter.is_none()).unwrap_or_default();
        let picking = Chosen::new(&screen.fields, &known);
        let writer = match format {
            Format::Csv => {
                let chosen = !screen.fields.is_empty();
                let columns = match (chosen, filter.is_some()) {
                    (true, _) => Some(screen.fields.clone()),
                    (false, true) => None,
                    (false, false) => columns,
                };
                Writer::Csv(Box::new(CsvRows::new(out, columns, chosen).on_terminal(screen.terminal)))
            }
            Format::Table => {
                let columns = match screen.fields.is_empty() {
                    true => Columns::Ranked,
                    false => Columns::Asked(screen.fields.clone()),
                };
                Writer::Table { out, rows: Vec::new(), columns, canvas: screen.canvas() }
            }
            Format::Json => Writer::Json(out, false),
            Format::Ndjson | Format::Auto => Writer::Ndjson(out),
        };
        let (fields, terminal, quiet) = (screen.fields.clone(), screen.terminal, screen.quiet);
        Self { fields, chosen: picking, filter, terminal, quiet, writer }
    }

    /// Keeps a table's columns in the order of the rows' fields.
    pub(crate) fn in_given_order(mut self) -> Self {
        if let Writer::Table { columns: columns @ Columns::Ranked, .. } = &mut self.writer {
            *columns = Columns::AsGiven;
        }
        self
    }

    /// Whether rows can go out as the service wrote them.
    pub(crate) fn takes_raw(&self) -> bool {
        matches!(self.writer, Writer::Ndjson(_)) && self.fields.is_empty() && self.filter.is_none()
    }

    /// Writes a row as the service wrote it.
    pub(crate) fn raw(&mut self, row: &RawRow) -> Result<(), Failure> {
        if !self.takes_raw() {
            return self.row(&row.to_value());
        }
        let text = row.get();
        // A line is a row, however the service lays out its JSON.
        if text.bytes().any(|byte| byte == b'\n' || byte == b'\r') {
            return self.row(&row.to_value());
        }
        let terminal = self.terminal;
        if let Writer::Ndjson(out) = &mut self.writer {
            let text = if terminal { clean::json(text) } else { text.into() };
            out.write_all(text.as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, row: &Value) -> Result<(), Failure> {
        match self.filter.take() {
            Some(filter) => {
                let outcome = filter.run(row, |output| self.put(&output));
                self.filter = Some(filter);
                outcome
            }
            None => self.put(row),
        }
    }

    fn put(&mut self, row: &Value) -> Result<(), Failure> {
        let shown = |text: String| if self.terminal { clean::json(&text).into_owned() } else { text };
        let picked = self.chosen.pick(row);
        let picked = picked.as_ref().unwrap_or(row);
        match &mut self.writer {
            Writer::Ndjson(out) => writeln!(out, "{}", shown(picked.to_string()))?,
            Writer::Json(out, began) => {
                out.write_all(if *began { b",\n  " } else { b"[\n  " })?;
                *began = true;
                out.write_all(shown(pretty(picked).replace('\n', "\n  ")).as_bytes())?;
            }
            Writer::Csv(csv) => csv.row(row)?,
            Writer::Table { rows, .. } => {
                rows.push(picked.clone());
                if rows.len() == TABLE {
                    self.draw()?;
                }
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<(), Failure> {
        if let Writer::Table { out, rows, columns, canvas } = &mut self.writer {
            out.write_all(draw(rows, columns, *canvas).as_bytes())?;
            out.flush()?;
            rows.clear();
        }
        Ok(())
    }

    /// Hands on what is buffered, before a wait.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.writer {
            Writer::Ndjson(out) | Writer::Json(out, _) => Ok(out.flush()?),
            Writer::Csv(csv) => csv.flush(),
            Writer::Table { .. } => Ok(()),
        }
    }

    /// Ends the list.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.end()?;
        if let Some(missing) = self.chosen.missing().filter(|_| !self.quiet) {
            super::note(&missing);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        match &mut self.writer {
            Writer::Ndjson(out) => Ok(out.flush()?),
            Writer::Json(out, began) => {
                out.write_all(if *began { b"\n]\n" } else { b"[]\n" })?;
                Ok(out.flush()?)
            }
            Writer::Csv(csv) => {
                csv.finish()?;
                if !csv.lost().is_empty() && !self.quiet {
                    super::note(&format!("not in the columns: {}; name them with --fields", csv.lost().join(", ")));
                }
                Ok(())
            }
            Writer::Table { .. } => self.draw(),
        }
    }
}
