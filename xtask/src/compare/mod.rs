//! Two sides of a version beside each other: on the wire, by their contracts, and for a compiler, by their models.

mod render;
mod side;
mod surface;
pub(crate) mod wire;

use crate::version::Version;

pub(crate) use side::{Side, Source};
pub(crate) use surface::SurfaceChange;

/// The changes of one version.
pub(crate) struct Changes {
    pub(crate) version: Version,
    pub(crate) old: String,
    pub(crate) new: String,
    /// What changed on the wire.
    pub(crate) wire: Vec<wire::Change>,
    /// What changed for a compiler; nothing where a side cannot be generated.
    pub(crate) surface: Option<SurfaceChange>,
}

impl Changes {
    /// The changes between two sides.
    pub(crate) fn between(version: Version, old: &Side, new: &Side) -> Self {
        let surface = match (&old.made.api, &new.made.api) {
            (Some(old), Some(new)) => Some(SurfaceChange::between(old, new)),
            _ => None,
        };
        Self {
            version,
            old: old.name.clone(),
            new: new.name.clone(),
            wire: wire::compare(&old.made.contract, &new.made.contract),
            surface,
        }
    }
}
