//! The contract of both versions, compiled once for the process.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use http::Method;

use crate::compile::Compiler;
use crate::document::{By, Document, Members, PathItem, RawMedia, RawOperation, RawPaging, RawParameter};
use crate::operation::{Anchor, Answer, ApiVersion, Body, Operation, Paging, Parameter, Place};
use crate::resource::{self, KindId, Kinds, Plan, Walk};
use crate::schema::{SchemaId, Schemas, Shape};

/// The effective contract of version 1, an OpenAPI 3.0 document.
pub const V1: &[u8] = include_bytes!("../contract/v1.json");
/// The effective contract of version 2, an OpenAPI 3.0 document.
pub const V2: &[u8] = include_bytes!("../contract/v2.json");

/// The effective contract of a version, an OpenAPI 3.0 document.
pub fn document(version: ApiVersion) -> &'static [u8] {
    match version {
        ApiVersion::V1 => V1,
        ApiVersion::V2 => V2,
    }
}

/// Everything that follows from the contract.
#[derive(Debug)]
pub struct Contract {
    /// The schemas of parameters, bodies and responses.
    pub schemas: Schemas,
    /// The resources that the paths name.
    pub kinds: Kinds,
    /// Every operation, version 1 first.
    pub operations: Vec<Operation>,
    /// The areas of the API, version 1 first.
    pub areas: Vec<Area>,
}

/// An area of the API, as the generated crate names its module.
#[derive(Debug)]
pub struct Area {
    /// The version of the API it belongs to.
    pub version: ApiVersion,
    /// The name, such as `risk_registers`.
    pub name: Cow<'static, str>,
    /// What its operations are about.
    pub doc: Cow<'static, str>,
}

impl Contract {
    /// The contract of both versions, as it is compiled into this crate, built at the first call.
    ///
    /// # Errors
    ///
    /// When the compiled-in contract is not one; a build with such a contract fails its first test.
    pub fn shared() -> Result<&'static Self, String> {
        static CONTRACT: OnceLock<Result<Contract, String>> = OnceLock::new();
        CONTRACT
            .get_or_init(|| Self::read(&[(ApiVersion::V1, V1), (ApiVersion::V2, V2)]))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// One version of the contract, read at the first call.
    ///
    /// # Errors
    ///
    /// As [`Self::shared`].
    pub fn of(version: ApiVersion) -> Result<&'static Self, String> {
        static EACH: [OnceLock<Result<Contract, String>>; 2] = [OnceLock::new(), OnceLock::new()];
        let place = &EACH[usize::from(version == ApiVersion::V2)];
        place.get_or_init(|| Self::load(version)).as_ref().map_err(Clone::clone)
    }

    /// Reads one version of the contract anew.
    ///
    /// # Errors
    ///
    /// As [`Self::shared`].
    pub fn load(version: ApiVersion) -> Result<Self, String> {
        Self::read(&[(version, document(version))])
    }

    fn read(contracts: &[(ApiVersion, &'static [u8])]) -> Result<Self, String> {
        let mut schemas = Schemas::default();
        let mut operations = Vec::new();
        let mut areas = Vec::new();
        for (version, bytes) in contracts {
            let unreadable =
                |error: &dyn std::fmt::Display| format!("the {} contract does not parse: {error}", version.as_str());
            // That it is UTF-8 is checked once for the whole, which costs less than string by string.
            let text = str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
            let document: Document<'static> = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
            let mut compiler = Compiler::new(&mut schemas, &document.components.schemas);
            let mut paths = document.paths.0;
            paths.sort_by(|(a, _), (b, _)| a.cmp(b));
            for (path, item) in paths {
                operations.extend(path_operations(*version, &path, item, &mut compiler));
            }
            compiler.settle();
            let named = document.areas.0.into_iter();
            areas.extend(named.map(|(name, doc)| Area { version: *version, name: name.0, doc: doc.0 }));
        }
        let kinds = plan(&mut operations, &schemas);
        for operation in &mut operations {
            operation.expands = expands(operation, &schemas);
        }
        Ok(Self { schemas, kinds, operations, areas })
    }

    /// The operation that stands there in Rust, such as `v2::risks::list`.
    pub fn at(&self, rust_path: &str) -> Option<&Operation> {
        let mut steps = rust_path.split("::");
        let (Some(version), Some(area), Some(name), None) = (steps.next(), steps.next(), steps.next(), steps.next())
        else {
            return None;
        };
        self.operations
            .iter()
            .find(|operation| operation.version.as_str() == version && operation.area == area && operation.name == name)
    }

    /// The operations that go by this name, in either version.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Operation> {
        self.operations.iter().filter(move |operation| operation.is_called(name))
    }
}

fn path_operations(
    version: ApiVersion,
    path: &str,
    item: PathItem<'static>,
    compiler: &mut Compiler<'_>,
) -> impl Iterator<Item = Operation> {
    let methods = [
        (Method::GET, item.get),
        (Method::PUT, item.put),
        (Method::POST, item.post),
        (Method::PATCH, item.patch),
        (Method::DELETE, item.delete),
    ];
    let shared = item.parameters;
    let operations: Vec<_> = methods
        .into_iter()
        .filter_map(|(method, raw)| Some(operation(version, path, method, raw?, &shared, compiler)))
        .collect();
    operations.into_iter()
}

