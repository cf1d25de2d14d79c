//! Files, written whole or not at all, or compared instead of written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use similar::TextDiff;

/// The root of the workspace: the one this was built in, unless `XTASK_ROOT` names another, such as a copy.
pub(crate) fn root() -> PathBuf {
    if let Some(root) = std::env::var_os("XTASK_ROOT") {
        return root.into();
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// Prints to standard output; a reader that has seen enough, such as `head`, is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

/// Reads a text file; the error names it.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))
}

/// Writes beside, then renames, so that a reader sees the old file or the new one.
pub(crate) fn write_whole(path: &Path, contents: &str) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all(contents.as_bytes())?;
        beside.persist(path)?;
        // A temporary file is private to its owner; a file of the repository is not.
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        Ok(())
    };
    write().with_context(|| format!("{}: cannot be written", path.display()))
}

/// The files that a generation made, by their path below the workspace's root.
#[derive(Default)]
pub(crate) struct Output {
    files: BTreeMap<PathBuf, String>,
    folders: BTreeSet<PathBuf>,
}

/// One way in which the tree differs from what was generated.
pub(crate) enum Difference {
    Missing,
    Stale,
    Leftover,
}

impl Output {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>, contents: String) {
        self.files.insert(path.into(), contents);
    }

    /// Declares a folder that holds generated files only, so that what was not generated is a leftover.
    pub(crate) fn own(&mut self, folder: impl Into<PathBuf>) {
        self.folders.insert(folder.into());
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files.iter().map(|(path, contents)| (path.as_path(), contents.as_str()))
    }

    /// How the tree below `root` differs.
    pub(crate) fn differences(&self, root: &Path) -> Result<Vec<(PathBuf, Difference)>> {
        let mut found = Vec::new();
        for (path, contents) in &self.files {
            match fs::read_to_string(root.join(path)) {
                Ok(current) if current == *contents => {}
                Ok(_) => found.push((path.clone(), Difference::Stale)),
                Err(_) => found.push((path.clone(), Difference::Missing)),
            }
        }
        for folder in &self.folders {
            for file in below(&root.join(folder))? {
                let path = file.strip_prefix(root).unwrap_or(&file).to_owned();
                if !self.files.contains_key(&path) {
                    found.push((path, Difference::Leftover));
                }
            }
        }
        Ok(found)
    }

    /// Brings the tree below `root` to what was generated; returns how many files changed.
    pub(crate) fn write(&self, root: &Path) -> Result<usize> {
        let differences = self.differences(root)?;
        for (path, difference) in &differences {
            let target = root.join(path);
            match difference {
                Difference::Leftover => {
                    fs::remove_file(&target).with_context(|| format!("{}: cannot be removed", target.display()))?;
                    remove_empty_folders(&target);
                }
                Difference::Missing | Difference::Stale => write_whole(&target, &self.files[path])?,
            }
        }
        Ok(differences.len())
    }

    /// What differs, as a person reads it.
    pub(crate) fn explain(&self, root: &Path, path: &Path, difference: &Difference) -> String {
        match difference {
            Difference::Missing => format!("missing: {}", path.display()),
            Difference::Leftover => format!("left over: {}", path.display()),
            Difference::Stale => {
                let current = fs::read_to_string(root.join(path)).unwrap_or_default();
                let diff = TextDiff::from_lines(current.as_str(), self.files[path].as_str());
                let text = diff.unified_diff().context_radius(1).to_string();
                let shown: Vec<&str> = text.lines().take(12).collect();
                format!("stale: {}\n  {}", path.display(), shown.join("\n  "))
            }
        }
    }
}

/// Removes the folders above a removed file that are empty now; a folder that is not empty stays, so errors mean nothing.
fn remove_empty_folders(file: &Path) {
    let mut folder = file.parent();
    while let Some(path) = folder {
        if fs::remove_dir(path).is_err() {
            break;
        }
        folder = path.parent();
    }
}

/// The files below a folder, in the order of their paths; none when there is no such folder.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.with_context(|| format!("{}: cannot be listed", folder.display()))?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
