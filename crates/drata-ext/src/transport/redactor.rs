//! Where a key stands in text, however it is written.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::{Bytes, BytesMut};
use drata_api::Redact;
use http::{HeaderMap, HeaderName, HeaderValue};
use memchr::memmem::Finder;

use super::api_key::ApiKey;

/// What stands in place of the key.
pub(crate) const HIDDEN: &str = "[key]";
/// The shortest key that is looked for: a shorter one is no key, and taking it out would leave holes in every other word.
const SHORTEST: usize = 8;
/// The shortest part of a key that is worth looking for.
const ANCHOR: usize = 4;

/// Finds keys in text, and takes them out: as they are, within JSON, an address or HTML, and in Base64.
pub(crate) struct Redactor {
    needles: Vec<Needle>,
    /// Those for text that was written in small letters, as the name of a host is.
    small: Vec<Needle>,
    /// The most bytes that a key may take.
    longest: usize,
}

/// One thing that is looked for.
enum Needle {
    Spelled(Pattern),
    Encoded(Finder<'static>),
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} needles)", self.needles.len())
    }
}

impl Redactor {
    pub(crate) fn new<'a>(keys: impl Iterator<Item = &'a ApiKey>) -> Self {
        let keys: Vec<&str> = keys.map(ApiKey::expose).filter(|key| key.len() >= SHORTEST).collect();
        let mut needles: Vec<Needle> = keys.iter().map(|key| Needle::Spelled(Pattern::new(key))).collect();
        needles.extend(keys.iter().flat_map(|key| encodings(key)).map(Needle::Encoded));
        let small = keys.iter().map(|key| Needle::Spelled(Pattern::new(&key.to_ascii_lowercase()))).collect();
        let longest = needles.iter().map(Needle::longest).max().unwrap_or(0);
        Self { needles, small, longest }
    }

    /// Whether a key stands in the name of a header, which is written in small letters.
    fn is_in_name(&self, name: &str) -> bool {
        name.len() >= SHORTEST && self.small.iter().any(|needle| needle.find(name.as_bytes(), 0).is_some())
    }
}

/// The text without the needles, which are looked for in `searched`: the text itself, or another of its length.
fn without(needles: &[Needle], searched: &[u8], text: &[u8]) -> Option<Bytes> {
    // Almost every text holds none, and then nothing is kept.
    let mut hits = needles.iter().map(|needle| needle.find(searched, 0)).enumerate();
    let (place, hit) = hits.find(|(_, hit)| hit.is_some())?;
    // Each needle goes through the text once, however many others are found.
    let mut next = vec![None; place];
    next.push(hit);
    next.extend(hits.map(|(_, hit)| hit));
    let mut out = BytesMut::with_capacity(text.len());
    let mut copied = 0;
    // The first, and of those that begin alike the longest.
    while let Some((start, end)) =
        next.iter().flatten().min_by_key(|(start, end)| (*start, std::cmp::Reverse(*end))).copied()
    {
        out.extend_from_slice(&text[copied..start]);
        out.extend_from_slice(HIDDEN.as_bytes());
        copied = end;
        for (needle, hit) in needles.iter().zip(&mut next) {
            if hit.is_some_and(|(start, _)| start < end) {
                *hit = needle.find(searched, end);
            }
        }
    }
    out.extend_from_slice(&text[copied..]);
    Some(out.freeze())
}

impl Redact for Redactor {
    fn bytes(&self, bytes: &[u8]) -> Option<Bytes> {
        without(&self.needles, bytes, bytes)
    }

    fn text(&self, text: &str) -> Option<String> {
        // A key is ASCII, so that what is left is UTF-8 as before, and small letters stand where the letters stood.
        let string = |bytes: Bytes| String::from_utf8_lossy(&bytes).into_owned();
        let exact = self.bytes(text.as_bytes()).map(string);
        let left = exact.as_deref().unwrap_or(text);
        let hidden = without(&self.small, left.to_ascii_lowercase().as_bytes(), left.as_bytes()).map(string);
        hidden.or(exact)
    }

    fn headers(&self, headers: &mut HeaderMap) {
        // A header that is named by the key says nothing else.
        let named: Vec<HeaderName> = headers.keys().filter(|name| self.is_in_name(name.as_str())).cloned().collect();
        for name in named {
            headers.remove(name);
        }
        for value in headers.values_mut() {
            if let Some(hidden) = self.bytes(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&hidden).unwrap_or(HeaderValue::from_static(HIDDEN));
            }
        }
    }

    fn begun(&self, bytes: &[u8]) -> usize {
        let from = bytes.len().saturating_sub(self.longest);
        let begins = |start: &usize| self.needles.iter().any(|needle| needle.begins_with(&bytes[*start..]));
        (from..bytes.len()).find(begins).map_or(0, |start| bytes.len() - start)
    }
}

