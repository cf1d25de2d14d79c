//! A session while records are sent.

use std::fmt;

use drata_api::Error;
use drata_api::v2::custom_data_records::meta;
use drata_api::v2::custom_data_records::{
    CustomDataRecordResult, CustomDataSessionCreateRequest, SessionAction, SessionActionOutcome, SessionActionRequest,
};
use drata_api::v2::ids::CustomConnectionId;
use serde::Serialize;

use super::batches::{Batch, Limits, batches};
use super::ledger::{Ledger, RecordState};
use crate::client::Drata;
use crate::jobs::was_not_processed;

/// An upload session of a custom resource, while records are sent: a way to replace all its records at once. See the
/// [module](crate::custom_data) for what completing deletes.
///
/// A resource has at most one open session: end each one, by [`settle`](Self::settle) and completing, or by
/// [`cancel`](Self::cancel). Sending a record twice writes it once, so after an error the same records can be sent again.
#[must_use = "a session stays open until it is completed or cancelled"]
pub struct CustomDataSession {
    drata: Drata,
    connection_id: CustomConnectionId,
    resource_id: i64,
    session_id: String,
    limits: Limits,
    ledger: Ledger,
}

impl CustomDataSession {
    /// Builds a session of the resource `resource_id` of the connection `connection_id`, named `session_id`. It is opened by
    /// the first batch; a name that is open already is continued.
    ///
    /// # Errors
    ///
    /// When the name is not 3 to 64 letters, digits, `_` and `-`.
    pub fn new(
        drata: &Drata,
        connection_id: impl Into<CustomConnectionId>,
        resource_id: i64,
        session_id: impl Into<String>,
    ) -> Result<Self, Error> {
        let session_id = session_id.into();
        let allowed = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-');
        if !(3..=64).contains(&session_id.len()) || !session_id.bytes().all(allowed) {
            let problem = format!("the session name {session_id:?} is not 3 to 64 letters, digits, \"_\" and \"-\"");
            return Err(Error::invalid(Some(&meta::UPLOAD_TO_SESSION), problem));
        }
        let (limits, ledger) = (Limits::default(), Ledger::default());
        let connection_id = connection_id.into();
        Ok(Self { drata: drata.clone(), connection_id, resource_id, session_id, limits, ledger })
    }

    /// Sets the most bytes of JSON in a batch; 4.5 MB by default, of the 5 MB that the service takes.
    pub fn max_batch_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// Sets the most records in a batch; 500 by default.
    pub fn max_batch_records(mut self, records: usize) -> Self {
        self.limits.records = records.max(1);
        self
    }

    /// Returns the name of the session.
    pub fn session_id(&self) -> &str {
        &self.session_id
    }

    /// Returns what became of each record so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Sends records, in as many batches as they need, and returns what became of each, in their order. Only
    /// [`error`](CustomDataRecordResult::error) tells a failure: the status code does not.
    ///
    /// Every record enters the ledger before anything is sent. One that is rejected can be sent again, corrected, under the
    /// same id, or be given up.
    ///
    /// # Errors
    ///
    /// When a record cannot be written as JSON or is too large for any batch: then nothing is sent, and the ledger names all
    /// of the records as unsent. And when a batch fails as a whole: the batches before it are part of the session, its own
    /// records are failed and those after it unsent. Sending all again does no harm.
    pub async fn send<R: Serialize>(
        &mut self,
        records: impl IntoIterator<Item = R>,
    ) -> Result<Vec<CustomDataRecordResult>, Error> {
        let mut problem = None;
        let mut sized = Vec::new();
        for record in records {
            let json = serde_json::to_value(record);
            let position = self.ledger.add(json.as_ref().ok());
            let too_bad = match json {
                Err(error) => format!("it cannot be written as JSON: {error}"),
                Ok(record) => {
                    let bytes = record.to_string().len() + 1;
                    if bytes <= self.limits.bytes {
                        sized.push((position, record, bytes));
                        continue;
                    }
                    format!("it has {bytes} bytes, {} are allowed", self.limits.bytes)
                }
            };
            self.ledger.set(position, RecordState::Unsent(too_bad.clone()));
            problem.get_or_insert((position, too_bad));
        }
        if let Some((position, problem)) = problem {
            let name = self.ledger.get(position).map(super::ledger::LedgerEntry::name).unwrap_or_default();
            let problem = format!("{name} cannot be sent, and so none was: {problem}");
            return Err(Error::invalid(Some(&meta::UPLOAD_TO_SESSION), problem));
        }
        let mut results = Vec::new();
        for batch in batches(sized, self.limits) {
            results.extend(self.send_batch(batch).await?);
        }
        Ok(results)
    }

