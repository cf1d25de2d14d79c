//! Files, written whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::Failure;

/// Writes beside, then renames, so that a reader sees the old file or the new one.
pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all(contents)?;
        beside.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Failure::file(path, "written", &error))
}
