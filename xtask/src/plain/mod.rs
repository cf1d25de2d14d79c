//! Makes the effective document plain: what a person would have written, so that every schema is one of a few forms.
//!
//! After it, an operation has one body and one response; a schema is a scalar, an open value, a list, a map, or a
//! reference to a named object, enumeration or identifier; limits are set aside. What is unusual gets a plain form and a
//! finding. Each pass is a file, has one idea, and knows no operation by name.

mod aliases;
mod bodies;
pub(crate) mod choices;
mod circles;
mod directions;
mod enums;
pub(crate) mod expansions;
mod field_rules;
mod free_form;
mod hoist;
mod identify;
mod limits;
pub(crate) mod nullable;
mod numbers;
pub(crate) mod openapi;
pub(crate) mod paging;
mod parameters;
mod responses;
mod strings;

use crate::diagnosis::Findings;
use crate::document::Document;

pub(crate) use bodies::{body_schema, plain_id};
pub(crate) use directions::{Direction, directions};
pub(crate) use enums::enum_values;
pub(crate) use identify::{area_of, identify};
pub(crate) use numbers::has_fractions;
pub(crate) use paging::Envelope;
pub(crate) use responses::{Media, media_of, response_schema};

/// Runs every pass, in this order. Operations have been identified before.
pub(crate) fn make_plain(document: &mut Document) -> Findings {
    let mut found = Findings::default();
    identify::file(document);
    enums::give_types(document);
    enums::move_into_lists(document);
    field_rules::check(document, &mut found);
    parameters::make_plain(document, &mut found);
    responses::keep_successes(document, &mut found);
    bodies::split(document, &mut found);
    aliases::unreached(document);
    aliases::single_all_of(document);
    choices::decide(document, &mut found);
    aliases::expand(document, &mut found);
    nullable::note(document);
    directions::separate(document);
    bodies::give_forms_types(document);
    directions::keep_apart(document);
    expansions::make_optional(document);
    numbers::make_integers(document);
    limits::set_aside(document, &mut found);
    strings::mark_formats(document, &mut found);
    free_form::open(document, &mut found);
    bodies::give_forms_fields(document, &mut found);
    hoist::name_inline(document);
    circles::open(document, &mut found);
    aliases::unreached(document);
    parameters::note_styles(document, &mut found);
    paging::note(document);
    found
}
