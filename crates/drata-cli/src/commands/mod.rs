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

use clap::Command;

/// Every command of this module.
pub(crate) fn all() -> Vec<Command> {
    vec![
        login::login(),
        login::logout(),
        whoami::whoami(),
        whoami::profiles(),
        ops::command(),
        describe::command(),
        api::command(),
        crate::probe::command(),
        sandbox::command(),
        #[cfg(feature = "mcp")]
        crate::mcp::command(),
        manual::completions(),
        manual::man(),
    ]
}
