//! Employee records of a custom HRIS connection, in batches.

use std::fmt;

use drata_api::v2::hris_user_identities::{CustomUserIdentityRecord, meta};
use drata_api::v2::ids::CustomConnectionId;
use drata_api::{Error, Validate};

use crate::client::Drata;
use crate::jobs::was_not_processed;

/// The most records that the service takes at once.
const MAX_RECORDS: usize = 1000;

/// Sends employee records to a custom HRIS connection, in as many batches as they need, and matches each result with the row
/// it belongs to. Made by [`Drata::hris_upsert`].
///
/// A row that the service rejects costs only itself: where it rejects a whole batch because of some of its rows and names
/// them, the others are sent again without these. Sending a row twice writes it once.
///
/// ```no_run
/// use drata_ext::v2::hris_user_identities::CustomUserIdentityRecord;
///
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let rows = vec![CustomUserIdentityRecord::new("emp-001").email("ada@example.com".to_owned())];
/// let report = drata.hris_upsert(12).send(&rows).await;
/// for row in report.rejected() {
///     eprintln!("row {} was rejected: {:?}", row.position, row.outcome);
/// }
/// report.into_result()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until send is called"]
pub struct HrisUpsert {
    drata: Drata,
    connection_id: CustomConnectionId,
    max_records: usize,
}

/// What became of each row.
#[derive(Debug)]
#[must_use = "some rows may have been rejected"]
pub struct HrisReport {
    rows: Vec<HrisRow>,
    error: Option<Error>,
}

/// What became of a row. It is named by its position, and shows nothing of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HrisRow {
    /// Its position among the rows that were sent, from 0.
    pub position: usize,
    /// What became of it.
    pub outcome: HrisOutcome,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HrisOutcome {
    /// The person is new.
    Created,
    /// The person was known, and is stored as sent, changed or not.
    Stored,
    /// The service, or a rule of the contract, rejects the row, with this message.
    Rejected(String),
    /// Its batch failed: it may be stored or not.
    Unknown,
    /// It was not sent, because of an error before it.
    Unsent,
}

impl Drata {
    /// Begins to send employee records to the custom HRIS connection `connection_id`.
    pub fn hris_upsert(&self, connection_id: impl Into<CustomConnectionId>) -> HrisUpsert {
        HrisUpsert { drata: self.clone(), connection_id: connection_id.into(), max_records: MAX_RECORDS }
    }
}

impl HrisUpsert {
    /// Sets the most rows in a batch; 1,000 by default, which is what the service takes.
    pub fn max_batch_records(mut self, records: usize) -> Self {
        self.max_records = records.clamp(1, MAX_RECORDS);
        self
    }

    /// Sends the rows, and says what became of each.
    pub async fn send(&self, rows: &[CustomUserIdentityRecord]) -> HrisReport {
        let unsent = |position| HrisRow { position, outcome: HrisOutcome::Unsent };
        let mut report = HrisReport { rows: (0..rows.len()).map(unsent).collect(), error: None };
        let mut valid = Vec::with_capacity(rows.len());
        for (position, row) in rows.iter().enumerate() {
            match row.validate() {
                Ok(()) => valid.push(position),
                Err(violation) => report.set(position, HrisOutcome::Rejected(violation.to_string())),
            }
        }
        for batch in valid.chunks(self.max_records) {
            if let Err(error) = self.send_batch(rows, batch.to_vec(), &mut report).await {
                report.error = Some(error);
                break;
            }
        }
        report
    }

