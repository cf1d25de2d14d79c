//! One request and one response as values, apart from the network.

pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod failure;
pub(crate) mod kept;
pub(crate) mod params;
pub(crate) mod reply;
pub(crate) mod world;
