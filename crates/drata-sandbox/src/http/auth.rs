//! Keys, what they may do, what the plan holds and whether the terms are accepted.

use std::collections::{BTreeMap, BTreeSet};

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::contract::operation::Operation;
use crate::exchange::failure::Failure;

/// What a key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permissions {
    /// Everything.
    All,
    /// Everything that only reads.
    Read,
    /// What is named, by the machine names of the contract, such as `connections-get`.
    Only(BTreeSet<String>),
}

impl Permissions {
    /// The named permissions and no others.
    pub fn only<I>(names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self::Only(names.into_iter().map(Into::into).collect())
    }

    fn missing<'a>(&self, operation: &'a Operation) -> Option<&'a str> {
        let first = operation.permissions.first().map_or("", String::as_str);
        match self {
            Self::All => None,
            Self::Read => (operation.method != http::Method::GET).then_some(first),
            Self::Only(held) => operation.permissions.iter().map(String::as_str).find(|name| !held.contains(*name)),
        }
    }
}

/// Which paid features the plan of the account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Features {
    /// All of them.
    All,
    /// The named ones and no others, such as `RISK_MANAGEMENT`.
    Only(BTreeSet<String>),
}

impl Features {
    /// The named features and no others; none with an empty list.
    pub fn only<I>(names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self::Only(names.into_iter().map(Into::into).collect())
    }

    fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(held) => held.contains(name),
        }
    }
}

/// The account's keys and plan.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) keys: BTreeMap<String, Permissions>,
    pub(crate) features: Features,
    pub(crate) terms_accepted: bool,
}

impl Access {
    /// Lets a request through or says why not.
    pub(crate) fn check(&self, headers: &HeaderMap, operation: &Operation) -> Result<(), Failure> {
        let permissions = self.permissions(headers)?;
        if !self.terms_accepted {
            return Err(Failure::new(412, "the owner of the key has not accepted the terms in the web application"));
        }
        if let Some(feature) = operation.entitlements.iter().find(|feature| !self.features.holds(feature)) {
            return Err(Failure::new(402, format!("the plan of this account does not include {feature}")));
        }
        if let Some(permission) = permissions.missing(operation) {
            return Err(Failure::new(403, format!("the key does not have the permission {permission}")));
        }
        Ok(())
    }

    fn permissions(&self, headers: &HeaderMap) -> Result<&Permissions, Failure> {
        let refused = |code, message: &str| Failure { status: 401, code, message: message.to_owned() };
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Err(refused(26_430, "the request has no authorization header"));
        };
        let key = header.to_str().ok().and_then(|header| {
            let (scheme, key) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
        });
        let Some(key) = key else {
            return Err(refused(10_000, "the authorization header is not of the form \"Bearer KEY\""));
        };
        self.keys.get(key).ok_or_else(|| refused(12_310, "no such API key"))
    }
}
