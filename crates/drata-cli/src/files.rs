//! Files, written whole or not at all, and read up to a limit.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::failure::Failure;

/// Writes beside, then renames, so that a reader sees the old file or the new one.
pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    replace(path, contents).map_err(|error| Failure::file(path, "written", &error))
}

/// Replaces a file by one that its owner alone can read. A link stays, and what it leads to is replaced.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // A device or a pipe, or standard output by its name, is written to: a file in its place would take it away.
    if found.as_ref().is_some_and(|found| !found.is_file()) || path.starts_with("/dev") {
        return File::options().write(true).open(path)?.write_all(contents);
    }
    let real = if found.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is its owner's alone from the start.
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(contents)?;
    beside.as_file().sync_all()?;
    beside.persist(real)?;
    Ok(())
}

/// Reads a text that a user named, of at most so many bytes.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, Failure> {
    let unreadable = |error: io::Error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
    text_of(File::open(path).map_err(unreadable)?, &path.display().to_string(), most)
}

/// Reads a text of at most so many bytes; `name` is what errors call it.
pub(crate) fn text_of(reader: impl io::Read, name: &str, most: u64) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = reader.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Failure::usage(format!("{name} is longer than {most} bytes, the most that is read of it")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to() + 1;
        Failure::usage(format!("{name} is not UTF-8: byte {place} is no part of a letter; save it as UTF-8"))
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    use super::*;

    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        symlink(&file, &link).unwrap();
        write_whole(&link, b"after").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"after");
        let device = folder.path().join("device");
        symlink("/dev/null", &device).unwrap();
        write_whole(&device, b"gone").unwrap();
        assert!(fs::metadata(&device).unwrap().file_type().is_char_device());
        assert!(write_whole(folder.path(), b"x").is_err());
    }

    #[test]
    fn what_never_ends_is_read_up_to_the_limit() {
        let endless = read_text(Path::new("/dev/zero"), 1000).unwrap_err().to_string();
        assert_eq!(endless, "/dev/zero is longer than 1000 bytes, the most that is read of it");
        let bytes = text_of(&b"ab\xffc"[..], "it", 10).unwrap_err().to_string();
        assert_eq!(bytes, "it is not UTF-8: byte 3 is no part of a letter; save it as UTF-8");
    }
}
