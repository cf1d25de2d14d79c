//! Where the two sides of a comparison come from: files, or revisions of this repository.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::contract::{self, Version};
use crate::document::Document;
use crate::files;
use crate::git::Commit;
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
            Self::Revision(revision) => contract_at(&Commit::of(revision)?, version),
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

/// The contract of `version` as it was checked in.
pub(crate) fn contract_at(commit: &Commit, version: Version) -> Result<Document> {
    let path = version.contract_path();
    contract::parse(&format!("{}:{}", commit.short(), path.display()), &commit.show(&path)?)
}
