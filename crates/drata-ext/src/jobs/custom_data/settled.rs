//! A session when all records are sent.

use std::collections::BTreeSet;
use std::fmt;

use drata_api::Error;
use drata_api::v2::custom_data_records::meta;
use drata_api::v2::custom_data_records::{SessionAction, SessionActionOutcome};

use super::ledger::{Ledger, LedgerEntry, RecordState};
use super::session::CustomDataSession;

impl CustomDataSession {
    /// Returns a session that can be completed, if every record was accepted or given up.
    ///
    /// # Errors
    ///
    /// When some were not, or none was accepted: then the session comes back with the error.
    pub fn settle(self) -> Result<SettledSession, Unsettled> {
        if self.ledger().accepted() > 0 && self.ledger().unsettled().next().is_none() {
            Ok(SettledSession(self))
        } else {
            Err(Unsettled(Box::new(self)))
        }
    }
}

/// A session whose records were all accepted or given up: it can be completed. Made by [`CustomDataSession::settle`].
#[derive(Debug)]
#[must_use = "a session stays open until it is completed or cancelled"]
pub struct SettledSession(CustomDataSession);

/// A session that cannot be completed as it is, and why.
pub struct Unsettled(Box<CustomDataSession>);

impl SettledSession {
    /// Makes the session's records the only ones of the resource: **every other record is deleted for good**.
    ///
    /// # Errors
    ///
    /// As any call. Completing again does no harm.
    pub async fn complete_and_delete_all_others(&self) -> Result<SessionActionOutcome, Error> {
        self.0.end(SessionAction::Complete).await
    }

    /// Discards the session's records and leaves the resource as it was.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn cancel(&self) -> Result<SessionActionOutcome, Error> {
        self.0.cancel().await
    }

    /// Returns what became of each record.
    pub fn ledger(&self) -> &Ledger {
        self.0.ledger()
    }

    /// Returns the session, to send more.
    pub fn into_session(self) -> CustomDataSession {
        self.0
    }
}

impl Unsettled {
    /// Returns the records that are neither accepted nor given up.
    pub fn records(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.0.ledger().unsettled()
    }

    /// Returns the session, to send records again, to give some up, or to cancel it.
    pub fn into_session(self) -> CustomDataSession {
        *self.0
    }

    /// Completes the session all the same: **every record that is not part of it is deleted for good, and so are the stored
    /// versions of the records named here.** They have to be exactly those that are unsettled, by their ids.
    ///
    /// # Errors
    ///
    /// When other records are unsettled than are named, when one of them has no id and so cannot be named, or when no record
    /// was accepted: then nothing is sent. And as any call.
    pub async fn complete_and_delete_also(&self, ids: &[&str]) -> Result<SessionActionOutcome, Error> {
        let refuse = |problem: String| Err(Error::invalid(Some(&meta::PERFORM_SESSION_ACTION), problem));
        if self.0.ledger().accepted() == 0 {
            return refuse("no record was accepted, so completing would delete all there are".to_owned());
        }
        let named: BTreeSet<&str> = ids.iter().copied().collect();
        let mut unsettled = BTreeSet::new();
        for entry in self.records() {
            match &entry.id {
                Some(id) => drop(unsettled.insert(id.as_str())),
                None => return refuse(format!("{} has no id: give it up first", entry.name())),
            }
        }
        if let Some(id) = unsettled.symmetric_difference(&named).next() {
            let what = if named.contains(id) { "is settled, and was named" } else { "is unsettled, and was not named" };
            return refuse(format!("the record {id:?} {what}: name exactly those that may be deleted"));
        }
        self.0.end(SessionAction::Complete).await
    }
}

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        write!(f, "the session {:?} cannot be completed: ", self.0.session_id())?;
        let unsettled: Vec<&LedgerEntry> = self.records().collect();
        if unsettled.is_empty() {
            return f.write_str("no record was accepted, so completing would delete all there are; cancel it");
        }
        for (index, entry) in unsettled.iter().take(SHOWN).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let state = match &entry.state {
                RecordState::Unsent(_) => "was not sent",
                RecordState::Rejected(_) => "was rejected",
                _ => "is not known to have arrived",
            };
            write!(f, "{separator}{} {state}", entry.name())?;
        }
        if unsettled.len() > SHOWN {
            write!(f, ", and {} more", unsettled.len() - SHOWN)?;
        }
        f.write_str("; what is not in it would be deleted: send these again, give them up, or cancel the session")
    }
}

impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unsettled").field(&self.0).finish()
    }
}

impl std::error::Error for Unsettled {}

impl From<Unsettled> for Error {
    fn from(unsettled: Unsettled) -> Self {
        Self::invalid(Some(&meta::PERFORM_SESSION_ACTION), unsettled.to_string())
    }
}