impl Needle {
    /// The first place at or after `from` where it stands, and where it ends.
    fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        // As most headers are.
        if bytes.len() < from + self.shortest() {
            return None;
        }
        match self {
            Self::Spelled(pattern) => pattern.find(bytes, from),
            Self::Encoded(text) => {
                let start = from + text.find(bytes.get(from..)?)?;
                Some((start, start + text.needle().len()))
            }
        }
    }

    /// The fewest bytes that it takes.
    fn shortest(&self) -> usize {
        match self {
            // Each letter takes one, as it is.
            Self::Spelled(pattern) => pattern.letters.len(),
            Self::Encoded(text) => text.needle().len(),
        }
    }

    /// The most bytes that it may take.
    fn longest(&self) -> usize {
        match self {
            Self::Spelled(pattern) => pattern.longest(),
            Self::Encoded(text) => text.needle().len(),
        }
    }

    /// Whether all of `bytes` is the beginning of it.
    fn begins_with(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Spelled(pattern) => pattern.begins_with(bytes),
            Self::Encoded(text) => text.needle().starts_with(bytes),
        }
    }
}

/// A key, each of its letters in every way that it may be written.
struct Pattern {
    letters: Vec<Vec<Vec<u8>>>,
    /// The longest part that every encoding leaves as it is, and where in the key it begins.
    anchor: Finder<'static>,
    before: usize,
}

impl Pattern {
    fn new(key: &str) -> Self {
        let bytes = key.as_bytes();
        let mut anchor = 0..0;
        let mut start = 0;
        for (end, byte) in bytes.iter().chain([&b'-']).enumerate() {
            if !byte.is_ascii_alphanumeric() {
                if end - start > anchor.len() {
                    anchor = start..end;
                }
                start = end + 1;
            }
        }
        // Of a key without such a part, everything is looked for as it is.
        let anchor = if anchor.len() < ANCHOR { 0..bytes.len() } else { anchor };
        Self {
            letters: bytes.iter().map(|letter| spellings(*letter)).collect(),
            anchor: Finder::new(&bytes[anchor.clone()]).into_owned(),
            before: anchor.start,
        }
    }

    fn longest(&self) -> usize {
        self.letters.iter().map(|letter| letter.iter().map(Vec::len).max().unwrap_or(0)).sum()
    }

    /// The first place at or after `from` where the key stands, and where it ends.
    fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let after = self.before + self.anchor.needle().len();
        let mut at = from;
        loop {
            let start = at + self.anchor.find(bytes.get(at..)?)?;
            let end = start + self.anchor.needle().len();
            if let (Some(start), Some(end)) =
                (self.backwards(&bytes[from..start], from), self.forwards(bytes, end, &self.letters[after..]))
            {
                return Some((start, end));
            }
            at = start + 1;
        }
    }

    /// Where the letters end that begin at `at`.
    fn forwards(&self, bytes: &[u8], at: usize, letters: &[Vec<Vec<u8>>]) -> Option<usize> {
        let mut ends = vec![at];
        for letter in letters {
            let next = ends.iter().flat_map(|end| {
                let rest = &bytes[*end..];
                letter.iter().filter(move |spelled| rest.starts_with(spelled)).map(move |spelled| end + spelled.len())
            });
            ends = distinct(next);
            if ends.is_empty() {
                return None;
            }
        }
        ends.into_iter().max()
    }

    /// Where the letters before the anchor begin, if they stand at the end of `bytes`, which itself begins at `offset`.
    fn backwards(&self, bytes: &[u8], offset: usize) -> Option<usize> {
        let mut starts = vec![bytes.len()];
        for letter in self.letters[..self.before].iter().rev() {
            let next = starts.iter().flat_map(|start| {
                let rest = &bytes[..*start];
                letter.iter().filter(move |spelled| rest.ends_with(spelled)).map(move |spelled| start - spelled.len())
            });
            starts = distinct(next);
            if starts.is_empty() {
                return None;
            }
        }
        starts.into_iter().min().map(|start| offset + start)
    }

    /// Whether all of `bytes` is the beginning of the key.
    fn begins_with(&self, bytes: &[u8]) -> bool {
        let mut ends = vec![0];
        for letter in &self.letters {
            let cut = |end: &usize| letter.iter().any(|spelled| spelled.starts_with(&bytes[*end..]));
            if ends.iter().any(cut) {
                return true;
            }
            let next = ends.iter().flat_map(|end| {
                let rest = &bytes[*end..];
                letter.iter().filter(move |spelled| rest.starts_with(spelled)).map(move |spelled| end + spelled.len())
            });
            ends = distinct(next);
        }
        false
    }
}

