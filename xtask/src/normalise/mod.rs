//! Makes the effective document plain: what a person would have written, so that progenitor takes it and types come out
//! right. Each pass is a file, has one idea, and knows no operation by name.

mod areas;
mod bodies;
mod directions;
mod enums;
pub(crate) mod envelopes;
pub(crate) mod expansions;
mod flatten;
mod free_form;
mod hoist;
mod limits;
mod numbers;
pub(crate) mod operation_names;
mod parameters;
pub(crate) mod responses;
mod texts;
mod type_names;

use anyhow::Result;

use crate::contract::Version;
use crate::document::Document;

pub(crate) use areas::AREA;
pub(crate) use bodies::MULTIPART_TWIN;
pub(crate) use directions::{Direction, directions};
pub(crate) use enums::enum_values;
pub(crate) use envelopes::Envelope;
pub(crate) use free_form::ID_FORMS;
pub(crate) use limits::LIMITS;
pub(crate) use responses::SUCCESSES;
pub(crate) use type_names::VENDOR_NAMES;

/// Whether a field was nullable, whatever became of its `nullable`.
pub(crate) const NULLABLE: &str = "x-nullable";

/// Runs every pass, in this order.
pub(crate) fn normalise(version: Version, document: &mut Document) -> Result<()> {
    areas::assign(document);
    parameters::check(document)?;
    responses::keep_successes(document)?;
    bodies::split(document)?;
    flatten::unreached(document);
    flatten::single_all_of(document);
    flatten::aliases(document);
    expansions::make_optional(document);
    limits::set_aside(document);
    numbers::make_integers(document);
    texts::mark_formats(document);
    free_form::open(document);
    enums::name_inline(document)?;
    hoist::name_inline_objects(document)?;
    enums::merge_equal(document)?;
    envelopes::name(document);
    type_names::rename(document)?;
    operation_names::rename(version, document)?;
    Ok(())
}
