//! What a few operations do that no rule can tell, found by their identifiers.

use crate::contract::operation::Operation;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::world::Call;

/// What effects remember besides rows.
#[derive(Debug, Default)]
pub(crate) struct State {}

/// The answer of an operation that has an effect of its own.
pub(crate) fn answer(call: &Call<'_>) -> Option<Result<Reply, Failure>> {
    let _ = call;
    None
}

/// Whether the operation makes the row that this parameter names when it is not there.
pub(crate) fn makes_row(operation: &Operation, parameter: &str) -> bool {
    operation.short_id() == "uploadSessionRecords" && parameter == "sessionId"
}
