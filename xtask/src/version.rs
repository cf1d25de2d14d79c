//! The versions of the API.

use std::path::PathBuf;

use clap::ValueEnum;

/// A version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Version {
    /// Pages by number.
    V1,
    /// Pages by cursor.
    V2,
}

impl Version {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// `v1` or `v2`: the name of its module and of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// The folder of its contract, below the workspace's root.
    pub(crate) fn folder(self) -> PathBuf {
        PathBuf::from("openapi").join(self.name())
    }

    pub(crate) fn contract_path(self) -> PathBuf {
        self.folder().join("contract.json")
    }

    pub(crate) fn names_path(self) -> PathBuf {
        self.folder().join("names.yaml")
    }
}
