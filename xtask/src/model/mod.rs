//! The typed model of one version of the API: everything that is generated, compared and shown follows from it.
//!
//! It is read once, from the plain document: the types of fields, parameters and bodies are progenitor's decision; names,
//! what may be null or absent, lists that tolerate bad items, identifiers, limits and descriptions are ours. The model does
//! not know who reads it.

pub(crate) mod read;
mod style;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Document;
use crate::version::Version;

pub(crate) use style::Style;
pub(crate) use ty::Ty;

/// Everything of one version.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) version: Version,
    /// The module that it is generated as: `v2`.
    pub(crate) module: String,
    pub(crate) areas: Vec<Area>,
    pub(crate) types: BTreeMap<String, TypeDef>,
    pub(crate) ids: BTreeMap<String, IdType>,
    /// The effective document as plain OpenAPI: what programs read that follow the contract at run time.
    pub(crate) wire: Document,
}

/// One area and its operations, in the order in which people need them.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) name: String,
    /// The name of its handle: `RisksApi`.
    pub(crate) handle: String,
    /// The feature that it stands behind.
    pub(crate) feature: String,
    pub(crate) doc: String,
    /// Which version to take, where both have it.
    pub(crate) versions: Option<String>,
    /// The lines of an example by hand.
    pub(crate) example: Option<String>,
    pub(crate) operations: Vec<Operation>,
}

/// The type of the identifiers of one kind of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdType {
    pub(crate) name: String,
    /// The noun of what it identifies: `risk register`.
    pub(crate) noun: String,
    /// The collections whose rows it identifies.
    pub(crate) collections: BTreeSet<String>,
    /// The areas whose operations reach it.
    pub(crate) areas: BTreeSet<String>,
}

/// A named type.
#[derive(Clone, Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    /// The schemas, or the places in the contract, that it is the type of.
    pub(crate) origins: Vec<String>,
    pub(crate) doc: String,
    pub(crate) kind: Kind,
    /// The areas whose operations reach it.
    pub(crate) areas: BTreeSet<String>,
}

/// What a type is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Read from responses.
    Response(Vec<Field>),
    /// Written as JSON.
    Request(Vec<Field>),
    /// Written as a form.
    Form(Vec<Field>),
    /// An open enumeration.
    Enum(Vec<Variant>),
    /// An identifier of several forms: the type of the number, and the other forms.
    Forms(Option<String>, Vec<IdForm>),
}

impl Kind {
    pub(crate) fn fields(&self) -> &[Field] {
        match self {
            Self::Response(fields) | Self::Request(fields) | Self::Form(fields) => fields,
            Self::Enum(_) | Self::Forms(..) => &[],
        }
    }

    pub(crate) fn fields_mut(&mut self) -> &mut [Field] {
        match self {
            Self::Response(fields) | Self::Request(fields) | Self::Form(fields) => fields,
            Self::Enum(_) | Self::Forms(..) => &mut [],
        }
    }
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) wire: String,
}

/// A form of an identifier: a string behind a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdForm {
    pub(crate) name: String,
    pub(crate) prefix: String,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) ident: String,
    /// The name of its setter and of its argument.
    pub(crate) setter: String,
    pub(crate) wire: String,
    pub(crate) ty: Ty,
    /// Whether a request must set it.
    pub(crate) required: bool,
    pub(crate) doc: String,
    pub(crate) limits: Limits,
    pub(crate) deprecated: bool,
}

/// The limits of a value, as the contract names them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits(pub(crate) BTreeMap<&'static str, f64>);

