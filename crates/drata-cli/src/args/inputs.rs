//! What an operation takes: its parameters, its files and the flat fields of its body, each with the name of its flag.

use drata_contract::operation::{Parameter, Place};
use drata_contract::sample::is_file;
use drata_contract::schema::Property;
use drata_ext::by_name::Known;

use super::flags::Names;
use super::globals;
use super::values::is_flat;

/// What a flag sets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Parameter(&'static Parameter),
    Field(&'static Property),
    File(&'static Property),
}

/// A flag or an argument of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The long name of the flag; the identifier of an argument.
    pub(crate) flag: String,
    pub(crate) target: Target,
    /// Whether it takes several values.
    pub(crate) many: bool,
}

/// Options of our own that operations have, by the kind of operation.
const LIST: [&str; 5] = ["all", "limit", "page-size", "resume", "with-total"];
const BODY: [&str; 2] = ["json", "file"];
const MEDIA: [&str; 1] = ["accept"];

/// What walking through pages sets by itself.
const WALKED: [&str; 6] = ["page", "limit", "cursor", "size", "includeTotalCount", "getAll"];

/// The arguments and flags of an operation, in the order of help.
pub(crate) fn inputs(known: Known) -> Vec<Input> {
    let Known { contract, operation, .. } = known;
    let schemas = &contract.schemas;
    let reserved =
        globals::names().into_iter().chain([&LIST[..], &BODY, &MEDIA].concat().into_iter().map(str::to_owned));
    let mut names = Names::without(reserved);
    let mut all = Vec::new();
    let mut parameters: Vec<&'static Parameter> = operation.parameters.iter().collect();
    parameters.sort_by_key(|parameter| match parameter.place {
        Place::Path => (0, operation.path.find(&format!("{{{}}}", parameter.name))),
        Place::Query | Place::Header => (1, None),
    });
    for parameter in parameters {
        if operation.paging.is_some() && WALKED.contains(&parameter.name.as_str()) {
            continue;
        }
        let many = schemas.items(parameter.schema).is_some();
        all.push(Input { flag: names.give("param", &parameter.name), target: Target::Parameter(parameter), many });
    }
    let form = operation.form_body().and_then(|form| schemas.object(form));
    let files: Vec<&'static Property> = form
        .into_iter()
        .flat_map(|form| &form.properties)
        .filter(|property| is_file(schemas, property.schema))
        .collect();
    for file in &files {
        // One file is `--file`, whatever the service calls it.
        let flag = if files.len() == 1 { "file".to_owned() } else { names.give("file", &file.name) };
        all.push(Input { flag, target: Target::File(file), many: schemas.items(file.schema).is_some() });
    }
    let mut fields: Vec<&'static Property> = Vec::new();
    for schema in [operation.json_body(), operation.form_body()].into_iter().flatten() {
        for property in schemas.object(schema).into_iter().flat_map(|object| &object.properties) {
            let is_new = !fields.iter().chain(&files).any(|known| known.name == property.name);
            if is_new && is_flat(schemas, property.schema) && !is_file(schemas, property.schema) {
                fields.push(property);
            }
        }
    }
    fields.sort_by_key(|field| !field.required);
    for field in fields {
        let many = schemas.items(field.schema).is_some();
        all.push(Input { flag: names.give("body", &field.name), target: Target::Field(field), many });
    }
    all
}
