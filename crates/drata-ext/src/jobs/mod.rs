//! What takes more than one call.

#[cfg(feature = "v2-custom-data-records")]
pub mod custom_data;
#[cfg(feature = "v2-events")]
mod event_report;

#[cfg(feature = "v2-events")]
pub use self::event_report::EventReport;
