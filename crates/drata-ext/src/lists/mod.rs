//! Lists as streams.

mod cursors;
mod fetch;
mod items;
mod list_ext;
mod numbers;
mod pages;
mod progress;
mod recent;
mod rows;
mod trail;
mod walk;

pub use self::items::Items;
pub use self::list_ext::ListExt;
pub use self::pages::{Page, Pages};
pub use self::progress::{Progress, TotalChange};
