//! Settings that the environment holds.

use std::env;
use std::ffi::OsString;

use drata_api::Error;

use super::builder::Builder;
use super::region::Region;

/// The variables that are read.
const KEY: &str = "DRATA_API_KEY";
const REGION: &str = "DRATA_REGION";
const BASE_URL: &str = "DRATA_BASE_URL";

impl Builder {
    /// Reads key and address from the environment: `DRATA_API_KEY`, and either `DRATA_REGION` (`us`, `eu` or `apac`) or
    /// `DRATA_BASE_URL`. Empty variables count as absent.
    ///
    /// # Errors
    ///
    /// When there is no key, when a variable's value is not allowed or not UTF-8, and when both a region and an address are
    /// set, since one of them would be ignored.
    pub fn from_env() -> Result<Self, Error> {
        from_variables(|name| env::var_os(name))
    }
}

fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Builder, Error> {
    let value = |name: &str| match variable(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        // The value is not shown: it may be the key.
        Some(Err(_)) => Err(Error::configuration(format!("{name} is not UTF-8: set it again"))),
    };
    let Some(key) = value(KEY)? else {
        return Err(Error::configuration(format!(
            "{KEY} is not set: set it to a key from Settings, API Keys in the web application"
        )));
    };
    let builder = Builder::default().api_key(key);
    match (value(REGION)?, value(BASE_URL)?) {
        (Some(region), Some(_)) => Err(Error::configuration(format!(
            "{REGION} is {region:?} and {BASE_URL} is set too: a client has one address, so unset one of them"
        ))),
        (Some(region), None) => Ok(builder.region(region.parse::<Region>()?)),
        (None, Some(url)) => Ok(builder.base_url(url)),
        (None, None) => Ok(builder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<String, Error> {
        let found = from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(*value))
        });
        Ok(format!("{:?}", found?.build()?))
    }

    #[test]
    fn the_environment_names_key_region_and_address() {
        // A client without TLS cannot be built for a region.
        if cfg!(any(feature = "_rustls", feature = "native-tls")) {
            let eu = from(&[("DRATA_API_KEY", "k"), ("DRATA_REGION", "EU")]).unwrap();
            assert!(eu.contains("public-api.eu.drata.com"), "{eu}");
        }
        let local = from(&[("DRATA_API_KEY", "k"), ("DRATA_BASE_URL", "http://127.0.0.1:1")]).unwrap();
        assert!(local.contains("127.0.0.1"), "{local}");

        for (variables, expected) in [
            (&[("DRATA_API_KEY", " "), ("DRATA_REGION", "eu")][..], "DRATA_API_KEY is not set"),
            (&[("DRATA_API_KEY", "k"), ("DRATA_REGION", "mars")], "the region \"mars\" is none of us, eu, apac"),
            (
                &[("DRATA_API_KEY", "k"), ("DRATA_REGION", "eu"), ("DRATA_BASE_URL", "http://127.0.0.1:1")],
                "a client has one address",
            ),
        ] {
            let error = from(variables).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf_8_is_not_taken_for_an_absent_one() {
        use std::os::unix::ffi::OsStringExt as _;
        let error = from_variables(|name| match name {
            "DRATA_API_KEY" => Some("k".into()),
            "DRATA_REGION" => Some(OsString::from_vec(b"eu\xff".to_vec())),
            _ => None,
        });
        assert!(error.unwrap_err().to_string().contains("DRATA_REGION is not UTF-8"));
    }
}
