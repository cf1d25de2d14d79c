//! What takes more than one call.

mod changes;
#[cfg(feature = "v2-custom-data-records")]
pub mod custom_data;
#[cfg(feature = "v2-events")]
mod event_report;
#[cfg(feature = "v2-evidence")]
mod evidence;
#[cfg(feature = "v2-hris-user-identities")]
mod hris;

pub use self::changes::{Change, ListChanges, NewItems};
#[cfg(feature = "v2-events")]
pub use self::event_report::EventReport;
#[cfg(feature = "v2-evidence")]
pub use self::evidence::{Evidence, EvidenceUpload};
#[cfg(feature = "v2-hris-user-identities")]
pub use self::hris::{HrisOutcome, HrisReport, HrisRow, HrisUpsert};

/// Whether no attempt of a call that failed was processed, as far as is known.
#[cfg(any(feature = "v2-custom-data-records", feature = "v2-hris-user-identities"))]
fn was_not_processed(error: &drata_api::Error) -> bool {
    !error.outcome_unknown() && error.status().is_none()
}

#[cfg(all(test, any(feature = "v2-custom-data-records", feature = "v2-hris-user-identities")))]
mod tests {
    use drata_api::Error;
    use http::{HeaderMap, StatusCode};

    use super::was_not_processed;

    #[test]
    fn what_an_earlier_attempt_may_have_done_is_not_forgotten() {
        let refused = || Error::connect(None, "refused").with_attempts(2);
        assert!(was_not_processed(&refused()));
        assert!(!was_not_processed(&refused().with_outcome_unknown()), "the first attempt may have got through");
        assert!(was_not_processed(&Error::invalid(None, "too long")));
        let accepted = Error::missing_body(None, StatusCode::CREATED, &HeaderMap::new());
        assert!(!was_not_processed(&accepted));
        let failed = Error::status_code(None, StatusCode::BAD_GATEWAY, HeaderMap::new(), Default::default());
        assert!(!was_not_processed(&failed));
    }
}
