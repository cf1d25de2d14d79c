//! One side of a report: a version's contract and overlay, in the tree or in a revision.

use anyhow::Result;

use crate::codegen::surface_of;
use crate::contract::{self, Version};
use crate::diff::contract_at;
use crate::document::Document;
use crate::git::Commit;
use crate::lint::{self, Finding};
use crate::overlay::Overlay;
use crate::surface::Surface;

/// What a version is on one side.
pub(super) struct Side {
    pub(super) contract: Document,
    pub(super) findings: Vec<Finding>,
    /// The names in Rust, where the contract can be generated.
    pub(super) names: Names,
    /// Why it cannot be generated.
    pub(super) refused: Option<String>,
}

impl Side {
    /// The working tree.
    pub(super) fn now(version: Version) -> Result<Self> {
        Ok(Self::new(version, contract::load(version)?, &Overlay::load(version)?))
    }

    /// A commit.
    pub(super) fn at(commit: &Commit, version: Version) -> Result<Self> {
        let overlay = Overlay::load_with(version, |path| commit.show(path))?;
        Ok(Self::new(version, contract_at(commit, version)?, &overlay))
    }

    fn new(version: Version, contract: Document, overlay: &Overlay) -> Self {
        let mut effective = contract.clone();
        let findings = lint::findings(version, &mut effective, overlay);
        let (names, refused) = match surface_of(version, effective) {
            Ok(surface) => (Names::of(&surface), None),
            Err(error) => (Names::default(), Some(format!("{error:#}"))),
        };
        Self { contract, findings, names, refused }
    }
}

/// What things are called in Rust.
#[derive(Default)]
pub(super) struct Names {
    /// Operation id and `v2::roles::list`.
    pub(super) operations: Vec<(String, String)>,
    /// The vendor's name of a schema, and ours.
    pub(super) types: Vec<(String, String)>,
}

impl Names {
    fn of(surface: &Surface) -> Self {
        let operations = surface.areas.iter().flat_map(|area| &area.operations);
        Self {
            // The usual way into an operation, where it has two.
            operations: operations
                .filter(|operation| !operation.json_alternative)
                .map(|operation| (operation.id.clone(), operation.rust_path(surface.version)))
                .collect(),
            types: surface.types.values().map(|def| (def.vendor.clone(), def.name.clone())).collect(),
        }
    }

    pub(super) fn operation(&self, id: &str) -> Option<&str> {
        self.operations.iter().find(|(known, _)| known == id).map(|(_, name)| name.as_str())
    }

    pub(super) fn schema(&self, vendor: &str) -> Option<&str> {
        self.types.iter().find(|(known, _)| known == vendor).map(|(_, name)| name.as_str())
    }
}
