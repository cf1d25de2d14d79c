//! Text from elsewhere, made harmless for a terminal.

use std::borrow::Cow;

/// Whether a character acts on a terminal instead of being shown: controls, and marks that turn the direction of text.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
        || matches!(letter, '\u{2028}' | '\u{2029}')
        // Letters that are not seen: a soft hyphen, and tags, in which a text can hide.
        || matches!(letter, '\u{ad}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text on one line, with what would act on the terminal written out: `\u{1b}` as `\u001b`.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escape(text, |letter| {
        acts(letter).then(|| match letter {
            '\n' => "⏎".to_owned(),
            '\t' => " ".to_owned(),
            letter => written_out(letter),
        })
    })
}

/// The beginning of a text on one line, for a message: a value of megabytes makes no message of megabytes.
pub(crate) fn short(text: &str) -> Cow<'_, str> {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", line(&text[..end]))),
        None => line(text),
    }
}

/// JSON, with what would act on the terminal escaped as JSON does: the value stays the same.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    // Controls below the space stand in no string of valid JSON, but between its parts, where they are layout.
    escape(text, |letter| (acts(letter) && letter >= ' ').then(|| written_out(letter)))
}

/// A text of several lines, such as a message.
pub(crate) fn block(text: &str) -> Cow<'_, str> {
    escape(text, |letter| (acts(letter) && letter != '\n' && letter != '\t').then(|| written_out(letter)))
}

fn written_out(letter: char) -> String {
    // As JSON has it: what lies beyond 16 bits is a pair.
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn escape(text: &str, escaped: impl Fn(char) -> Option<String>) -> Cow<'_, str> {
    if !text.chars().any(|letter| escaped(letter).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match escaped(letter) {
            Some(other) => out += &other,
            None => out.push(letter),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(line("a\u{1b}]0;title\u{7}b"), "a\\u001b]0;title\\u0007b");
        assert_eq!(line("two\nlines\tand\u{202e}txt"), "two⏎lines and\\u202etxt");
        assert_eq!(line("漢字 é"), "漢字 é");
        assert_eq!(json("{\"a\": \"\u{9b}31m\"}\n"), "{\"a\": \"\\u009b31m\"}\n");
        assert_eq!(json("\"\u{e0041}\""), "\"\\udb40\\udc41\"");
        assert_eq!(block("a\nb\u{8}"), "a\nb\\u0008");
    }
}
