//! Jobs that people write scripts for.

use clap::Command;

/// Every job.
pub(crate) fn all() -> Vec<Command> {
    Vec::new()
}