impl Limits {
    /// The names of the limits: on the wire, and in the runtime.
    pub(crate) const NAMES: [(&'static str, &'static str); 6] = [
        ("minLength", "min_length"),
        ("maxLength", "max_length"),
        ("minimum", "minimum"),
        ("maximum", "maximum"),
        ("minItems", "min_items"),
        ("maxItems", "max_items"),
    ];

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

/// An operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) area: String,
    /// The name of its method.
    pub(crate) name: String,
    /// The name of its builder.
    pub(crate) builder: String,
    /// The name of its metadata.
    pub(crate) constant: String,
    /// The HTTP method, in lower case.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) doc: String,
    pub(crate) params: Vec<Param>,
    pub(crate) body: Option<Body>,
    pub(crate) response: Response,
    pub(crate) paging: Option<Paging>,
    pub(crate) meta: Meta,
    pub(crate) deprecated: Option<Deprecation>,
    /// Whether the operation has another form that sends files.
    pub(crate) json_alternative: bool,
    /// Whether the contract lacks the operation's form, and a correction adds it.
    pub(crate) undocumented_form: bool,
}

/// What the contract says of an operation beside its types.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    pub(crate) permission: String,
    pub(crate) permission_name: String,
    pub(crate) entitlement: Option<String>,
    pub(crate) beta: bool,
    pub(crate) upsert: bool,
    pub(crate) bodies: Vec<String>,
    pub(crate) successes: Vec<(u64, String)>,
}

/// That an operation is deprecated, and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deprecation {
    /// `v2::evidence::list`, where the contract knows it.
    pub(crate) successor: Option<String>,
}

/// A parameter in a path, a query or a header.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) place: ParamPlace,
    pub(crate) wire: String,
    pub(crate) ident: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    pub(crate) doc: String,
    pub(crate) limits: Limits,
    pub(crate) style: Style,
    pub(crate) deprecated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamPlace {
    Path,
    Query,
    Header,
}

impl ParamPlace {
    /// The word of the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// A request body.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Json {
        ty: Ty,
        limits: Limits,
    },
    Form {
        ty: Ty,
    },
    /// Bytes of a media type that no builder writes.
    Raw {
        media: String,
    },
}

impl Body {
    pub(crate) fn ty(&self) -> Option<&Ty> {
        match self {
            Self::Json { ty, .. } | Self::Form { ty } => Some(ty),
            Self::Raw { .. } => None,
        }
    }

    pub(crate) fn is_form(&self) -> bool {
        matches!(self, Self::Form { .. })
    }
}

/// What a success brings.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The type of the JSON; `None` when there is none.
    pub(crate) json: Option<Ty>,
    /// Whether a success may come without it.
    pub(crate) optional: bool,
    /// The vendor's kind of JSON that is asked for in place of the usual one.
    pub(crate) accept: Option<String>,
    /// Other media types that it can be asked for.
    pub(crate) others: Vec<Other>,
}

/// A media type other than JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) media: String,
    /// The word for it in the names of methods: `csv`.
    pub(crate) word: String,
    /// Whether it is read as bytes instead of as text.
    pub(crate) binary: bool,
}

/// How a list pages, with the ways into its page.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    pub(crate) by_cursor: bool,
    pub(crate) item: Ty,
    /// The field that identifies an item.
    pub(crate) key: Option<String>,
    pub(crate) items: Vec<String>,
    pub(crate) total: Option<Vec<String>>,
    pub(crate) cursor: Option<Vec<String>>,
    pub(crate) max_size: i64,
    pub(crate) max_page: Option<i64>,
    pub(crate) counts: bool,
}

impl Api {
    /// Every operation, area by area.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.areas.iter().flat_map(|area| &area.operations)
    }

    /// `v1::connections::list`.
    pub(crate) fn rust_path(&self, operation: &Operation) -> String {
        format!("{}::{}::{}", self.module, operation.area, operation.name)
    }

    /// The field of the struct that `ty` is, by its name on the wire.
    pub(crate) fn field(&self, ty: &Ty, wire: &str) -> Option<&Field> {
        let def = self.types.get(ty.present().unboxed().named()?)?;
        def.kind.fields().iter().find(|field| field.wire == wire)
    }
}
