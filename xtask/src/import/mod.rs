//! From the vendor's document to the contract: facts only.

mod facts;
mod inline;
mod lower;
mod page;
mod provenance;
mod references;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::contract;
use crate::document::Document;

pub(crate) use provenance::Provenance;

/// The contract in what was saved, and the keys that it does not keep, each with how often it occurred.
///
/// A contract is read like a document of the vendor's: its facts are itself.
pub(crate) fn read(name: &str, contents: &str) -> Result<(Document, BTreeMap<String, usize>)> {
    let mut value = page::document_in(name, contents)?;
    lower::to_3_0(&mut value);
    let mut document = contract::parse(name, &value.to_string())?;
    inline::inline(&mut document);
    let (contract, dropped) = facts::extract(&document);
    let findings = references::dangling(&contract);
    if let Some(first) = findings.first() {
        let more: Vec<String> = findings
            .iter()
            .skip(1)
            .map(|finding| format!("\n  and at {}: {}", finding.pointer, finding.problem))
            .collect();
        bail!("{name}: at {}: {}\n  fix:       {}{}", first.pointer, first.problem, first.fix, more.concat());
    }
    if contract.operations().next().is_none() {
        bail!("{name}: at /paths: no operation; a contract without any would remove the whole SDK");
    }
    Ok((contract, dropped))
}
