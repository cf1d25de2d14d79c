//! Words as documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

/// The width of a line of words, without the comment's mark and its indentation.
const WIDTH: usize = 108;

/// Wraps words into lines; paragraphs stay apart.
pub(crate) fn wrap(words: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in words.trim().split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// The words as `#[doc]` attributes.
pub(crate) fn attributes(words: &str) -> TokenStream {
    let lines = wrap(words).into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The words as comment lines with an indentation.
pub(crate) fn comments(words: &str, indent: &str) -> String {
    wrap(words).into_iter().map(|line| format!("{indent}{}\n", format!("/// {line}").trim_end())).collect()
}
