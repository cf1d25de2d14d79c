//! Where an account lives.

use std::fmt;
use std::str::FromStr;

use drata_api::Error;

/// The region of an account. A key works only there, and is sent nowhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// United States.
    #[default]
    Us,
    /// European Union.
    Eu,
    /// Asia and Pacific.
    Apac,
}

impl Region {
    /// All regions that this version knows.
    pub const ALL: &'static [Self] = &[Self::Us, Self::Eu, Self::Apac];

    /// Returns `us`, `eu` or `apac`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Apac => "apac",
        }
    }

    /// Returns the address that both versions of the API stand below.
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::Us => "https://public-api.drata.com/public",
            Self::Eu => "https://public-api.eu.drata.com/public",
            Self::Apac => "https://public-api.apac.drata.com/public",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Region {
    type Err = Error;

    /// Parses `us`, `eu` or `apac`, in any case. Anything else is an error, so that a key never goes to a region by guess.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = text.trim();
        let found = Self::ALL.iter().find(|region| region.as_str().eq_ignore_ascii_case(wanted));
        found.copied().ok_or_else(|| {
            let shown: String = wanted.chars().take(40).collect();
            Error::configuration(format!("the region {shown:?} is none of us, eu, apac"))
        })
    }
}
