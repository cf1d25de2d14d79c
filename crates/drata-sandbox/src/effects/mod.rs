//! What a few operations do that no rule can tell, found by their identifiers.

mod custom_data;
mod event_job;
mod hris;
pub(crate) mod lists;
mod members;
mod plan;
mod report;
mod respond;
mod roster;
mod write;

use crate::contract::operation::Operation;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;

/// Answers a request: by the effect of its operation, else by its plan.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    special(call).unwrap_or_else(|| plan::answer(call))
}

/// The answer of an operation that has an effect of its own.
fn special(call: &Call<'_>) -> Option<Result<Reply, Failure>> {
    if let Some(report) = report::answer(call) {
        return Some(Ok(report));
    }
    Some(match call.operation.short_id() {
        "createIdpConnectionWithCsvFile" | "createIdpConnectionWithJsonFile" => roster::create(call),
        "updateIdpConnectionWithCsvFile" | "updateIdpConnectionWithJsonFile" => roster::replace(call),
        "createCustomData" => custom_data::create(call),
        "updateCustomData" => custom_data::update(call),
        "uploadSessionRecords" => custom_data::upload(call),
        "performSessionAction" => custom_data::act(call),
        "createCustomHrisUserIdentities" => hris::upsert(call),
        "createEventDownloadJob" => event_job::start(call),
        "getEventDownloadJobStatus" => event_job::poll(call),
        "bulkDeleteControlOwners" => members::clear(call),
        _ => return None,
    })
}

/// Whether a row that this parameter names need not be there: the operation makes it, or looks for it itself.
pub(crate) fn makes_row(operation: &Operation, parameter: &str) -> bool {
    matches!(
        (operation.short_id(), parameter),
        ("uploadSessionRecords", "sessionId") | ("getEventDownloadJobStatus", "jobId")
    )
}
