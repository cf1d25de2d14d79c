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
