//! Rows as a table that fits the terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Row, Table};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::{clean, fields};

/// The widest that a column is drawn when it shares the terminal with others.
const WIDEST: usize = 40;

/// The narrowest that a column is cut to.
const NARROWEST: usize = 16;

/// Where a table is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canvas {
    /// Columns of the terminal; `None` where there is no end, such as in a pipe.
    pub(crate) width: Option<usize>,
    pub(crate) color: bool,
}

/// The columns of a table.
#[derive(Clone, Debug)]
pub(crate) enum Columns {
    Asked(Vec<String>),
    /// Those that say the most, by their names.
    Ranked,
    /// In the order of the rows' fields, which says what matters.
    AsGiven,
}

/// Words that say something is wrong.
const BAD: [&str; 14] = [
    "FAILED",
    "FAIL",
    "ERROR",
    "MISCONFIGURED",
    "EXPIRED",
    "DISCONNECTED",
    "NON_COMPLIANT",
    "NOT_COMPLIANT",
    "OVERDUE",
    "REJECTED",
    "CRITICAL",
    "HIGH",
    "NEEDS_ATTENTION",
    "OUT_OF_DATE",
];
/// Words that say all is well.
const GOOD: [&str; 9] =
    ["PASSED", "PASS", "READY", "CONNECTED", "COMPLIANT", "FULLY_COMPLIANT", "APPROVED", "COMPLETED", "ACTIVE"];

/// Draws rows; the columns are those asked for, or those that fit and say the most.
pub(crate) fn draw(rows: &[Value], columns: &Columns, canvas: Canvas) -> String {
    if rows.is_empty() {
        return String::new();
    }
    if !rows.iter().all(Value::is_object) {
        let lines: Vec<String> = rows.iter().map(|row| clean::line(&fields::cell(row)).into_owned()).collect();
        return lines.join("\n") + "\n";
    }
    let columns = match columns {
        Columns::Asked(names) => names.clone(),
        Columns::Ranked => choose(rows, canvas, rank, is_plain),
        Columns::AsGiven => choose(rows, canvas, |_| 0, is_short),
    };
    let mut table = empty(canvas);
    table.set_header(columns.iter().map(|column| header(column, canvas)));
    for row in rows {
        let cells = columns.iter().map(|column| paint(fields::at(row, column).unwrap_or(&Value::Null), canvas));
        let mut row = Row::from(cells.collect::<Vec<_>>());
        row.max_height(1);
        table.add_row(row);
    }
    finished(&table)
}

/// Draws one object, a field on a line.
pub(crate) fn draw_one(value: &Value, canvas: Canvas) -> String {
    if !value.is_object() {
        return format!("{}\n", clean::line(&fields::cell(value)));
    }
    let mut table = empty(canvas);
    for (name, value) in fields::flat(value) {
        table.add_row(vec![header(&name, canvas), paint(value, canvas)]);
    }
    finished(&table)
}

fn empty(canvas: Canvas) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    match canvas.width {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        None => _ = table.set_content_arrangement(ContentArrangement::Disabled),
    }
    match canvas.color {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    table
}

