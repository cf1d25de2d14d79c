//! Numbers where strings belong.
//!
//! A string field that holds the number `123456789012345678901234` or `1.10` means its digits. A JSON reader that has turned
//! it into a float has lost them, so the number is quoted in the text, and the text is read again.

/// How the error begins that asks for it.
pub(crate) const NEEDED: &str = "a number stands for a string";

/// Returns `text` with the numbers quoted that stand at `path`, such as `data[3].clientId`, or at the same path under other
/// indices, or wherever a path ends with it if it begins with an index. `None` when there is none.
pub(crate) fn quoted(text: &str, path: &str) -> Option<String> {
    let wanted = steps(path);
    let mut scanner = Scanner { text: text.as_bytes(), at: 0, path: Vec::new(), wanted: &wanted, found: Vec::new() };
    scanner.value()?;
    let found = scanner.found;
    if found.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 2 * found.len());
    let mut copied = 0;
    for (start, end) in found {
        out.push_str(&text[copied..start]);
        out.push('"');
        out.push_str(&text[start..end]);
        out.push('"');
        copied = end;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// A step into a JSON value; which item of a list does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Item,
    Field(String),
}

/// The steps of a path as `serde_path_to_error` writes it.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        match pieces.next() {
            Some("") | None => {}
            Some(field) => steps.push(Step::Field(field.to_owned())),
        }
        steps.extend(pieces.map(|_| Step::Item));
    }
    steps
}

/// Walks through JSON text that is known to be well-formed as far as it was read; gives up with `None` where it is not.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    path: Vec<Step>,
    wanted: &'a [Step],
    found: Vec<(usize, usize)>,
}

impl Scanner<'_> {
    fn value(&mut self) -> Option<()> {
        self.blank();
        match self.text.get(self.at)? {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                self.skip(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                if self.is_wanted() {
                    self.found.push((start, self.at));
                }
                Some(())
            }
            _ => {
                let start = self.at;
                self.skip(|byte| byte.is_ascii_alphabetic());
                (self.at > start).then_some(())
            }
        }
    }

    fn is_wanted(&self) -> bool {
        match self.wanted.first() {
            Some(Step::Item) => self.path.ends_with(self.wanted),
            _ => self.path == self.wanted,
        }
    }

    fn object(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.blank();
            match self.text.get(self.at)? {
                b'}' => break,
                b',' => self.at += 1,
                b'"' => {
                    let key = self.string()?;
                    self.blank();
                    (self.text.get(self.at)? == &b':').then(|| self.at += 1)?;
                    self.path.push(Step::Field(key));
                    self.value()?;
                    self.path.pop();
                }
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    fn list(&mut self) -> Option<()> {
        self.at += 1;
        self.path.push(Step::Item);
        loop {
            self.blank();
            match self.text.get(self.at)? {
                b']' => break,
                b',' => self.at += 1,
                _ => self.value()?,
            }
        }
        self.path.pop();
        self.at += 1;
        Some(())
    }

    /// A string, unescaped.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.text.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_slice(&self.text[start..self.at]).ok()
    }

    fn blank(&mut self) {
        self.skip(|byte| byte.is_ascii_whitespace());
    }

    fn skip(&mut self, while_: impl Fn(u8) -> bool) {
        while self.text.get(self.at).is_some_and(|byte| while_(*byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_quoted_where_they_stand_and_nowhere_else() {
        let text =
            r#"{"data": [{"id": 1.10, "n": 1.10}, {"id": "x", "sub": {"id": 2}}, {"id":123456789012345678901234}]}"#;
        assert_eq!(
            quoted(text, "data[7].id").unwrap(),
            r#"{"data": [{"id": "1.10", "n": 1.10}, {"id": "x", "sub": {"id": 2}}, {"id":"123456789012345678901234"}]}"#
        );
        assert_eq!(quoted(text, "[0].sub.id").unwrap().matches("\"2\"").count(), 1);
        assert_eq!(quoted(text, "data[0].missing"), None);
        assert_eq!(quoted("7", ""), Some("\"7\"".to_owned()));
    }

    #[test]
    fn text_that_is_no_json_is_left_alone() {
        for text in ["", "{", "[1,", "{\"a\" 1}", "\"", "{\"a\\", "]", "nul"] {
            quoted(text, "a");
        }
    }
}
