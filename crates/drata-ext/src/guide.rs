//! How to do what programs do most: a chapter for each task. Every example is compiled, and runs against the sandbox.
//!
//! | Chapter | |
//! |---|---|
//! | [`first_call`] | a client, one page, one item |
//! | [`lists`] | whole lists as streams; checkpoints |
//! | [`writes`] | writes that can be repeated without harm |
//! | [`uploads`] | evidence, documents, downloads |
//! | [`sessions`] | replacing all records of a custom resource |
//! | [`testing`] | tests without an account |
//! | [`permissions`] | which permissions a key needs |
//! | [`rate_limit`] | 500 requests a minute |
//! | [`errors`] | what can go wrong, and what to do |
//! | [`tracing`] | spans, response headers, layers |
//! | [`versions`] | v1 or v2 |
//! | [`upgrading`] | what a new version may change |

#[doc = include_str!("../docs/guide/first_call.md")]
pub mod first_call {}
#[doc = include_str!("../docs/guide/lists.md")]
pub mod lists {}
#[doc = include_str!("../docs/guide/writes.md")]
pub mod writes {}
#[doc = include_str!("../docs/guide/uploads.md")]
pub mod uploads {}
#[doc = include_str!("../docs/guide/sessions.md")]
pub mod sessions {}
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
#[doc = include_str!("../docs/guide/permissions.md")]
pub mod permissions {}
#[doc = include_str!("../docs/guide/rate_limit.md")]
pub mod rate_limit {}
#[doc = include_str!("../docs/guide/errors.md")]
pub mod errors {}
#[doc = include_str!("../docs/guide/tracing.md")]
pub mod tracing {}
#[doc = include_str!("../docs/guide/versions.md")]
pub mod versions {}
#[doc = include_str!("../docs/guide/upgrading.md")]
pub mod upgrading {}
