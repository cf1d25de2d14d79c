//! Descriptions as documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

use super::arguments::limit;
use crate::model::{Api, Limits};

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
    if words.trim().is_empty() {
        return TokenStream::new();
    }
    let lines = wrap(words).into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The words as comment lines with an indentation.
pub(crate) fn comments(words: &str, indent: &str) -> String {
    wrap(words).into_iter().map(|line| format!("{indent}{}\n", format!("/// {line}").trim_end())).collect()
}

/// The first sentence of a description.
pub(crate) fn first_sentence(words: &str) -> String {
    let paragraph = words.split("\n\n").next().unwrap_or_default();
    match paragraph.split_once(". ") {
        Some((first, _)) if !first.is_empty() => format!("{first}."),
        _ => paragraph.to_owned(),
    }
}

/// A description with the limits behind it that it does not name itself.
pub(crate) fn with_limits(words: String, limits: &Limits) -> String {
    // Large numbers are written `30,000` to be read.
    let plain = words.replace(',', "");
    let named = |name: &str| {
        let value = limits.get(name)?;
        let text = limit("max_", value);
        let shown = if value.fract() == 0.0 { text } else { limit(name, value) };
        let spoken = plain
            .split(|one: char| !one.is_alphanumeric() && one != '.')
            .map(|word| if word.trim_end_matches('.') == "one" { "1" } else { word })
            .any(|word| word.trim_end_matches('.') == shown);
        Some((shown, spoken))
    };
    let pair = |low: &str, high: &str| match (named(low), named(high)) {
        (Some((low, said_low)), Some((high, said_high))) if said_low && said_high => (None, low, high),
        (Some((low, _)), Some((high, _))) => (Some(3), low, high),
        (Some((_, true)), None) | (None, Some((_, true))) | (None, None) => (None, String::new(), String::new()),
        (Some((low, _)), None) => (Some(1), low, String::new()),
        (None, Some((high, _))) => (Some(2), String::new(), high),
    };
    let mut more = Vec::new();
    for (low, high, unit) in
        [("minimum", "maximum", ""), ("min_length", "max_length", " characters"), ("min_items", "max_items", " items")]
    {
        more.extend(match pair(low, high) {
            (Some(3), low, high) if low == high => Some(format!("Exactly {low}{unit}.")),
            (Some(3), low, high) => Some(format!("From {low} to {high}{unit}.")),
            (Some(1), low, _) => Some(format!("At least {low}{unit}.")),
            (Some(2), _, high) => Some(format!("At most {high}{unit}.")),
            _ => None,
        });
    }
    [vec![words.trim().to_owned()], more].concat().join(" ").trim().to_owned()
}

/// A description in which what stands in backticks is a link where it names an operation by its id, or the area of a version.
pub(crate) fn linked(api: &Api, words: &str) -> String {
    if !["Controller_", "v1::", "v2::"].iter().any(|sign| words.contains(sign)) {
        return words.to_owned();
    }
    let parts = words.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => part.to_owned(),
        _ => link(api, part).unwrap_or_else(|| format!("`{part}`")),
    });
    parts.collect()
}

fn link(api: &Api, part: &str) -> Option<String> {
    if part.starts_with("v1::") || part.starts_with("v2::") {
        return Some(format!("[`{part}`](crate::{part})"));
    }
    let mut operations = api.areas.iter().flat_map(|area| area.operations.iter().map(move |one| (area, one)));
    let (area, one) = operations.find(|(_, one)| one.id == part)?;
    let path = format!("crate::{}::{}::{}::{}", api.module, area.name, area.handle, one.name);
    Some(format!("[`{}::{}`]({path})", area.name, one.name))
}
