//! Comma-separated values, as RFC 4180 describes them.

/// The cells of every line that is not empty; quoted cells may hold commas, quotes and line breaks.
pub(crate) fn read(text: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            '\r' if !quoted => {}
            letter => cell.push(letter),
        }
    }
    line.push(cell);
    lines.push(line);
    lines.retain(|line| line.iter().any(|cell| !cell.is_empty()));
    lines
}

/// One line, with quotes where they are needed.
pub(crate) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let quote = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let mut line = cells.into_iter().map(quote).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let cells = ["plain", "a, b", "she said \"yes\"", "two\nlines", ""];
        assert_eq!(read(&line(cells)), [cells.map(str::to_owned).to_vec()]);
    }
}
