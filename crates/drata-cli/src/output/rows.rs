//! A list on its way out, row by row and in constant memory.

use std::io::Write as _;

use drata_ext::by_name::RawRow;
use serde_json::Value;

use super::csv::CsvRows;
use super::filter::Filter;
use super::format::Format;
use super::screen::{Out, Screen, pretty};
use super::table::{Canvas, draw, draw_one};
use super::{clean, fields};
use crate::failure::Failure;

/// As many rows as one table holds; longer lists are several tables.
const TABLE: usize = 500;

/// Writes the rows of a list in the format that was asked for.
pub(crate) struct Rows {
    fields: Vec<String>,
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
        canvas: Canvas,
    },
}

impl Screen {
    /// Begins a list; `columns` are those that its rows are known to have.
    pub(crate) fn rows(&self, columns: Option<Vec<String>>) -> Result<Rows, Failure> {
        let filter = self.filter()?;
        let format = self.format.settled(true, filter.is_some());
        Ok(Rows::new(self, format, filter, columns))
    }

    /// Shows one thing.
    pub(crate) fn show(&self, value: &Value) -> Result<(), Failure> {
        let filter = self.filter()?;
        let format = self.format.settled(false, filter.is_some());
        if filter.is_some() || format == Format::Csv {
            let mut rows = Rows::new(self, format, filter, None);
            rows.row(value)?;
            return rows.finish();
        }
        let picked = (!self.fields.is_empty()).then(|| fields::only(value, &self.fields));
        let value = picked.as_ref().unwrap_or(value);
        let mut out = Self::out();
        match format {
            Format::Table => out.write_all(draw_one(value, self.canvas()).as_bytes())?,
            Format::Ndjson => writeln!(out, "{}", self.json(&value.to_string()))?,
            _ => writeln!(out, "{}", self.json(&pretty(value)))?,
        }
        Ok(out.flush()?)
    }

    /// Shows JSON whatever the format: what it is does not fit a table.
    pub(crate) fn show_json(&self, value: &Value) -> Result<(), Failure> {
        if self.filter.is_some() {
            return self.show(value);
        }
        let mut out = Self::out();
        writeln!(out, "{}", self.json(&pretty(value)))?;
        Ok(out.flush()?)
    }
}

impl Rows {
    fn new(screen: &Screen, format: Format, filter: Option<Filter>, columns: Option<Vec<String>>) -> Self {
        let out = Screen::out();
        let writer = match format {
            Format::Csv => {
                let chosen = !screen.fields.is_empty();
                let columns = match (chosen, filter.is_some()) {
                    (true, _) => Some(screen.fields.clone()),
                    (false, true) => None,
                    (false, false) => columns,
                };
                Writer::Csv(Box::new(CsvRows::new(out, columns, chosen)))
            }
            Format::Table => Writer::Table { out, rows: Vec::new(), canvas: screen.canvas() },
            Format::Json => Writer::Json(out, false),
            Format::Ndjson | Format::Auto => Writer::Ndjson(out),
        };
        Self { fields: screen.fields.clone(), filter, terminal: screen.terminal, quiet: screen.quiet, writer }
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
        let is_picked = !self.fields.is_empty() && row.is_object();
        let picked = is_picked.then(|| fields::only(row, &self.fields));
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
        let columns = (!self.fields.is_empty()).then_some(self.fields.as_slice());
        if let Writer::Table { out, rows, canvas } = &mut self.writer {
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
