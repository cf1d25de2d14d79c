//! Where keys come from.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::file::{Config, KeySource};
use super::private::read_private;
use crate::failure::Failure;

/// The longest text that is taken for a key.
const LONGEST: u64 = 16 * 1024;
/// What keyrings call the program.
#[cfg(feature = "keyring")]
const SERVICE: &str = "drata";

/// Reads the key of a profile from where it is.
pub(crate) fn read_key(source: &KeySource, profile: &str) -> Result<String, Failure> {
    match source {
        KeySource::Command(command) => from_command(command),
        KeySource::File(path) => read_file(&Config::folder()?.join(path)),
        KeySource::Keyring => from_keyring(profile),
    }
}

/// Reads a key from a file that only its owner can read.
pub(crate) fn read_file(path: &Path) -> Result<String, Failure> {
    let text = read_private(path)?.ok_or_else(|| Failure::usage(format!("{} is not there", path.display())))?;
    first_line(&text).ok_or_else(|| Failure::usage(format!("{} holds no key", path.display())))
}

/// Runs a command of the user's secret manager.
fn from_command(command: &str) -> Result<String, Failure> {
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    shell.args([if cfg!(windows) { "/C" } else { "-c" }, command]);
    // What it asks or complains about is for the user; what it prints is the key.
    let output = shell.stdin(Stdio::inherit()).stderr(Stdio::inherit()).output();
    let output =
        output.map_err(|error| Failure::usage(format!("the key command {command:?} did not start: {error}")))?;
    if !output.status.success() {
        return Err(Failure::usage(format!("the key command {command:?} ended with {}", output.status)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    first_line(&text).ok_or_else(|| Failure::usage(format!("the key command {command:?} printed nothing")))
}

/// Reads a key from standard input.
pub(crate) fn stdin() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("no key can be read from standard input: {error}")))?;
    first_line(&text).ok_or_else(|| Failure::usage("standard input held no key"))
}

/// Asks for a key without showing it.
pub(crate) fn prompt(question: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "no terminal to ask for the key on: give it with --key-stdin, --key-file or --key-command",
        ));
    }
    let text = rpassword::prompt_password(question).map_err(|error| match error.kind() {
        // A prompt reads Ctrl-C as a key of the keyboard.
        io::ErrorKind::Interrupted => Failure::interrupted("interrupted"),
        _ => Failure::usage(format!("no key was given: {error}")),
    })?;
    first_line(&text).ok_or_else(|| Failure::usage("no key was given"))
}

fn first_line(text: &str) -> Option<String> {
    // Shells of Windows begin a pipe with a mark of its encoding.
    text.trim_start_matches('\u{feff}').lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(feature = "keyring")]
fn entry(profile: &str) -> Result<keyring::Entry, Failure> {
    keyring::Entry::new(SERVICE, profile).map_err(|error| {
        Failure::usage(format!("the system's keyring cannot be used: {error}; use --key-file or --key-command"))
    })
}

#[cfg(feature = "keyring")]
fn from_keyring(profile: &str) -> Result<String, Failure> {
    let missing =
        |error| Failure::usage(format!("the key of profile {profile} cannot be read from the keyring: {error}"));
    entry(profile)?.get_password().map_err(missing)
}

#[cfg(not(feature = "keyring"))]
fn from_keyring(profile: &str) -> Result<String, Failure> {
    Err(Failure::usage(format!(
        "the key of profile {profile} is in the keyring, and this program was built without keyrings"
    )))
}

/// Keeps a key in the system's keyring.
#[cfg(feature = "keyring")]
pub(crate) fn store_in_keyring(profile: &str, key: &str) -> Result<(), Failure> {
    let failed = |error| {
        Failure::other(format!("the key cannot be kept in the keyring: {error}; use --key-file or --key-command"))
    };
    entry(profile)?.set_password(key).map_err(failed)
}

/// Removes a key from the system's keyring.
#[cfg(feature = "keyring")]
pub(crate) fn forget_in_keyring(profile: &str) -> Result<(), Failure> {
    let failed = |error| Failure::other(format!("the key cannot be removed from the keyring: {error}"));
    entry(profile)?.delete_credential().map_err(failed)
}
