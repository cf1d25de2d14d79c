//! Where the two sides of a comparison come from: files, or revisions of this repository.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::contract;
use crate::document::Document;
use crate::files;
use crate::git::Commit;
use crate::import;
use crate::steps::{self, Made};
use crate::version::Version;

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A contract, or a document of the vendor's.
    File(PathBuf),
    /// A revision, with the contract, the overlay and the names that were checked in.
    Revision(String),
}

/// A side: what was made of a version there.
pub(crate) struct Side {
    /// What it is called in a heading.
    pub(crate) name: String,
    pub(crate) made: Made,
}

impl Side {
    /// The working tree.
    pub(crate) fn now(version: Version) -> Result<Self> {
        let name = version.contract_path().display().to_string();
        Ok(Self { name, made: steps::Source::load(version)?.make() })
    }
}

impl Source {
    /// What the argument means: a file if there is one of the name, else a revision.
    pub(crate) fn parse(argument: &str) -> Self {
        let path = Path::new(argument);
        if path.is_file() { Self::File(path.to_owned()) } else { Self::Revision(argument.to_owned()) }
    }

    /// The contract of `version`: of a file, what an import would make of it.
    pub(crate) fn contract(&self, version: Version) -> Result<Document> {
        match self {
            Self::File(path) => Ok(import::read(&path.display().to_string(), &files::read(path)?)?.0),
            Self::Revision(revision) => {
                let (commit, path) = (Commit::of(revision)?, version.contract_path());
                contract::parse(&format!("{}:{}", commit.short(), path.display()), &commit.show(&path)?)
            }
        }
    }

    /// What is made of `version` there. A file goes with the working tree's overlay and names.
    pub(crate) fn side(&self, version: Version) -> Result<Side> {
        let contract = self.contract(version)?;
        let source = match self {
            Self::File(_) => {
                let root = files::root();
                steps::Source::load_with(version, contract, |path| files::read(&root.join(path)))?
            }
            Self::Revision(revision) => {
                let commit = Commit::of(revision)?;
                steps::Source::load_with(version, contract, |path| commit.show(path))?
            }
        };
        Ok(Side { name: self.name(version), made: source.make() })
    }

    fn name(&self, version: Version) -> String {
        match self {
            Self::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            Self::Revision(revision) => format!("{revision}:{}", version.contract_path().display()),
        }
    }
}
