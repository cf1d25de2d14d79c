//! The file that a download is written to.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file beside its target, which becomes the target when it is complete. Dropped before, it vanishes.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    temporary: NamedTempFile,
}

impl Target {
    /// Checks the target, and makes a file beside it: so what stands in the way is known before anything is fetched.
    ///
    /// A file that is replaced keeps its permissions. A link is not followed and not replaced, since what it leads to is not
    /// what was named.
    pub(crate) fn prepare(path: PathBuf) -> io::Result<Self> {
        let refuse = |kind, problem: &str| Err(io::Error::new(kind, problem.to_owned()));
        let permissions = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                return refuse(io::ErrorKind::InvalidInput, "it is a symbolic link: name the file that it leads to");
            }
            Ok(metadata) if metadata.is_dir() => {
                return refuse(io::ErrorKind::IsADirectory, "it is a folder: name a file in it");
            }
            Ok(metadata) if !metadata.is_file() => {
                return refuse(io::ErrorKind::InvalidInput, "it is no regular file");
            }
            Ok(metadata) if metadata.permissions().readonly() => {
                return refuse(io::ErrorKind::PermissionDenied, "it is read-only");
            }
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".download-");
        #[cfg(unix)]
        if permissions.is_none() {
            use std::os::unix::fs::PermissionsExt as _;
            // As any file that a program creates; the user's mask applies.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let temporary = builder.tempfile_in(folder)?;
        if let Some(permissions) = permissions {
            temporary.as_file().set_permissions(permissions)?;
        }
        Ok(Self { path, temporary })
    }

    /// Another handle to write through.
    pub(crate) fn writer(&self) -> io::Result<File> {
        self.temporary.as_file().try_clone()
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_that_is_replaced_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.pdf");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        Target::prepare(path.clone()).unwrap().finish().unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap().len()), (0o600, 0));
    }

    #[test]
    fn what_is_no_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        symlink(&real, &link).unwrap();
        assert!(Target::prepare(link.clone()).unwrap_err().to_string().contains("symbolic link"));
        assert!(Target::prepare(folder.path().to_owned()).unwrap_err().to_string().contains("folder"));
        assert!(Target::prepare(folder.path().join("no/such/folder")).is_err());
        assert!(link.is_symlink());
        drop(Target::prepare(real.clone()).unwrap());
        assert_eq!(fs::read_to_string(&real).unwrap(), "old", "given up, it is as it was");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "and nothing is left behind");
    }
}