fn distinct(places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The ways in which a letter may be written in what a server or a proxy sends back: as it is, within JSON and JSON within
/// that, within an address and an address within that, and within HTML.
fn spellings(letter: u8) -> Vec<Vec<u8>> {
    let plain = char::from(letter);
    let mut all = vec![plain.to_string()];
    for hex in [format!("{letter:02x}"), format!("{letter:02X}")] {
        all.extend([format!("%{hex}"), format!("%25{hex}"), format!("\\u00{hex}"), format!("\\\\u00{hex}")]);
        all.extend([format!("&#x{hex};"), format!("&#X{hex};")]);
    }
    all.push(format!("&#{letter};"));
    if matches!(letter, b'"' | b'\\' | b'/') {
        all.extend([format!("\\{plain}"), format!("\\\\\\{plain}")]);
    }
    let named = match letter {
        b'"' => Some("&quot;"),
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\'' => Some("&apos;"),
        _ => None,
    };
    all.extend(named.map(str::to_owned));
    let mut all: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The key in Base64, wherever in the encoded text it begins: what does not depend on its neighbours.
fn encodings(key: &str) -> Vec<Finder<'static>> {
    let mut all = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(key.as_bytes());
        // Letters that also hold bits of what stands before or after.
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            all.push(text[first..last].to_owned());
        }
    }
    all.sort_unstable();
    all.dedup();
    all.iter().filter(|text| text.len() >= SHORTEST).map(|text| Finder::new(text).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "drata_5f0C/d\"e+A-9\\~<&>'x_longer";

    fn redactor(keys: &[&str]) -> Redactor {
        let keys: Vec<ApiKey> = keys.iter().map(|key| ApiKey::new(key).unwrap()).collect();
        Redactor::new(keys.iter())
    }

    fn redacted(text: &str) -> String {
        redactor(&[KEY]).text(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_key_is_found_however_it_is_written() {
        const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
        let json = serde_json::to_string(KEY).unwrap();
        let address = utf8_percent_encode(KEY, UNRESERVED).to_string();
        let html = KEY.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let entities: String = KEY.bytes().map(|byte| format!("&#{byte};")).collect();
        for text in [
            KEY.to_owned(),
            json.clone(),
            json.replace('/', "\\/"),
            json.replace('/', "\\u002F").replace('<', "\\u003c"),
            serde_json::to_string(&json).unwrap(),
            address.clone(),
            address.to_ascii_lowercase().replace("5f0c", "5f0C").replace("%2ba", "%2bA"),
            utf8_percent_encode(KEY, NON_ALPHANUMERIC).to_string(),
            address.replace('%', "%25"),
            html.replace('\'', "&#x27;"),
            STANDARD.encode(KEY),
            STANDARD.encode(format!("Bearer {KEY}")),
            URL_SAFE_NO_PAD.encode(format!("user:{KEY}:more")),
        ] {
            let shown = redacted(&format!("before {text} after"));
            assert!(shown.contains(HIDDEN), "{text}");
            assert!(shown.starts_with("before ") && shown.ends_with(" after"), "{shown}");
            assert!(!shown.contains("0C") && shown.len() < 40, "{text}: {shown}");
        }
        // Nobody writes letters so, and it stays.
        assert_eq!(redacted(&entities), entities);
    }

    #[test]
    fn what_is_no_key_stays_as_it_is() {
        for text in ["", "drata_5f0C", "longer", "x_longer", "%", "\\u00", &KEY[1..], &KEY[..KEY.len() - 1]] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn a_text_full_of_keys_is_gone_through_once() {
        let times = 10_000;
        let shown = redactor(&[KEY]).bytes(KEY.repeat(times).as_bytes()).unwrap();
        assert_eq!(shown.len(), times * HIDDEN.len());
    }

    #[test]
    fn the_name_of_a_host_is_no_hiding_place() {
        assert_eq!(redactor(&["AbcDefGhi"]).text("see abcdefghi.example"), Some("see [key].example".to_owned()));
    }

    #[test]
    fn of_keys_that_begin_alike_the_longer_is_taken_out() {
        let both = redactor(&["abcdefgh", "abcdefgh-ijklm"]);
        assert_eq!(both.text("abcdefgh abcdefgh-ijklm"), Some("[key] [key]".to_owned()));
    }

    #[test]
    fn the_beginning_of_a_key_at_the_end_is_known() {
        let redactor = redactor(&[KEY]);
        for end in 1..KEY.len() {
            assert_eq!(redactor.begun(format!("some text {}", &KEY[..end]).as_bytes()), end);
        }
        assert_eq!(redactor.begun(b"drata_5f0C%2"), 12);
        assert_eq!(redactor.begun(b"none"), 0);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_key_is_left(text in any::<String>(), key in "[!-~]{8,40}", times in 0..3usize) {
            let redactor = redactor(&[&key]);
            let whole = format!("{text}{}", key.repeat(times));
            let shown = redactor.text(&whole).unwrap_or_else(|| whole.clone());
            // What stands in its place may be part of it.
            prop_assert!(!shown.contains(&key) || HIDDEN.contains(&key) || key.contains(HIDDEN), "{shown}");
            redactor.begun(whole.as_bytes());
        }
    }
}
