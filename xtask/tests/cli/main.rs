//! The commands as a person at a shell runs them: the real binary, on workspaces of a test's own and on the real tree.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod diagnoses;
mod fresh;
mod import;
mod layout;
mod plain;
mod rehearsal;
mod review;
mod support;
