//! What a screen shows: lists row by row, and single things.

use std::io::Write as _;

use serde_json::Value;

use super::fields::Chosen;
use super::format::Format;
use super::rows::Rows;
use super::screen::{Screen, pretty};
use super::table::draw_one;
use crate::failure::Failure;

impl Screen {
    /// Begins a list; `columns` are those that its rows are known to have.
    pub(crate) fn rows(&self, columns: Option<Vec<String>>) -> Result<Rows, Failure> {
        let filter = self.filter()?;
        let format = self.format.settled(true, filter.is_some());
        Ok(Rows::new(self, format, filter, columns))
    }

    /// Begins a list of our own, whose fields are in the order of what they say.
    pub(crate) fn report(&self) -> Result<Rows, Failure> {
        Ok(self.rows(None)?.in_given_order())
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
        let mut chosen = Chosen::new(&self.fields, &[]);
        let picked = chosen.pick(value);
        let value = picked.as_ref().unwrap_or(value);
        let mut out = Self::out();
        match format {
            Format::Table => out.write_all(draw_one(value, self.canvas()).as_bytes())?,
            Format::Ndjson => writeln!(out, "{}", self.json(&value.to_string()))?,
            _ => writeln!(out, "{}", self.json(&pretty(value)))?,
        }
        out.flush()?;
        if let Some(missing) = chosen.missing() {
            self.note(missing);
        }
        Ok(())
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
