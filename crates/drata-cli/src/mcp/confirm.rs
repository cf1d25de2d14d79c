//! What deletes or replaces is confirmed by the person at the client.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ElicitRequest, ElicitRequestParams, ElicitationAction, ElicitationSchema,
    InputRequest, InputRequests, InputRequiredResult,
};
use rmcp::service::{ElicitationMode, RequestContext, RoleServer};
use serde_json::{Value, json};

use super::answer;
use crate::failure::{Failure, Kind};

/// The name of the question, and of the field that answers it.
const CONFIRM: &str = "confirm";
/// As many questions wait for an answer at once.
const WAITING: usize = 64;

/// What came of a question.
pub(super) enum Confirmation {
    Given,
    /// The client is to ask, and to call again.
    Ask(Box<InputRequiredResult>),
    /// It was refused, or the client cannot ask.
    Missing(Box<CallToolResult>),
}

/// Questions that wait for an answer, by a number that the client gives back, with the call that they are about.
#[derive(Debug, Default)]
pub(super) struct Questions {
    waiting: Mutex<(u64, HashMap<String, String>)>,
}

impl Questions {
    /// Asks the person at the client, in the way that the protocol's revision has.
    pub(super) async fn ask(
        &self,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        what: &str,
    ) -> Confirmation {
        let missing = |why: &str| {
            let failure = Failure::new(Kind::NotAllowed, format!("not confirmed: {what}; {why}, nothing was sent"));
            Confirmation::Missing(Box::new(answer::failure(&failure)))
        };
        let message = format!("{what}\n\nGo on?");
        let Some(schema) = schema() else { return missing("the question cannot be put") };
        let form = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema: schema };
        if context.protocol_version().is_none_or(|version| version.has_initialize()) {
            if !context.peer.supported_elicitation_modes().contains(&ElicitationMode::Form) {
                return missing(
                    "this client cannot ask the user: start the server with --yes, or use the command line",
                );
            }
            return match context.peer.create_elicitation(form).await {
                Ok(given) if given.action == ElicitationAction::Accept && is_yes(given.content.as_ref()) => {
                    Confirmation::Given
                }
                Ok(_) => missing("the user refused"),
                Err(_) => missing("the user could not be asked"),
            };
        }
        // Later revisions ask by a result, and the client calls again with the answer.
        let call = json!([request.name, request.arguments]).to_string();
        match (&request.request_state, &request.input_responses) {
            (Some(state), Some(responses)) => {
                let known = self.take(state).is_some_and(|asked| asked == call);
                let given = responses.get(CONFIRM);
                let accepted = given.is_some_and(|given| given["action"] == "accept" && is_yes(given.get("content")));
                match (known, accepted) {
                    (true, true) => Confirmation::Given,
                    (true, false) => missing("the user refused"),
                    (false, _) => missing("the answer belongs to another question"),
                }
            }
            _ => {
                let mut requests = InputRequests::new();
                requests.insert(CONFIRM.to_owned(), InputRequest::Elicitation(ElicitRequest::new(form)));
                Confirmation::Ask(Box::new(InputRequiredResult::new(Some(requests), Some(self.wait(call)))))
            }
        }
    }

    fn wait(&self, call: String) -> String {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.1.len() == WAITING {
            waiting.1.clear();
        }
        waiting.0 += 1;
        let state = waiting.0.to_string();
        waiting.1.insert(state.clone(), call);
        state
    }

    fn take(&self, state: &str) -> Option<String> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).1.remove(state)
    }
}

fn schema() -> Option<ElicitationSchema> {
    let schema = json!({
        "type": "object",
        "properties": { CONFIRM: { "type": "boolean", "title": "Go on", "description": "Whether this is to be done" } },
        "required": [CONFIRM],
    });
    serde_json::from_value(schema).ok()
}

fn is_yes(content: Option<&Value>) -> bool {
    content.is_some_and(|content| content[CONFIRM] == true)
}
