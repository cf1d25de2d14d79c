//! Profiles: which account, which region, where its key is, and whether it may be written to.

mod file;
mod key;
mod private;

pub(crate) use file::{Config, KeySource, Profile, check_name};
#[cfg(feature = "keyring")]
pub(crate) use key::{forget_in_keyring, store_in_keyring};
pub(crate) use key::{prompt, read_file, read_key, stdin};
pub(crate) use private::write_private;
