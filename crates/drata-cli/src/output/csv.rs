//! Rows as CSV that a spreadsheet opens without running anything.

use std::borrow::Cow;
use std::io::Write;

use csv::{Writer, WriterBuilder};
use serde_json::Value;

use super::{clean, fields};
use crate::failure::Failure;

/// Writes rows as CSV; the columns are known from the start, or follow from the first row.
pub(crate) struct CsvRows<W: Write> {
    writer: Writer<W>,
    columns: Option<Vec<String>>,
    /// Whether the columns are what was asked for, so that nothing else counts as lost.
    chosen: bool,
    lost: Vec<String>,
    began: bool,
    /// Whether a terminal shows it, on which nothing of it may act.
    terminal: bool,
}

impl<W: Write> CsvRows<W> {
    pub(crate) fn new(out: W, columns: Option<Vec<String>>, chosen: bool) -> Self {
        Self {
            writer: WriterBuilder::new().from_writer(out),
            columns,
            chosen,
            lost: Vec::new(),
            began: false,
            terminal: false,
        }
    }

    /// Says whether a terminal shows it.
    pub(crate) fn on_terminal(mut self, terminal: bool) -> Self {
        self.terminal = terminal;
        self
    }

    /// Goes on with a file that has its header already.
    pub(crate) fn continued(mut self, began: bool) -> Self {
        self.began = began;
        self
    }

    /// What it writes to.
    pub(crate) fn inner(&self) -> &W {
        self.writer.get_ref()
    }

    /// Writes a row, after the header where it is the first.
    pub(crate) fn row(&mut self, row: &Value) -> Result<(), Failure> {
        if !self.began {
            self.begin(Some(row))?;
        }
        let Some(columns) = &self.columns else { return Ok(()) };
        let mut record: Vec<String> = columns
            .iter()
            .map(|column| match column.as_str() {
                // The only column of rows that are no objects.
                "value" if !row.is_object() => safe(row),
                path => fields::at(row, path).map_or_else(String::new, safe),
            })
            .collect();
        if self.terminal {
            record.iter_mut().for_each(|cell| *cell = clean::block(cell).into_owned());
        }
        self.writer.write_record(&record).map_err(failed)?;
        if !self.chosen {
            for name in row.as_object().into_iter().flat_map(|row| row.keys()) {
                let known = columns.iter().any(|column| column == name || column.split('.').next() == Some(name));
                if !known && !self.lost.contains(name) {
                    self.lost.push(name.clone());
                }
            }
        }
        Ok(())
    }

    /// Writes the header, also of a list without rows where its columns are known, and everything that is buffered.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        if !self.began {
            self.begin(None)?;
        }
        self.flush()
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(Failure::from)
    }

    /// Fields that rows had and the columns have not.
    pub(crate) fn lost(&self) -> &[String] {
        &self.lost
    }

    fn begin(&mut self, row: Option<&Value>) -> Result<(), Failure> {
        self.began = true;
        if self.columns.is_none() {
            self.columns = row.map(|row| match row {
                Value::Object(map) if !map.is_empty() => fields::flat(row).into_iter().map(|(name, _)| name).collect(),
                _ => vec!["value".to_owned()],
            });
        }
        match &self.columns {
            Some(columns) => {
                let shown = |name: &String| match self.terminal {
                    true => clean::block(&safe_text(name)).into_owned(),
                    false => safe_text(name).into_owned(),
                };
                let names: Vec<String> = columns.iter().map(shown).collect();
                self.writer.write_record(&names).map_err(failed)
            }
            None => Ok(()),
        }
    }
}

fn failed(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => Failure::other(format!("the CSV cannot be written: {other:?}")),
    }
}

/// A value as a cell. What a spreadsheet would take for a formula gets an apostrophe before it.
fn safe(value: &Value) -> String {
    let text = fields::cell(value);
    match value {
        Value::Number(_) | Value::Bool(_) => text,
        _ => safe_text(&text).into_owned(),
    }
}

fn safe_text(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(rows: &[Value], columns: Option<&[&str]>) -> (String, Vec<String>) {
        let columns = columns.map(|columns| columns.iter().map(|&column| column.to_owned()).collect());
        let mut out = CsvRows::new(Vec::new(), columns, false);
        rows.iter().for_each(|row| out.row(row).unwrap());
        out.finish().unwrap();
        let lost = out.lost().to_vec();
        (String::from_utf8(out.writer.into_inner().unwrap()).unwrap(), lost)
    }

    #[test]
    fn what_looks_like_a_formula_is_text() {
        let rows =
            [json!({"id": -1, "name": "=HYPERLINK(\"x\")", "note": "a,\"b\"\nc", "at": "@SUM(1)", "dash": "-x"})];
        let expected = "id,name,note,at,dash\n-1,\"'=HYPERLINK(\"\"x\"\")\",\"a,\"\"b\"\"\nc\",'@SUM(1),'-x\n";
        assert_eq!(written(&rows, None).0, expected);
    }

    #[test]
    fn columns_are_known_or_follow_from_the_first_row() {
        let rows = [json!({"id": 1, "owner": {"email": "a"}}), json!({"id": 2, "new": 1})];
        assert_eq!(written(&rows, None), ("id,owner.email\n1,a\n2,\n".to_owned(), vec!["new".to_owned()]));
        assert_eq!(written(&[], Some(&["id"])).0, "id\n");
        assert_eq!(written(&[json!(7)], None).0, "value\n7\n");
    }
}
