//! Sample calls of every operation, generated from the contract.

use drata_api::ApiVersion;

use crate::Sample;

// Generated code keeps the layout of its generator.
#[rustfmt::skip]
mod v1;
#[rustfmt::skip]
mod v2;

/// The samples of a version, area by area.
pub fn all(version: ApiVersion) -> impl Iterator<Item = &'static Sample> {
    let areas = match version {
        ApiVersion::V1 => v1::AREAS,
        ApiVersion::V2 => v2::AREAS,
        other => panic!("{other} has no samples"),
    };
    areas.iter().copied().flatten()
}

/// The sample of the operation at `rust_path`, such as `v1::connections::list`.
pub fn find(rust_path: &str) -> Option<&'static Sample> {
    [ApiVersion::V1, ApiVersion::V2].into_iter().flat_map(all).find(|sample| sample.meta.rust_path == rust_path)
}