fn finished(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

fn header(name: &str, canvas: Canvas) -> Cell {
    let cell = Cell::new(clean::line(name));
    if canvas.color { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn paint(value: &Value, canvas: Canvas) -> Cell {
    let text = shown(value);
    let cell = Cell::new(clean::line(&text));
    if !canvas.color {
        return cell;
    }
    match text.to_uppercase().as_str() {
        word if BAD.contains(&word) => cell.fg(Color::Red),
        word if GOOD.contains(&word) => cell.fg(Color::Green),
        _ => cell,
    }
}

/// The columns that fit: plain values first, what names a row before what describes it.
fn choose(rows: &[Value], canvas: Canvas, rank: fn(&str) -> usize, fits: fn(&Value) -> bool) -> Vec<String> {
    let mut candidates: Vec<(usize, usize, String)> = Vec::new();
    for row in rows.iter().take(50) {
        for (name, value) in row.as_object().into_iter().flatten() {
            if fits(value) && !candidates.iter().any(|(_, _, known)| known == name) {
                candidates.push((rank(name), candidates.len(), name.clone()));
            }
        }
    }
    if candidates.is_empty() {
        let first = rows[0].as_object();
        return first.into_iter().flat_map(|row| row.keys()).cloned().collect();
    }
    candidates.sort_unstable();
    let Some(width) = canvas.width else { return candidates.into_iter().map(|(_, _, name)| name).collect() };
    let mut left = width;
    let mut chosen = Vec::new();
    for (_, _, name) in candidates {
        let widest = rows.iter().map(|row| shown(&row[&name]).width()).chain([name.width()]).max().unwrap_or(0);
        let wide = widest.min(WIDEST) + 2;
        if wide > left && !chosen.is_empty() {
            // The last column takes what is left, where that is enough to read.
            if left >= NARROWEST {
                chosen.push(name);
            }
            break;
        }
        left = left.saturating_sub(wide);
        chosen.push(name);
    }
    chosen
}

fn is_plain(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

/// Whether a value is plain, or a list of such.
fn is_short(value: &Value) -> bool {
    value.as_array().map_or_else(|| is_plain(value), |items| items.iter().all(is_plain))
}

/// A value as a cell shows it: of a moment, the day and the time to the minute.
fn shown(value: &Value) -> String {
    let text = fields::cell(value);
    let is_moment = text.len() >= 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok();
    match (is_moment, text.get(..10), text.get(11..16)) {
        (true, Some(day), Some(time)) => format!("{day} {time}Z"),
        _ => text,
    }
}

/// How early a field comes in a table.
fn rank(name: &str) -> usize {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "id" => 0,
        "code" | "riskid" | "testid" | "slug" | "identityid" => 1,
        "name" | "title" | "email" | "displayname" | "clienttype" => 2,
        "firstname" | "lastname" => 3,
        _ if ["status", "state", "result", "severity", "ready"].iter().any(|word| lower.contains(word)) => 4,
        _ if lower.ends_with("url") || lower.contains("description") || lower.contains("guidance") => 9,
        "createdat" | "updatedat" => 8,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NARROW: Canvas = Canvas { width: Some(40), color: false };

    #[test]
    fn a_table_fits_the_terminal_whatever_it_holds() {
        let rows = [
            json!({ "id": 1, "name": "漢字かな交じりの長い名前がここにあります", "status": "FAILED", "description": "x".repeat(300) }),
            json!({ "id": 2, "name": "two\nlines", "status": "PASSED", "owner": { "email": "a@b.c" } }),
        ];
        let table = draw(&rows, &Columns::Ranked, NARROW);
        assert!(table.lines().all(|line| line.width() <= 40), "{table}");
        assert_eq!(table.lines().count(), 3, "a row is a line: {table}");
        assert!(table.contains("two⏎lines") && !table.contains('\u{1b}'), "{table}");
        let chosen = draw(&rows, &Columns::Asked(vec!["owner.email".to_owned()]), NARROW);
        assert_eq!(chosen, " owner.email\n\n a@b.c\n");
    }

    #[test]
    fn what_is_given_in_an_order_stays_in_it() {
        let rows =
            [json!({ "email": "a@b.c", "failed": ["MFA", "PASSWORD"], "at": "2026-01-02T03:04:05.678Z", "id": 7 })];
        let table = draw(&rows, &Columns::AsGiven, Canvas { width: Some(80), color: false });
        assert_eq!(table.lines().last(), Some(" a@b.c  MFA, PASSWORD  2026-01-02 03:04Z  7"), "{table}");
        let ranked = draw(&rows, &Columns::Ranked, Canvas { width: Some(80), color: false });
        assert!(ranked.starts_with(" id  email  at"), "{ranked}");
    }

    #[test]
    fn what_is_wrong_is_colored_where_color_is_wanted() {
        let rows = [json!({ "status": "FAILED" }), json!({ "status": "PASSED" })];
        let table = draw(&rows, &Columns::Ranked, Canvas { width: None, color: true });
        assert!(table.contains("\u{1b}[38;5;9m FAILED") || table.contains("\u{1b}["), "{table:?}");
        assert_eq!(draw(&[json!(7), json!("a")], &Columns::Ranked, NARROW), "7\na\n");
    }
}