fn operation(
    version: ApiVersion,
    path: &str,
    method: Method,
    raw: RawOperation<'static>,
    shared: &[RawParameter<'static>],
    compiler: &mut Compiler<'_>,
) -> Operation {
    let own = raw.parameters.iter();
    let inherited = shared.iter().filter(|parameter| raw.parameters.iter().all(|own| own.name != parameter.name));
    let parameters = own.chain(inherited).filter_map(|parameter| compile_parameter(parameter, compiler)).collect();
    let body = raw.request_body.map(|body| Body { required: body.required, content: content(body.content, compiler) });
    let answers = raw.responses.0.into_iter().filter_map(|(status, response)| {
        Some(Answer { status: status.parse().ok()?, content: content(response.content, compiler) })
    });
    let answers = answers.collect();
    Operation {
        version,
        id: (*raw.operation_id).into(),
        area: raw.call.area.0,
        name: raw.call.name.0,
        doc: raw.description.0,
        beta: raw.beta,
        deprecated: raw.deprecated,
        upsert: raw.call.upsert,
        replaces: raw.call.replaces.map(|words| words.0),
        paging: raw.call.paging.map(paging),
        method,
        path: path.to_owned(),
        parameters,
        body,
        answers,
        permissions: raw.permissions.into_vec(),
        permission_name: raw.permission_name.0,
        entitlements: raw.entitlements.into_vec(),
        expands: Vec::new(),
        anchors: Vec::new(),
        target: None,
        resource: KindId::default(),
        plan: Plan::Action,
    }
}

fn compile_parameter(raw: &RawParameter<'static>, compiler: &mut Compiler<'_>) -> Option<Parameter> {
    let place = match &*raw.place {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        _ => return None,
    };
    let doc = raw.description.0.clone();
    Some(Parameter {
        name: raw.name.to_string(),
        doc,
        place,
        required: raw.required,
        schema: compiler.add(&raw.schema),
        style: raw.style,
    })
}

fn paging(raw: RawPaging) -> Paging {
    Paging {
        by_cursor: matches!(raw.by, By::Cursor),
        max_size: raw.max,
        max_page: raw.last,
        counts: raw.counts,
        rows: raw.rows,
        total: raw.total,
        cursor: raw.cursor,
    }
}

fn content(media: Members<'static, RawMedia<'static>>, compiler: &mut Compiler<'_>) -> Vec<(String, Option<SchemaId>)> {
    let media = media.0.into_iter();
    media.map(|(name, media)| (name.to_string(), media.schema.map(|schema| compiler.add(&schema)))).collect()
}

/// Gives every operation its plan and its anchors, and collects the kinds.
fn plan(operations: &mut [Operation], schemas: &Schemas) -> Kinds {
    let mut kinds = Kinds::default();
    let lists = operations.iter().filter(|operation| operation.method == Method::GET);
    for operation in lists.filter(|operation| list_envelope(operation, schemas).is_some()) {
        kinds.note_list(&operation.path);
    }
    for operation in operations {
        let walk = kinds.walk(&operation.path);
        operation.plan = plan_of(operation, &walk, &mut kinds, schemas);
        operation.resource = kinds.kind(&walk.key, walk.anchors.last().map(|(_, kind)| *kind));
        note_schema(operation, &walk, &mut kinds, schemas);
        operation.target = walk.target;
        operation.anchors = walk.anchors.into_iter().map(|(parameter, kind)| Anchor { parameter, kind }).collect();
    }
    kinds.settle();
    kinds
}

fn plan_of(operation: &Operation, walk: &Walk, kinds: &mut Kinds, schemas: &Schemas) -> Plan {
    let parent = walk.anchors.last().map(|(_, kind)| *kind);
    let ends_in_row = walk.tail.is_empty() || matches!(walk.tail.as_str(), "details" | "email");
    match operation.method.as_str() {
        "GET" => match list_envelope(operation, schemas) {
            Some(envelope) => Plan::List { kind: kinds.kind(&walk.key, parent), envelope },
            None if ends_in_row => Plan::Read,
            None => Plan::Singleton { kind: kinds.kind(&walk.key, parent) },
        },
        "POST" if !walk.tail.is_empty() && kinds.is_listed(&walk.key) => {
            Plan::Create { kind: kinds.kind(&walk.key, parent) }
        }
        "PUT" | "PATCH" if walk.tail.is_empty() => Plan::Update,
        "PUT" if kinds.is_listed(&walk.key) => Plan::Replace { kind: kinds.kind(&walk.key, parent) },
        "DELETE" if walk.tail.is_empty() => Plan::Delete,
        _ => Plan::Action,
    }
}

/// The envelope of a list: a GET whose path does not end in a row.
fn list_envelope(operation: &Operation, schemas: &Schemas) -> Option<resource::Envelope> {
    if operation.method != Method::GET || operation.path.ends_with('}') {
        return None;
    }
    resource::envelope(operation.success()?.json()?, schemas)
}

fn note_schema(operation: &Operation, walk: &Walk, kinds: &mut Kinds, schemas: &Schemas) {
    match &operation.plan {
        Plan::List { kind, envelope } => kinds.note_schema(*kind, envelope.items, schemas),
        Plan::Read => {
            let schema = operation.success().and_then(Answer::json);
            if let (Some(schema), Some((_, kind))) = (schema, walk.anchors.last()) {
                kinds.note_schema(*kind, schema, schemas);
            }
        }
        _ => {}
    }
}

/// The values of the `expand[]` parameter.
fn expands(operation: &Operation, schemas: &Schemas) -> Vec<Arc<str>> {
    let parameter = operation.parameter("expand[]");
    let Some(items) = parameter.map(|parameter| schemas.items(parameter.schema).unwrap_or(parameter.schema)) else {
        return Vec::new();
    };
    match &schemas.get(items).shape {
        Shape::Enum(values) => values.iter().filter_map(|value| value.as_str()).map(Into::into).collect(),
        _ => Vec::new(),
    }
}
