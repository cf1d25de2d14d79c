//! The client and its settings.

mod builder;
mod drata;
mod environment;
mod http;
mod raw_call;
mod region;

pub use self::builder::Builder;
pub use self::drata::Drata;
pub use self::raw_call::RawCall;
pub use self::region::Region;
