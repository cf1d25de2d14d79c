//! From the vendor's document to the contract: facts only.

mod facts;
mod inline;
mod lower;
mod page;
mod provenance;
mod references;
mod structure;
mod twice;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::contract;
use crate::document::{Document, METHODS};
use crate::field_rules;

pub(crate) use provenance::Provenance;

/// The contract in what was saved, and the keys that it does not keep, each with how often it occurred.
///
/// A contract is read like a document of the vendor's: its facts are itself.
pub(crate) fn read(name: &str, contents: &str) -> Result<(Document, BTreeMap<String, usize>)> {
    let mut value = page::document_in(name, contents)?;
    lower::to_3_0(&mut value);
    let mut document = contract::of(name, value)?;
    let findings = structure::check(&document.0);
    if findings.refuse() {
        bail!("{name}: {findings}");
    }
    references::make_canonical(&mut document.0);
    inline::inline(&mut document);
    field_rules::lift(&mut document);
    let (contract, dropped) = facts::extract(&document);
    if contract.operations().next().is_none() {
        bail!(
            "{name}: at /paths: no operation of {}; a contract without any would remove the whole SDK\n  fix:       save \
             the document that has the operations, and import that",
            METHODS.join(", ")
        );
    }
    Ok((contract, dropped))
}