    /// Sends a batch, and again without the rows that the service names when it rejects it.
    async fn send_batch(
        &self,
        rows: &[CustomUserIdentityRecord],
        mut batch: Vec<usize>,
        report: &mut HrisReport,
    ) -> Result<(), Error> {
        while !batch.is_empty() {
            // From here on until a result is there, nobody knows.
            batch.iter().for_each(|position| report.set(*position, HrisOutcome::Unknown));
            let records: Vec<_> = batch.iter().map(|position| rows[*position].clone()).collect();
            let error = match self.drata.v2().hris_user_identities().upsert(self.connection_id, records).await {
                Ok(results) => return self.note(&batch, results, report),
                Err(error) => error,
            };
            let named = named_rows(&error, batch.len());
            if named.is_empty() {
                // A 400 is about all rows of a batch, unless an earlier attempt got through.
                let was_rejected = error.is_bad_request() && !error.outcome_unknown();
                if was_rejected || was_not_processed(&error) {
                    batch.iter().for_each(|position| report.set(*position, HrisOutcome::Unsent));
                }
                return Err(error);
            }
            for (index, message) in &named {
                report.set(batch[*index], HrisOutcome::Rejected(message.clone()));
            }
            let mut index = 0;
            batch.retain(|_| {
                index += 1;
                !named.iter().any(|(rejected, _)| *rejected == index - 1)
            });
        }
        Ok(())
    }

    fn note(
        &self,
        batch: &[usize],
        results: drata_api::List<drata_api::v2::hris_user_identities::CustomUserIdentityBulk>,
        report: &mut HrisReport,
    ) -> Result<(), Error> {
        let count = results.len() + results.rejected().len();
        if count != batch.len() {
            let problem = format!("the service returned {count} results for {} rows", batch.len());
            return Err(Error::job(Some(&meta::UPSERT), problem));
        }
        for (position, result) in batch.iter().zip(results.into_results()) {
            // A result that cannot be read leaves its row unknown.
            let Ok(result) = result else { continue };
            let outcome = match (&result.error, result.status_code) {
                (Some(error), _) => HrisOutcome::Rejected(error.message.clone()),
                (None, 201) => HrisOutcome::Created,
                (None, 200..=299) => HrisOutcome::Stored,
                (None, status) => HrisOutcome::Rejected(format!("status {status} without a message")),
            };
            report.set(*position, outcome);
        }
        Ok(())
    }
}

impl HrisReport {
    /// Returns what became of each row, by position.
    pub fn rows(&self) -> &[HrisRow] {
        &self.rows
    }

    /// Returns the rows that were rejected.
    pub fn rejected(&self) -> impl Iterator<Item = &HrisRow> {
        self.rows.iter().filter(|row| matches!(row.outcome, HrisOutcome::Rejected(_)))
    }

    /// Returns the rows that are not known to be stored: rejected, unknown or unsent.
    pub fn open(&self) -> impl Iterator<Item = &HrisRow> {
        self.rows.iter().filter(|row| !matches!(row.outcome, HrisOutcome::Created | HrisOutcome::Stored))
    }

    /// Returns the error that ended the sending, if one did.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Returns the rows, if the sending was not ended by an error. Rejected ones are among them.
    ///
    /// # Errors
    ///
    /// The error that ended the sending.
    pub fn into_result(self) -> Result<Vec<HrisRow>, Error> {
        self.error.map_or(Ok(self.rows), Err)
    }

    fn set(&mut self, position: usize, outcome: HrisOutcome) {
        if let Some(row) = self.rows.get_mut(position) {
            row.outcome = outcome;
        }
    }
}

impl fmt::Display for HrisReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.open().count();
        write!(f, "{} of {} rows are stored", self.rows.len() - open, self.rows.len())?;
        self.error.as_ref().map_or(Ok(()), |error| write!(f, "; {error}"))
    }
}

/// The rows of a batch of `count` that the service names as the reason for a 400, each with its messages. None, if it names
/// something else too.
fn named_rows(error: &Error, count: usize) -> Vec<(usize, String)> {
    let mut named: Vec<(usize, String)> = Vec::new();
    for message in error.messages().iter().filter(|_| error.is_bad_request()) {
        let row = message.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((Ok(index), rest)) = row.map(|(index, rest)| (index.parse::<usize>(), rest)) else {
            return Vec::new();
        };
        if index >= count {
            return Vec::new();
        }
        let rest = rest.trim_start_matches('.').trim().to_owned();
        match named.iter_mut().find(|(known, _)| *known == index) {
            Some((_, messages)) => *messages = format!("{messages}; {rest}"),
            None => named.push((index, rest)),
        }
    }
    named
}