    /// Gives a record up, by its id: it will not be part of the session, and **a stored version of it is deleted when the
    /// session is completed**. Returns whether there is such a record, and it was not accepted.
    pub fn give_up(&mut self, id: &str) -> bool {
        self.ledger.position(id).is_some_and(|position| self.give_up_at(position))
    }

    /// Gives a record up, by its position, as a record without an id has to be.
    pub fn give_up_at(&mut self, position: usize) -> bool {
        let open = self.ledger.get(position).is_some_and(|entry| entry.state != RecordState::Accepted);
        if open {
            self.ledger.set(position, RecordState::GivenUp);
        }
        open
    }

    /// Discards the session's records and leaves the resource as it was.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn cancel(&self) -> Result<SessionActionOutcome, Error> {
        self.end(SessionAction::Cancel).await
    }

    pub(super) async fn end(&self, action: SessionAction) -> Result<SessionActionOutcome, Error> {
        let records = self.drata.v2().custom_data_records();
        let request = SessionActionRequest::new(action);
        records.perform_session_action(self.connection_id, self.resource_id, &self.session_id, &request).await
    }

    async fn send_batch(&mut self, batch: Batch) -> Result<Vec<CustomDataRecordResult>, Error> {
        let (positions, records): (Vec<usize>, Vec<_>) = batch.records.into_iter().unzip();
        // From here on until a result is there, nobody knows; also when this future is dropped.
        for position in &positions {
            self.ledger.set(*position, RecordState::Failed);
        }
        let request = CustomDataSessionCreateRequest::new(records);
        let sent = self.drata.v2().custom_data_records();
        let sent = sent.upload_to_session(self.connection_id, self.resource_id, &self.session_id, &request).await;
        let results = sent.inspect_err(|error| {
            if was_not_processed(error) {
                let unsent = RecordState::Unsent("its batch was not sent".to_owned());
                positions.iter().for_each(|position| self.ledger.set(*position, unsent.clone()));
            }
        })?;
        let count = results.len() + results.rejected().len();
        if count != positions.len() {
            return Err(self.unexpected(&format!("{count} results for {} records", positions.len())));
        }
        let mut unread = None;
        let mut decoded = Vec::with_capacity(count);
        for (position, result) in positions.into_iter().zip(results.into_results()) {
            let result = match result {
                Ok(result) => result,
                Err(rejected) => {
                    unread.get_or_insert_with(|| Error::item(Some(&meta::UPLOAD_TO_SESSION), &rejected));
                    continue;
                }
            };
            let sent_id = self.ledger.get(position).and_then(|entry| entry.id.as_deref());
            if let (Some(told), Some(sent)) = (&result.id, sent_id)
                && told != sent
            {
                return Err(self.unexpected(&format!("the result of another record at position {position}")));
            }
            self.ledger.set(
                position,
                match &result.error {
                    None => RecordState::Accepted,
                    Some(error) => {
                        RecordState::Rejected(error.message.clone().unwrap_or_else(|| "no message".to_owned()))
                    }
                },
            );
            decoded.push(result);
        }
        unread.map_or(Ok(decoded), Err)
    }

    fn unexpected(&self, what: &str) -> Error {
        let problem = format!("the service returned {what} in the session {:?}", self.session_id);
        Error::job(Some(&meta::UPLOAD_TO_SESSION), problem)
    }
}

impl fmt::Debug for CustomDataSession {
    /// How many records there are in which state; no record.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomDataSession")
            .field("connection_id", &self.connection_id)
            .field("resource_id", &self.resource_id)
            .field("session_id", &self.session_id)
            .field("records", &self.ledger.entries().len())
            .field("accepted", &self.ledger.accepted())
            .field("unsettled", &self.ledger.unsettled().count())
            .finish_non_exhaustive()
    }
}
