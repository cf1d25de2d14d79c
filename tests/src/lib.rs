//! Tests of the workspace as a whole: what they share, and the program `exercise`.

mod canned;
mod contract;
mod exercise;
mod instance;
mod sample;
mod samples;
pub mod tolerance;

pub use canned::Canned;
pub use contract::{Contract, Shape};
pub use exercise::{AtRoot, Line, Outcome, Summary, exercise, selection, stands_at_root};
pub use instance::{Extent, instance};
pub use sample::{Reply, Sample, SendSample, Sent};
pub use samples::{all, find};
