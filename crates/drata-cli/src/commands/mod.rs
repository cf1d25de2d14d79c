//! Commands that are not jobs: operations, what is known of them, accounts and the program itself.

pub(crate) mod api;
pub(crate) mod call;
pub(crate) mod describe;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod manual;
pub(crate) mod ops;
pub(crate) mod sandbox;
pub(crate) mod whoami;
