//! Where the two sides of a comparison come from: files, or revisions of this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::contract::{self, Version};
use crate::document::Document;
use crate::files;
use crate::import::{facts, page};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A contract, or a document of the vendor's.
    File(PathBuf),
    /// A revision, whose contract is the one that was checked in.
    Revision(String),
}

impl Source {
    /// What the argument means: a file if there is one of the name, else a revision.
    pub(crate) fn parse(argument: &str) -> Self {
        let path = Path::new(argument);
        if path.is_file() { Self::File(path.to_owned()) } else { Self::Revision(argument.to_owned()) }
    }

    /// The contract of `version`: of a file, the facts in it.
    pub(crate) fn contract(&self, version: Version) -> Result<Document> {
        match self {
            Self::File(path) => {
                let name = path.display().to_string();
                let document = contract::parse(&name, &page::document_text(&name, &files::read(path)?)?)?;
                Ok(facts::extract(&document).0)
            }
            Self::Revision(revision) => {
                let path = version.contract_path();
                let text = at_revision(revision, &path)?
                    .with_context(|| format!("{} is not in revision {revision}", path.display()))?;
                contract::parse(&format!("{revision}:{}", path.display()), &text)
            }
        }
    }

    /// What it is called in a heading.
    pub(crate) fn name(&self, version: Version) -> String {
        match self {
            Self::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            Self::Revision(revision) => format!("{revision}:{}", version.contract_path().display()),
        }
    }
}

/// A file as it was in a revision; `None` when it was not there.
///
/// # Errors
/// When there is no git, or no such revision.
pub(crate) fn at_revision(revision: &str, path: &Path) -> Result<Option<String>> {
    let git = |arguments: &[&str]| {
        Command::new("git").arg("-C").arg(files::root()).args(arguments).output().context("git cannot be run")
    };
    ensure!(!revision.starts_with('-'), "{revision:?} is neither a file nor a revision");
    let commit = format!("{revision}^{{commit}}");
    let known = git(&["rev-parse", "--verify", "--quiet", &commit])?;
    if !known.status.success() {
        bail!("{revision:?} is neither a file nor a revision of this repository");
    }
    let shown = git(&["show", &format!("{revision}:{}", path.display())])?;
    if !shown.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8(shown.stdout).with_context(|| format!("{revision}:{}: not UTF-8", path.display()))?;
    Ok(Some(text))
}
