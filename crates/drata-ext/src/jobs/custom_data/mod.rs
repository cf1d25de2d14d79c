//! Replacing all records of a custom resource.
//!
//! An upload session replaces all records of a resource at once: records are sent in batches, stay invisible, and become the
//! resource's only ones when the session is completed. **Completing deletes every record that is not part of the session.** So
//! a record that was rejected, or whose batch failed, would be deleted in its stored version too. That is why a session keeps
//! a [`Ledger`] of every record, and why only a [`SettledSession`] can be completed: one whose records were all accepted or
//! given up by name.
//!
//! ```no_run
//! use drata_ext::custom_data::CustomDataSession;
//! use serde_json::json;
//!
//! # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
//! let mut session = CustomDataSession::new(&drata, 12, 34, "upload-2026-03-13")?;
//! session.send([json!({"id": "a", "name": "Ada"}), json!({"id": "b", "name": "Bob"})]).await?;
//! match session.settle() {
//!     Ok(settled) => {
//!         settled.complete_and_delete_all_others().await?;
//!     }
//!     Err(unsettled) => {
//!         eprintln!("{unsettled}");
//!         unsettled.into_session().cancel().await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod batches;
mod ledger;
mod session;
mod settled;

pub use self::ledger::{Ledger, LedgerEntry, RecordState};
pub use self::session::CustomDataSession;
pub use self::settled::{SettledSession, Unsettled};
