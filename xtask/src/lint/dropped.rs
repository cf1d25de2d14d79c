//! Fields that the contract requires and a newer document does not bring any more.

use super::action;
use crate::compare::wire;
use crate::diagnosis::Diagnosis as Finding;
use crate::document::{Document, items};

/// Fields of responses that are required here and gone, optional or nullable in `newer`.
///
/// A released SDK that requires them cannot read the responses of a service that follows the newer document, so they are worth
/// making optional before that, and their neighbours worth a look.
pub(super) fn findings(document: &Document, newer: &Document) -> Vec<Finding> {
    let kinds = ["field-removed", "field-renamed", "field-optional", "field-nullable"];
    wire::compare(document, newer)
        .into_iter()
        .filter(|change| {
            kinds.contains(&change.kind) && change.effect.run.is_some_and(|reason| reason.contains("cannot be read"))
        })
        .map(|change| {
            let (owner, field) = change.pointer.rsplit_once("/properties/").unwrap_or((&change.pointer, ""));
            let required = document.0.pointer(owner).map(|schema| items(schema, "required")).unwrap_or_default();
            let kept: Vec<&str> =
                required.iter().filter_map(|name| name.as_str()).filter(|name| *name != field).collect();
            let problem = format!("{}: {} in the newer document, and required here", change.subject, change.what);
            let fix = action::merge(document, owner, &format!("{{ required: [{}] }}", kept.join(", ")));
            let effect =
                "an SDK of this contract cannot read the response of a service that follows the newer document";
            Finding::unusual("dropped-required", change.pointer.clone(), problem, effect, fix)
        })
        .collect()
}
