//! The client and its settings.

mod builder;
mod drata;
mod environment;
mod http;
mod proxy_choice;
mod raw_call;
mod raw_list;
mod region;

pub use self::builder::Builder;
pub use self::drata::Drata;
pub use self::raw_call::RawCall;
pub use self::raw_list::RawList;
pub use self::region::Region;
