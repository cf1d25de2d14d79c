//! Files that only their owner can read.

use std::fs;
use std::io;
use std::path::Path;

use crate::failure::Failure;
use crate::files::{read_text, replace};

/// The longest file of ours; what is longer is something else.
const LONGEST: u64 = 1024 * 1024;

/// Writes a file that only its owner can read: beside its place, then renamed.
pub(crate) fn write_private(path: &Path, contents: &str) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make(folder)?;
        replace(path, contents.as_bytes())
    };
    write().map_err(|error| Failure::file(path, "written", &error))
}

/// Makes a folder that only its owner can enter; one that is there is somebody's, and stays as it is.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Reads a file that only its owner may be able to read or change; `None` when there is none.
pub(super) fn read_private(path: &Path) -> Result<Option<String>, Failure> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(found) if !found.is_file() && !is_pipe(&found) => {
            return Err(Failure::usage(format!("{} is a folder or a device: name a file", path.display())));
        }
        _ => check(path)?,
    }
    read_text(path, LONGEST).map(Some)
}

/// Whether it is a pipe, as a shell makes of `<(a command that prints the file)`.
#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(|error| Failure::file(path, "read", &error))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!("{path} has mode {mode:03o}, so others can read or change it: run `chmod 600 {path}`")))
}

#[cfg(not(unix))]
pub(super) fn check(_: &Path) -> Result<(), Failure> {
    Ok(())
}
