//! Where an account lives.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The region of an account. A key works only there, and is sent nowhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// All regions.
    pub const ALL: [Self; 3] = [Self::Us, Self::Eu, Self::Apac];

    /// `us`, `eu` or `apac`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Apac => "apac",
        }
    }

    /// What both versions of the API stand below.
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

    /// Reads `us`, `eu` or `apac`, in any case. Anything else is an error, so that a key never goes to a region by guess.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = text.trim();
        Self::ALL
            .into_iter()
            .find(|region| region.as_str().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| Error::configuration(format!("the region {wanted:?} is none of us, eu, apac")))
    }
}
