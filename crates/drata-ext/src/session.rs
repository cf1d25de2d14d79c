//! Replacing all records of a custom resource.

use std::collections::HashSet;
use std::fmt;

use drata_api::v2::custom_data_records::meta;
use drata_api::v2::custom_data_records::{
    CustomDataRecordResult, CustomDataSessionCreateRequest, SessionAction, SessionActionOutcome, SessionActionRequest,
};
use serde::Serialize;
use serde_json::Value;

use crate::{Drata, Error};

/// The most bytes of a batch: the service takes 5 MB, and the rest of the request has to fit too.
const MAX_BYTES: usize = 4_500_000;
/// The most records of a batch.
const MAX_RECORDS: usize = 500;

/// An upload session of a custom resource: a way to replace all its records at once.
///
/// Records are sent in batches and stay invisible until the session is completed. **Completing deletes every record that
/// is not part of the session**, also those sent without one, so it has to be asked for by its full name, and is refused
/// while records are missing. A resource has at most one open session: end each one, with
/// [`complete_and_delete_all_others`](Self::complete_and_delete_all_others) or [`cancel`](Self::cancel).
///
/// Sending a record twice writes it once, so after an error the same records can be sent again.
///
/// ```no_run
/// use drata_ext::CustomDataSession;
/// use serde_json::json;
///
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let mut session = CustomDataSession::new(&drata, 12, 34, "upload-2026-03-13")?;
/// let results = session.send([json!({"id": "a", "name": "Ada"}), json!({"id": "b", "name": "Bob"})]).await?;
/// if results.iter().all(|result| result.error.is_none()) {
///     session.complete_and_delete_all_others().await?;
/// } else {
///     session.cancel().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a session stays open until it is completed or cancelled"]
pub struct CustomDataSession {
    drata: Drata,
    connection_id: i64,
    resource_id: i64,
    session_id: String,
    max_bytes: usize,
    max_records: usize,
    /// Records that the service refused and that were not sent again with success since.
    refused: HashSet<String>,
    /// Records that the service took.
    taken: u64,
    /// The last batch did not arrive, as far as known.
    interrupted: bool,
}

/// Some records in their order, and what they weigh as JSON.
struct Batch {
    records: Vec<Value>,
    bytes: usize,
}

impl CustomDataSession {
    /// A session of the resource `resource_id` of the connection `connection_id`, named `session_id`. It is opened by the
    /// first batch; a name that is open already is continued.
    ///
    /// # Errors
    ///
    /// When the name is not 3 to 64 letters, digits, `_` and `-`.
    pub fn new(
        drata: &Drata,
        connection_id: i64,
        resource_id: i64,
        session_id: impl Into<String>,
    ) -> Result<Self, Error> {
        let session_id = session_id.into();
        let allowed = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-');
        if !(3..=64).contains(&session_id.len()) || !session_id.bytes().all(allowed) {
            let problem = format!("the session name {session_id:?} is not 3 to 64 letters, digits, \"_\" and \"-\"");
            return Err(Error::invalid(Some(&meta::UPLOAD_TO_SESSION), problem));
        }
        Ok(Self {
            drata: drata.clone(),
            connection_id,
            resource_id,
            session_id,
            max_bytes: MAX_BYTES,
            max_records: MAX_RECORDS,
            refused: HashSet::new(),
            taken: 0,
            interrupted: false,
        })
    }

    /// Sets the most bytes of JSON in a batch; 4.5 MB by default, of the 5 MB that the service takes.
    pub fn max_batch_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the most records in a batch; 500 by default.
    pub fn max_batch_records(mut self, records: usize) -> Self {
        self.max_records = records.max(1);
        self
    }

    /// The name of the session.
    pub fn session_id(&self) -> &str {
        &self.session_id
    }

    /// How many records the service took so far.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Sends records, in as many batches as they need, and returns what became of each, in their order. Only
    /// [`error`](CustomDataRecordResult::error) tells a failure: the status code does not.
    ///
    /// # Errors
    ///
    /// When a record cannot be written as JSON or is too large for any batch, before anything is sent; and when a batch
    /// fails as a whole. The batches before it stay in the session; sending all again does no harm.
    pub async fn send<R: Serialize>(
        &mut self,
        records: impl IntoIterator<Item = R>,
    ) -> Result<Vec<CustomDataRecordResult>, Error> {
        let mut results = Vec::new();
        for batch in self.batches(records)? {
            self.interrupted = true;
            results.extend(self.send_batch(batch).await?);
            self.interrupted = false;
        }
        Ok(results)
    }

