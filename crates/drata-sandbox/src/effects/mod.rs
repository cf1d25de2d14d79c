//! What a few operations do that no rule can tell, found by their identifiers.

mod custom_data;
mod event_job;
mod hris;
pub(crate) mod lists;
mod members;
pub(crate) mod plans;
mod report;
mod roster;

use std::collections::HashMap;

use serde_json::Value;

use crate::contract::operation::Operation;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::store::Row;

/// What effects remember besides rows.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Who came with the last roster of a connection, by the connection's number.
    rosters: HashMap<u64, Vec<Row>>,
    /// Records that wait for their session to be completed, by the session's number.
    staged: HashMap<u64, Vec<Value>>,
    /// Reports being made, by their ids.
    jobs: HashMap<String, event_job::Job>,
}

/// The answer of an operation that has an effect of its own.
pub(crate) fn answer(call: &Call<'_>) -> Option<Result<Reply, Failure>> {
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
        "putControlOwners" | "modifyControlOwners" => members::replace(call),
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
