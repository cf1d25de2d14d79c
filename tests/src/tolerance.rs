//! What the tests of tolerant reading check.
//!
//! A valid instance is made from the schema of an answer and changed, one thing at a time. Each change says what must come
//! of it; what was read must be written back the same.

mod answer;
mod change;
mod operation;
mod site;

pub use answer::{Rejections, check_answer};
pub use operation::check_operation;

/// Fails with all that is wrong, so that one run shows it.
fn conclude(subject: &str, problems: &[String]) {
    const SHOWN: usize = 8;
    let shown: Vec<&str> = problems.iter().take(SHOWN).map(String::as_str).collect();
    assert!(problems.is_empty(), "{subject}: {} problems:\n{}", problems.len(), shown.join("\n"));
}
