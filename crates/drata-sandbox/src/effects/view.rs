//! What of a row a request shows, and which values its path gives.

use crate::data::painter::Fixed;
use crate::exchange::call::Call;
use crate::state::row::Row;

/// Names that expand together: either brings the other along.
const TOGETHER: &[&str] = &["testIds", "evidenceIds"];

/// The properties that the request did not expand: `renewalSchemaAndVersions` stands for two.
pub(crate) fn hidden(call: &Call<'_>) -> Vec<String> {
    let wanted = call.parameters.texts("expand[]");
    let together = TOGETHER.iter().any(|name| wanted.contains(name));
    let is_wanted = |name: &str| wanted.contains(&name) || (together && TOGETHER.contains(&name));
    let hidden = call.operation.expands.iter().filter(|name| !is_wanted(name));
    let parts = hidden.flat_map(|name| {
        let parts = name.split("And").filter_map(|part| Some(part.get(..1)?.to_lowercase() + part.get(1..)?));
        parts.chain([name.to_string()]).collect::<Vec<_>>()
    });
    parts.collect()
}

/// The values that the path gives to properties of the same names; `about` is the row that is shown, which says itself what
/// it is called.
pub(crate) fn fixed(call: &Call<'_>, about: Option<Row>) -> Vec<Fixed> {
    let rows = call.operation.anchors.iter().zip(&call.anchors).zip(&call.path);
    let others = rows.filter(|((_, row), _)| Some(**row) != about);
    let named = others.filter(|((anchor, _), _)| anchor.parameter != "id" && anchor.parameter != "email");
    named
        .map(|((anchor, row), text)| Fixed {
            name: anchor.parameter.clone(),
            text: text.as_str().into(),
            number: row.number.into(),
        })
        .collect()
}
