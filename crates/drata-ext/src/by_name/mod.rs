//! Calls of operations that a program knows only by name: for command lines, bridges and scripts.
//!
//! [`Drata::operation`] finds an operation of the contract, [`NamedCall`] takes values by their names on the wire, checks
//! them against the contract and sends the call through the same transport as a typed one: same key, retries, limits,
//! timeouts, paging, uploads and errors. It needs the feature `by-name`, and no area of the API.
//!
//! ```
//! use drata_ext::Drata;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = drata_sandbox::Sandbox::start().await?;
//! # let drata = Drata::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
//! let task = drata
//!     .operation("v2::tasks::get")?
//!     .set("workspaceId", 1)
//!     .set("taskId", 1)
//!     .send()
//!     .await?
//!     .json()?;
//! println!("{}", task["title"]);
//!
//! let mut vendors = drata.operation("v2::vendors::list")?.set("sort", "createdAt").rows()?;
//! while let Some(vendor) = vendors.next().await {
//!     println!("{}", vendor?["name"]);
//! }
//!
//! let refused = drata.operation("v2::vendors::list")?.set("size", 1000).send().await.unwrap_err();
//! assert!(refused.to_string().contains("size must not be greater than 500"), "{refused}");
//! # Ok(())
//! # }
//! ```

mod call;
mod list;
mod meta;
mod page;
mod request;
mod response;
mod row;

use std::any::TypeId;

use drata_api::{Access, ReadOnly};

pub use self::call::NamedCall;
pub use self::list::NamedList;
pub use self::meta::Known;
pub use self::response::NamedResponse;
pub use self::row::{RawRow, Row};
use crate::{Drata, Error};

impl<A: Access> Drata<A> {
    /// Begins a call of the operation with this name: where it stands in the library, such as `v2::risks::list`, or the
    /// vendor's identifier. See [`by_name`](crate::by_name).
    ///
    /// # Errors
    ///
    /// When no operation is called so, or when it writes and this client is read-only.
    pub fn operation(&self, name: &str) -> Result<NamedCall, Error> {
        let known = Known::find(name)?;
        if !known.operation.is_read() && TypeId::of::<A>() == TypeId::of::<ReadOnly>() {
            let problem = format!("{} writes, and this client is read-only", known.meta.rust_path);
            return Err(Error::invalid(Some(known.meta), problem));
        }
        Ok(NamedCall::new(self.client(), known))
    }
}
