//! The steps from a contract to its model, one after the other. Their findings are gathered, so that one run shows all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::contract;
use crate::diagnosis::Findings;
use crate::document::Document;
use crate::emit;
use crate::files::{self, Output};
use crate::import;
use crate::model::{self, Api};
use crate::names::Table;
use crate::overlay::Overlay;
use crate::plain;
use crate::version::Version;

/// What a version is made from.
pub(crate) struct Source {
    pub(crate) version: Version,
    pub(crate) contract: Document,
    pub(crate) overlay: Overlay,
    pub(crate) table: Table,
}

/// What became of a version.
pub(crate) struct Made {
    pub(crate) contract: Document,
    /// The contract with the overlay's corrections and descriptions.
    pub(crate) effective: Document,
    /// `None` when something has no faithful form.
    pub(crate) api: Option<Api>,
    /// The table with the lines that it lacked.
    pub(crate) table: Table,
    pub(crate) findings: Findings,
}

impl Source {
    /// A version as it is in the working tree.
    pub(crate) fn load(version: Version) -> Result<Self> {
        let root = files::root();
        Self::load_with(version, contract::load(version)?, |path| files::read(&root.join(path)))
    }

    /// A version whose overlay and table `read` gives, by their paths below the workspace's root.
    pub(crate) fn load_with(
        version: Version,
        contract: Document,
        read: impl Fn(&Path) -> Result<String>,
    ) -> Result<Self> {
        let names = version.names_path();
        // A version without a table gets one.
        let text = read(&names).unwrap_or_default();
        Ok(Self {
            version,
            contract,
            overlay: Overlay::load_with(version, &read)?,
            table: Table::parse(&names.display().to_string(), &text)?,
        })
    }

    /// Takes every step.
    pub(crate) fn make(self) -> Made {
        let Self { version, contract, overlay, mut table } = self;
        let mut effective = contract.clone();
        let mut findings = Findings(overlay.apply(&mut effective));
        plain::identify(&mut effective, &mut findings);
        let api = model(version, version.name(), &effective, &mut table, &mut findings);
        for (place, key, name) in table.dead() {
            findings.push(crate::diagnosis::Diagnosis::unusual(
                "dead-name",
                place,
                format!("{key} is called {name}, and the contract does not have it"),
                "none; a name for what is gone stays in the table",
                "remove the line, or let it name what took its place",
            ));
        }
        Made { contract, effective, api, table, findings }
    }
}

/// The model of an effective document.
fn model(
    version: Version,
    module: &str,
    effective: &Document,
    table: &mut Table,
    findings: &mut Findings,
) -> Option<Api> {
    let mut plain = effective.clone();
    plain::make_plain(&mut plain).0.into_iter().for_each(|finding| findings.push(finding));
    let wire = plain::openapi::document(effective.clone());
    let api = model::read::read((version, module), &plain, wire, table, findings);
    api.filter(|_| !findings.refuse())
}

/// What becomes of one document by itself, without overlays: what the tests of documents that we have not seen go by.
#[derive(Debug)]
pub struct Alone {
    /// The generated files: the module below `crates/drata-api/src`, its sample calls below `tests/src/samples`.
    pub files: BTreeMap<PathBuf, String>,
    /// The features that select its areas.
    pub features: Vec<String>,
    /// The table of names, with the lines that it lacked.
    pub names: String,
    /// What is unusual about it.
    pub findings: Findings,
}

/// Takes every step with one document of the vendor's, as the module `module`; `names` is the table of names so far.
///
/// # Errors
/// What the import says, or the findings that have no faithful form, as text.
pub fn alone(module: &str, document: &str, names: &str) -> Result<Alone, String> {
    let (mut contract, _) = import::read(module, document).map_err(|error| format!("{error:#}"))?;
    let mut table = Table::parse("names.yaml", names).map_err(|error| format!("{error:#}"))?;
    let mut findings = Findings::default();
    plain::identify(&mut contract, &mut findings);
    let Some(api) = model(Version::V2, module, &contract, &mut table, &mut findings) else {
        return Err(findings.to_string());
    };
    let mut output = Output::default();
    emit::emit_alone(&api, &contract, &mut output).map_err(|error| format!("{error:#}"))?;
    Ok(Alone {
        files: output.files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
        features: api.areas.iter().map(|area| area.feature.clone()).collect(),
        names: table.to_text(),
        findings,
    })
}

/// What differs between a document and the contract that is imported from it: nothing.
///
/// # Errors
/// When it cannot be imported.
pub fn differences_from_itself(document: &str) -> Result<Vec<String>, String> {
    let read =
        |text: &str| import::read("document", text).map(|(contract, _)| contract).map_err(|error| format!("{error:#}"));
    let contract = read(document)?;
    let again = read(&contract.to_text())?;
    let changes = crate::compare::wire::compare(&contract, &again);
    Ok(changes.into_iter().map(|change| format!("{}: {}", change.subject, change.what)).collect())
}
