//! Secrets that came from outside, taken out of an error.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::HeaderMap;

use super::bounds::{CUT, MAX_BODY};
use super::{Error, Kind};

/// Replaces a secret: returns the text without it, or `None` when it does not hold it.
pub trait Redact {
    /// Redacts a string.
    fn text(&self, text: &str) -> Option<String>;

    /// Redacts bytes.
    fn bytes(&self, bytes: &[u8]) -> Option<Bytes>;

    /// Redacts the values of headers, and drops those whose name holds the secret.
    fn headers(&self, headers: &mut HeaderMap);

    /// How many bytes at the end may be the beginning of a secret, of text that was cut.
    fn begun(&self, bytes: &[u8]) -> usize;
}

impl Error {
    /// Takes a secret out of everything that the error holds, its sources included.
    #[must_use]
    pub fn redacted(mut self, secret: &dyn Redact) -> Self {
        let inner = &mut *self.0;
        let fix = |text: &mut String| {
            if let Some(redacted) = secret.text(text) {
                *text = redacted;
            }
            // Cut within a secret, it ends with the beginning of one.
            if let Some(rest) = text.strip_suffix(CUT) {
                let begun = secret.begun(rest.as_bytes());
                if begun > 0 && rest.is_char_boundary(rest.len() - begun) {
                    *text = format!("{}{CUT}", &rest[..rest.len() - begun]);
                }
            }
        };
        let fix_body = |body: &mut Bytes| {
            let was_cut = body.len() == MAX_BODY;
            if let Some(redacted) = secret.bytes(body) {
                *body = redacted;
            }
            if was_cut {
                body.truncate(body.len() - secret.begun(body));
            }
        };
        match &mut inner.kind {
            Kind::Invalid(text)
            | Kind::Config(text)
            | Kind::Connect(text)
            | Kind::Broken(text)
            | Kind::Unprocessed(text)
            | Kind::Io(text)
            | Kind::Checkpoint(text)
            | Kind::Job(text) => fix(text),
            Kind::Decode(undecoded) => {
                fix(&mut undecoded.path);
                fix(&mut undecoded.problem);
                fix_body(&mut undecoded.body);
            }
            Kind::Status(rejection) => {
                rejection.fault.messages.iter_mut().for_each(fix);
                rejection.fault.name.iter_mut().for_each(fix);
                rejection.request_id.iter_mut().for_each(fix);
                secret.headers(&mut rejection.headers);
                fix_body(&mut rejection.body);
            }
            Kind::Redirect { host, .. } => host.iter_mut().for_each(fix),
            Kind::MissingBody { request_id, .. } => request_id.iter_mut().for_each(fix),
            Kind::ReadOnly(_)
            | Kind::TooLarge { .. }
            | Kind::Timeout { .. }
            | Kind::Deadline(_)
            | Kind::Queue { .. }
            | Kind::Paused { .. }
            | Kind::RepeatedCursor { .. }
            | Kind::PageLimit { .. } => {}
        }
        if let Some(source) = inner.source.take() {
            inner.source = Some(match source.downcast::<Self>() {
                Ok(error) => Box::new(error.redacted(secret)),
                Err(other) => redacted_source(other, secret),
            });
        }
        self
    }
}

/// Another library's error as it is, or its text if that holds the secret.
fn redacted_source(source: Box<dyn StdError + Send + Sync>, secret: &dyn Redact) -> Box<dyn StdError + Send + Sync> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&*source);
    while let Some(error) = cause {
        if secret.text(&format!("{error} {error:?}")).is_some() {
            let text = format!("{source}");
            return Box::new(Text(secret.text(&text).unwrap_or(text)));
        }
        cause = error.source();
    }
    source
}

/// What is left of an error that held a secret.
#[derive(Debug)]
struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Text {}
