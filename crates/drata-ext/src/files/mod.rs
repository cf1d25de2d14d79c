//! Files on their way from the service, and within JSON.

mod base64_file;
mod download;
mod target;

pub use self::base64_file::{base64_file, base64_files};
pub use self::download::Download;
