//! What shells complete beside the values that a parser knows.

use clap_complete::CompletionCandidate;
use drata_contract::Contract;

use super::about::first_sentence;
use super::area;

/// The areas of both versions.
pub(crate) fn areas() -> Vec<CompletionCandidate> {
    area::areas().unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
}

/// Every operation, as the library names it.
pub(crate) fn operations() -> Vec<CompletionCandidate> {
    let Ok(contract) = Contract::shared() else { return Vec::new() };
    let candidate = |operation: &drata_contract::operation::Operation| {
        CompletionCandidate::new(operation.rust_path()).help(Some(first_sentence(&operation.doc).to_owned().into()))
    };
    contract.operations.iter().map(candidate).collect()
}
