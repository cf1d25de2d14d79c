//! The key that every request carries.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use drata_api::Error;

/// An API key.
///
/// It is never shown: not by `Debug`, not in errors, not in traces. Its format is not documented, so nothing is assumed
/// about it but what an HTTP header allows.
///
/// ```
/// use drata_ext::ApiKey;
///
/// let key = ApiKey::new("5f0c…".replace('…', "a1"))?;
/// assert_eq!(format!("{key:?}"), "ApiKey(hidden)");
/// assert!(ApiKey::new(" ").is_err());
/// # Ok::<(), drata_ext::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKey {
    text: Arc<str>,
    header: HeaderValue,
}

impl ApiKey {
    /// Takes the key. White space around it, such as the line end of a file, is dropped.
    ///
    /// # Errors
    ///
    /// When it is empty, holds what a header cannot, or begins with `Bearer`, which is added here.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref().trim();
        let refuse = |problem: &str| Err(Error::configuration(format!("the API key {problem}")));
        if key.is_empty() {
            return refuse("is empty: copy it from Settings, API Keys in the web application");
        }
        if key.len() > 6 && key.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("bearer")) {
            return refuse("begins with \"Bearer\", which the client adds itself: give the key alone");
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return refuse("holds white space or characters other than ASCII: copy it again");
        }
        let Ok(mut header) = HeaderValue::try_from(format!("Bearer {key}")) else {
            return refuse("cannot stand in a header: copy it again");
        };
        header.set_sensitive(true);
        Ok(Self { text: key.into(), header })
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The key itself, for what looks for it.
    pub(super) fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_key_without_showing_it() {
        for bad in ["", "  \n", "Bearer abc", "two words", "schlüssel"] {
            let error = ApiKey::new(bad).unwrap_err();
            assert!(error.is_configuration());
            let shown = format!("{error} {error:?}");
            assert!(bad.trim().is_empty() || !shown.contains(bad), "{shown}");
        }
        assert!(ApiKey::new("abc\n").is_ok());
    }
}
