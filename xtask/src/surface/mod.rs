//! The public surface: what progenitor made of the document, joined with what only the contract says.
//!
//! progenitor knows the type of every field, parameter, body and answer; the contract knows names on the wire, limits,
//! what may be null, and words. Joined here, they are all that `emit` needs.

mod operations;
mod placement;
mod structure;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use crate::contract::Version;
use crate::document::Document;

pub(crate) use ty::Ty;

/// Everything of one version.
pub(crate) struct Surface {
    pub(crate) version: Version,
    pub(crate) areas: Vec<Area>,
    pub(crate) types: BTreeMap<String, TypeDef>,
}

/// One area and its operations, in the order of their names.
pub(crate) struct Area {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) operations: Vec<Operation>,
}

/// A named type.
#[derive(Clone, Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    pub(crate) vendor: String,
    pub(crate) doc: String,
    pub(crate) kind: Kind,
    /// The areas whose operations reach it.
    pub(crate) areas: BTreeSet<String>,
}

/// What a type is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Read from answers.
    Answer(Vec<Field>),
    /// Written as JSON.
    Request(Vec<Field>),
    /// Written as a form.
    Form(Vec<Field>),
    /// An open enumeration: variant and value.
    Enum(Vec<(String, String)>),
    /// An identifier of several forms: form and prefix.
    Ids(Vec<(String, String)>),
}

impl Kind {
    pub(crate) fn fields(&self) -> &[Field] {
        match self {
            Self::Answer(fields) | Self::Request(fields) | Self::Form(fields) => fields,
            Self::Enum(_) | Self::Ids(_) => &[],
        }
    }
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) ident: String,
    pub(crate) wire: String,
    pub(crate) ty: Ty,
    /// Whether a request must set it.
    pub(crate) required: bool,
    pub(crate) doc: String,
    pub(crate) limits: Limits,
    pub(crate) deprecated: bool,
}

/// The limits of a value, as the contract names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits(pub(crate) BTreeMap<&'static str, i64>);

impl Limits {
    /// The names of the limits: on the wire, and in the support module.
    pub(crate) const NAMES: [(&'static str, &'static str); 6] = [
        ("minLength", "min_length"),
        ("maxLength", "max_length"),
        ("minimum", "minimum"),
        ("maximum", "maximum"),
        ("minItems", "min_items"),
        ("maxItems", "max_items"),
    ];

    /// The limits of a schema; a list has those of its items too, where they do not collide.
    pub(crate) fn of(schema: &Value) -> Self {
        let own = |schema: &Value| -> BTreeMap<&'static str, i64> {
            let set_aside = &schema[crate::normalise::LIMITS];
            Self::NAMES
                .iter()
                .filter_map(|(wire, ours)| {
                    let limit = &set_aside[*wire];
                    // Limits such as 1.0 occur; a limit that is no whole number limits nothing here.
                    Some((*ours, limit.as_i64().or_else(|| limit.as_f64().map(|limit| limit as i64))?))
                })
                .collect()
        };
        let mut all = schema.get("items").map(own).unwrap_or_default();
        all.extend(own(schema));
        Self(all)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<i64> {
        self.0.get(name).copied()
    }
}

/// An operation.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) area: String,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) doc: String,
    pub(crate) params: Vec<Param>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
    pub(crate) paging: Option<Paging>,
    pub(crate) meta: Meta,
    /// Whether the operation has another form that sends files.
    pub(crate) json_alternative: bool,
    /// Whether the contract lacks the operation's form, and a correction adds it.
    pub(crate) undocumented_form: bool,
}

/// What the contract says of an operation beside its types.
pub(crate) struct Meta {
    pub(crate) permission: String,
    pub(crate) permission_name: String,
    pub(crate) entitlement: Option<String>,
    pub(crate) beta: bool,
    pub(crate) deprecated: bool,
    pub(crate) upsert: bool,
    pub(crate) bodies: Vec<String>,
    pub(crate) successes: Vec<(u64, String)>,
}

/// A parameter in a path, a query or a header.
pub(crate) struct Param {
    pub(crate) place: ParamPlace,
    pub(crate) wire: String,
    pub(crate) ident: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    pub(crate) doc: String,
    pub(crate) limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamPlace {
    Path,
    Query,
    Header,
}

/// A request body.
pub(crate) struct Body {
    pub(crate) ty: Ty,
    pub(crate) form: bool,
    pub(crate) limits: Limits,
}

/// What a success brings.
pub(crate) struct Answer {
    /// The type of the JSON; `None` when there is none.
    pub(crate) json: Option<Ty>,
    /// Whether a success may come without it.
    pub(crate) optional: bool,
    /// Other media types it can be asked for.
    pub(crate) texts: Vec<String>,
}

/// How a list pages, with the ways into its page.
pub(crate) struct Paging {
    pub(crate) by_cursor: bool,
    pub(crate) item: Ty,
    pub(crate) items: Vec<String>,
    pub(crate) total: Option<Vec<String>>,
    pub(crate) cursor: Option<Vec<String>>,
    pub(crate) max_size: i64,
    pub(crate) max_page: Option<i64>,
    pub(crate) counts: bool,
}

impl Operation {
    /// `v1::connections::list`.
    pub(crate) fn rust_path(&self, version: Version) -> String {
        format!("{}::{}::{}", version.name(), self.area, self.name)
    }
}

/// Reads the surface out of the plain document and what progenitor made of it.
pub(crate) fn read(version: Version, document: &Document, file: &syn::File) -> Result<Surface> {
    let types = structure::types(document, file)?;
    let operations = operations::operations(document, file, &types)?;
    placement::place(version, document, types, operations)
}
