//! What a response says that came for the rate limit: names of headers, and how the values of those about the limit are
//! written.

use std::collections::BTreeMap;

use drata_ext::http::{HeaderMap, HeaderValue};
use serde::Serialize;

/// The most names that are kept: a service that sends others each time fills no report.
const MAX_NAMES: usize = 64;
/// The most shapes that are kept of one header.
const MAX_SHAPES: usize = 8;
/// Words that are part of how a limit is written; any other may be somebody's.
const WORDS: [&str; 9] = ["limit", "remaining", "reset", "policy", "window", "q", "w", "r", "t"];

/// The responses of status 429 that were seen.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct RateLimit {
    responses: u64,
    /// How the values of each header are written; nothing for a header that is not about the limit.
    headers: BTreeMap<String, Vec<String>>,
}

impl RateLimit {
    pub(super) fn see(&mut self, headers: &HeaderMap) {
        self.responses += 1;
        for (name, value) in headers {
            let name = name.as_str();
            if name.len() > 64 || self.headers.len() >= MAX_NAMES && !self.headers.contains_key(name) {
                continue;
            }
            let shapes = self.headers.entry(name.to_owned()).or_default();
            if is_about_limit(name) {
                let shape = shape(value);
                if !shapes.contains(&shape) && shapes.len() < MAX_SHAPES {
                    shapes.push(shape);
                }
            }
        }
    }

    pub(super) fn is_unseen(&self) -> bool {
        self.responses == 0
    }

    /// The names of the headers about the limit, for a person.
    pub(super) fn summary(&self) -> String {
        let about: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| is_about_limit(name))
            .map(|(name, shapes)| format!("{name} ({})", shapes.join(" or ")))
            .collect();
        let headers = if about.is_empty() { "no header about it".to_owned() } else { about.join(", ") };
        format!("rate limit exceeded {} times, with {headers}", self.responses)
    }
}

fn is_about_limit(name: &str) -> bool {
    name == "retry-after" || name.contains("ratelimit") || name.contains("rate-limit")
}

/// How a value is written, with `N` in place of each number and `word` in place of what is not known to be harmless.
fn shape(value: &HeaderValue) -> String {
    let Ok(text) = value.to_str() else { return "not ASCII".to_owned() };
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return "integer".to_owned();
    }
    if text.ends_with(" GMT") && jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).is_ok() {
        return "HTTP date".to_owned();
    }
    if text.parse::<jiff::Timestamp>().is_ok() {
        return "RFC 3339 date".to_owned();
    }
    let mut shape = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |fits: fn(char) -> bool| rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        let end = if first.is_ascii_digit() {
            shape.push('N');
            run(|letter| letter.is_ascii_digit() || letter == '.')
        } else if first.is_ascii_alphabetic() {
            let end = run(|letter| letter.is_ascii_alphanumeric());
            let word = &rest[..end];
            shape.push_str(if WORDS.contains(&word.to_ascii_lowercase().as_str()) { word } else { "word" });
            end
        } else {
            shape.push(first);
            first.len_utf8()
        };
        rest = &rest[end..];
        if shape.len() > 80 {
            return "text".to_owned();
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_by_how_they_are_written_alone() {
        for (value, expected) in [
            ("30", "integer"),
            ("0.5", "N"),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "HTTP date"),
            ("2026-11-24T10:00:00Z", "RFC 3339 date"),
            ("500;w=60, 300;w=60;policy=\"acme\"", "N;w=N, N;w=N;policy=\"word\""),
            ("limit=500, remaining=12", "limit=N, remaining=N"),
            ("ada@example.com", "word@word.word"),
            ("", ""),
        ] {
            assert_eq!(shape(&HeaderValue::from_str(value).unwrap()), expected, "{value}");
        }
        assert_eq!(shape(&HeaderValue::from_str(&"a-".repeat(200)).unwrap()), "text");
        assert_eq!(shape(&HeaderValue::from_bytes(&[0xff]).unwrap()), "not ASCII");
    }

    #[test]
    fn a_service_that_sends_other_headers_each_time_fills_no_report() {
        let mut seen = RateLimit::default();
        for number in 0..500 {
            let name = format!("x-ratelimit-{number}").parse::<drata_ext::http::HeaderName>().unwrap();
            seen.see(&HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]));
        }
        assert_eq!((seen.responses, seen.headers.len()), (500, MAX_NAMES));
    }
}
