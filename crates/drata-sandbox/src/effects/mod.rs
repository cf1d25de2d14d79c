//! What a few operations do that no rule can tell, found by their identifiers.

mod actions;
mod batches;
mod custom_data;
mod custom_fields;
mod devices;
mod event_job;
mod evidence;
mod groups;
mod hris;
pub(crate) mod lists;
mod members;
mod plan;
mod policies;
mod report;
mod respond;
mod roster;
mod statistics;
pub(crate) mod uploads;
mod view;
mod write;

use crate::contract::operation::ApiVersion::{V1, V2};
use crate::contract::operation::Operation;
use crate::exchange::body::Payload;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::params::Parameters;
use crate::exchange::reply::Reply;
use crate::exchange::world::World;
use crate::state::files::Then;

/// Answers a request: by the effect of its operation, else by its plan.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    special(call).unwrap_or_else(|| plan::answer(call))
}

/// Brings about what a confirmed upload was announced for.
pub(crate) fn confirm(world: &World, then: Then) -> Result<(), Failure> {
    let mut operations = world.catalog.operations.iter().filter(|operation| operation.version == V2);
    let Some(operation) = operations.find(|operation| operation.short_id() == then.operation) else { return Ok(()) };
    let path = then.anchors.iter().map(|row| row.number.to_string()).collect();
    let payload = Payload { value: then.body, ..Payload::default() };
    let (parameters, anchors) = (Parameters::default(), then.anchors);
    answer(&Call { world, operation, parameters, anchors, payload, accept: None, path }).map(drop)
}

/// The response of an operation that has an effect of its own.
fn special(call: &Call<'_>) -> Option<Result<Reply, Failure>> {
    if let Some(report) = report::answer(call) {
        return Some(Ok(report));
    }
    Some(match (call.by(), call.operation.short_id()) {
        (_, "createIdpConnectionWithCsvFile" | "createIdpConnectionWithJsonFile") => roster::create(call),
        (_, "updateIdpConnectionWithCsvFile" | "updateIdpConnectionWithJsonFile") => roster::replace(call),
        (_, "createCustomData") => custom_data::create(call),
        (_, "createCustomConnection") => custom_data::connect(call),
        (_, "updateCustomData") => custom_data::update(call),
        (_, "uploadSessionRecords") => custom_data::upload(call),
        (_, "performSessionAction") => custom_data::act(call),
        (_, "createCustomHrisUserIdentities") => hris::upsert(call),
        (_, "createEventDownloadJob") => event_job::start(call),
        (_, "getEventDownloadJobStatus") => event_job::poll(call),
        (V1, "getDevicesForPersonnel") => devices::of_person(call),
        (_, "bulkDeleteControlOwners") => members::clear(call),
        (V1, "createEvidence") | (V2, "createEvidenceLibrary") => evidence::create(call),
        (V1, "updateEvidence") | (V2, "updateEvidenceLibrary") => evidence::update(call),
        (V2, "createEvidence") => evidence::create_with_artifacts(call),
        (V2, "updateEvidence") => evidence::update_with_artifacts(call),
        (_, "createEvidenceArtifactAction") => evidence::act_on_artifact(call),
        (_, "uploadArtifactFile") => uploads::take(call),
        (_, "requestUploadUrl") => uploads::announce(call),
        (_, "createPolicy") => policies::create(call),
        (_, "createPolicyVersion") => policies::create_version(call),
        (_, "listPolicyActions") => policies::actions(call),
        (_, "performPolicyAction") => policies::act(call),
        (_, "getApprovalConfiguration") => policies::reviews(call),
        (_, "addPolicyApprovalConfiguration") => policies::add_review(call),
        (_, "updatePolicyApprovalConfiguration") => policies::change_review(call),
        (_, "removePolicyApprovalConfiguration") => policies::remove_review(call),
        (_, "assignPolicyOwner") => actions::own(call),
        (_, "acceptUserPolicyVersion") => actions::acknowledge(call),
        (_, "performControlAction") => actions::control(call),
        (_, "performTaskAction") => actions::task(call),
        (_, "performSecurityReviewAction") => actions::review(call),
        (_, "listSecurityReviewActions") => actions::review_actions(call),
        (_, "performPersonnelAction") => actions::people(call),
        (_, "createBackgroundCheck" | "updateBackgroundCheck") => actions::check_background(call),
        (V1, "toggleUserIdentityInfrastructureSetting" | "toggleUserIdentityVersionControlSetting") => {
            actions::toggle(call)
        }
        (_, "addScopedPersonnelGroup") => groups::add(call),
        (_, "getVendorsStats" | "getVendorStats") => statistics::vendors(call),
        (_, "getRiskInsights") => statistics::risks(call),
        (_, "getScopedPersonnelCounts") => groups::count(call),
        (_, "approveRequest") => actions::decide(call, "APPROVED"),
        (_, "deniedRequest") => actions::decide(call, "DENIED"),
        (_, "createFrameworkRequirements") => batches::requirements(call),
        (_, "copyRiskLibrary") => batches::risks(call),
        (_, "importControlLibrary") => batches::controls(call),
        _ => return None,
    })
}

/// Whether a row that this parameter names need not be there: the operation makes it, or looks for it itself.
pub(crate) fn makes_row(operation: &Operation, parameter: &str) -> bool {
    matches!(
        (operation.short_id(), parameter),
        ("uploadSessionRecords", "sessionId")
            | ("getEventDownloadJobStatus", "jobId")
            | (_, "approvalConfigurationTier")
    )
}
