//! The file that profiles are kept in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};
use serde::{Deserialize, Serialize};

use super::private::{read_private, write_private};
use crate::failure::Failure;

/// Names another file for the profiles.
const VARIABLE: &str = "DRATA_CONFIG";

/// All profiles.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The profile to use when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// One account.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// `us`, `eu` or `apac`.
    #[serde(default = "us")]
    pub(crate) region: String,
    /// Whether commands may write without `--write`.
    #[serde(default)]
    pub(crate) allow_writes: bool,
    /// An address in place of the region's, for private access and tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    /// A command that prints the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_command: Option<String>,
    /// A file that holds the key and that only its owner can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<PathBuf>,
    /// Whether the key is in the system's keyring.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) keyring: bool,
}

/// Where a profile's key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    Command(String),
    File(PathBuf),
    Keyring,
}

fn us() -> String {
    "us".to_owned()
}

impl Config {
    /// The folder of the program's own files.
    pub(crate) fn folder() -> Result<PathBuf, Failure> {
        Ok(Self::path()?.parent().map(PathBuf::from).unwrap_or_default())
    }

    /// Where the file stands.
    pub(crate) fn path() -> Result<PathBuf, Failure> {
        if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            return Ok(path.into());
        }
        let names =
            AppStrategyArgs { top_level_domain: String::new(), author: String::new(), app_name: "drata".to_owned() };
        let folders = choose_app_strategy(names)
            .map_err(|error| Failure::usage(format!("no home folder is known: {error}; set {VARIABLE} to a file")))?;
        Ok(folders.in_config_dir("config.toml"))
    }

    /// Reads the file; without one, there are no profiles.
    pub(crate) fn load() -> Result<Self, Failure> {
        let path = Self::path()?;
        let Some(text) = read_private(&path)? else { return Ok(Self::default()) };
        let invalid = |problem: String| Failure::usage(format!("{}: {problem}", path.display()));
        let config: Self = toml::from_str(&text).map_err(|error| invalid(problem(&text, &error)))?;
        for (name, profile) in &config.profiles {
            check_name(name)?;
            profile.source(name).map_err(|failure| invalid(failure.to_string()))?;
        }
        Ok(config)
    }

    /// Writes the file.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let text = toml::to_string_pretty(self).map_err(|error| Failure::other(error.to_string()))?;
        write_private(&Self::path()?, &text)
    }

    /// The profile of this name, or the default one; `None` when none is named and there is no default.
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<Option<(String, Profile)>, Failure> {
        let only = || self.profiles.keys().next().filter(|_| self.profiles.len() == 1).map(String::as_str);
        let Some(name) = name.or(self.default.as_deref()).or_else(only) else { return Ok(None) };
        match self.profiles.get(name) {
            Some(profile) => Ok(Some((name.to_owned(), profile.clone()))),
            None => {
                let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
                let known = if known.is_empty() {
                    "there are none".to_owned()
                } else {
                    format!("there are {}", known.join(", "))
                };
                Err(Failure::usage(format!(
                    "no profile is called {name:?}; {known}: `drata login --profile {name}` makes it"
                )))
            }
        }
    }
}

impl Profile {
    /// Where the key is: in exactly one place.
    pub(crate) fn source(&self, name: &str) -> Result<KeySource, Failure> {
        match (&self.key_command, &self.key_file, self.keyring) {
            (Some(command), None, false) => Ok(KeySource::Command(command.clone())),
            (None, Some(file), false) => Ok(KeySource::File(file.clone())),
            (None, None, true) => Ok(KeySource::Keyring),
            _ => Err(Failure::usage(format!(
                "profile {name} needs exactly one of key_command, key_file and keyring = true"
            ))),
        }
    }
}

/// What is wrong with the file, and where. The line itself is not shown: somebody may have written a key on it.
fn problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = error.message().replace('\n', ", ");
    let hint = match message.contains("unknown field `key`") {
        true => "; a key is kept in a file of its own: `drata login` does that, and key_file names it",
        false => "",
    };
    format!("line {line}: {message}{hint}")
}

/// Checks the name of a profile, which becomes the name of a file.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let fits = !name.is_empty()
        && name.len() <= 64
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if fits {
        return Ok(());
    }
    Err(Failure::usage(format!("the profile name {name:?} is not made of 1 to 64 letters, digits, - and _")))
}