    /// Makes the session's records the only ones of the resource: **every other record is deleted for good**.
    ///
    /// # Errors
    ///
    /// When records were refused or a batch failed, since their stored versions would be deleted: nothing is sent, and the
    /// session stays open. And as any call.
    pub async fn complete_and_delete_all_others(&self) -> Result<SessionActionOutcome, Error> {
        let problem = if self.interrupted {
            "the last batch failed".to_owned()
        } else if !self.refused.is_empty() {
            let mut names: Vec<_> = self.refused.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.truncate(5);
            format!("{} records were refused ({})", self.refused.len(), names.join(", "))
        } else if self.taken == 0 {
            "no record was sent".to_owned()
        } else {
            return self.end(SessionAction::Complete).await;
        };
        let problem = format!(
            "the session {:?} was not completed, because {problem} and what is not in it would be deleted; \
             send the records again, or cancel it",
            self.session_id
        );
        Err(Error::invalid(Some(&meta::PERFORM_SESSION_ACTION), problem))
    }

    /// Throws the session's records away and leaves the resource as it was.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn cancel(&self) -> Result<SessionActionOutcome, Error> {
        self.end(SessionAction::Cancel).await
    }

    async fn end(&self, action: SessionAction) -> Result<SessionActionOutcome, Error> {
        let records = self.drata.v2().custom_data_records();
        let request = SessionActionRequest::new(action);
        records.perform_session_action(self.connection_id, self.resource_id, &self.session_id, &request).send().await
    }

    async fn send_batch(&mut self, batch: Batch) -> Result<Vec<CustomDataRecordResult>, Error> {
        let names: Vec<_> = batch.records.iter().map(name).collect();
        let request = CustomDataSessionCreateRequest::new(batch.records);
        let records = self.drata.v2().custom_data_records();
        let results =
            records.upload_to_session(self.connection_id, self.resource_id, &self.session_id, &request).send().await?;
        if let [rejected, ..] = results.rejected() {
            return Err(Error::item(Some(&meta::UPLOAD_TO_SESSION), rejected));
        }
        if results.len() != names.len() {
            return Err(self.unexpected(&format!("{} results for {} records", results.len(), names.len())));
        }
        for (name, result) in names.into_iter().zip(&results) {
            match result.error {
                Some(_) => {
                    self.refused.insert(name);
                }
                None => {
                    self.refused.remove(&name);
                    self.taken += 1;
                }
            }
        }
        Ok(results.into_vec())
    }

    fn batches<R: Serialize>(&self, records: impl IntoIterator<Item = R>) -> Result<Vec<Batch>, Error> {
        let refuse = |problem| Err(Error::invalid(Some(&meta::UPLOAD_TO_SESSION), problem));
        let mut batches: Vec<Batch> = Vec::new();
        for (index, record) in records.into_iter().enumerate() {
            let record = match serde_json::to_value(record) {
                Ok(record) => record,
                Err(error) => return refuse(format!("record {index} cannot be written as JSON: {error}")),
            };
            let bytes = record.to_string().len() + 1;
            if bytes > self.max_bytes {
                let most = self.max_bytes;
                return refuse(format!("record {index} ({}) has {bytes} bytes, {most} are allowed", name(&record)));
            }
            match batches.last_mut() {
                Some(batch) if batch.records.len() < self.max_records && batch.bytes + bytes <= self.max_bytes => {
                    batch.bytes += bytes;
                    batch.records.push(record);
                }
                _ => batches.push(Batch { records: vec![record], bytes }),
            }
        }
        Ok(batches)
    }

    fn unexpected(&self, what: &str) -> Error {
        let problem = format!("the service answered {what} in the session {:?}", self.session_id);
        Error::job(Some(&meta::UPLOAD_TO_SESSION), problem)
    }
}

/// What a record is called: its id or, without one, itself.
fn name(record: &Value) -> String {
    match record.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(id) => id.to_string(),
        None => record.to_string(),
    }
}

impl fmt::Debug for CustomDataSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomDataSession")
            .field("connection_id", &self.connection_id)
            .field("resource_id", &self.resource_id)
            .field("session_id", &self.session_id)
            .field("taken", &self.taken)
            .field("refused", &self.refused.len())
            .finish_non_exhaustive()
    }
}
