//! From named values to a request, checked against the contract.

use drata_api::{Body, Call, Form, Upload, property_texts};
use drata_contract::check;
use drata_contract::operation::{Parameter, Place, Style};
use drata_contract::sample::is_file;
use drata_contract::schema::{SchemaId, Schemas};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::meta::Known;
use crate::Error;

/// The values that a call of an operation was given, by their names on the wire.
#[derive(Clone)]
pub(super) struct Values {
    pub(super) known: Known,
    pub(super) parameters: Vec<(&'static Parameter, Value)>,
    pub(super) body: Option<Value>,
    pub(super) fields: Map<String, Value>,
    pub(super) files: Vec<(String, Upload)>,
    /// What was given and has no place in the operation.
    pub(super) problems: Vec<String>,
}

impl Values {
    pub(super) fn new(known: Known) -> Self {
        Self { known, parameters: Vec::new(), body: None, fields: Map::new(), files: Vec::new(), problems: Vec::new() }
    }

    /// The fields of the body that take files.
    pub(super) fn file_fields(&self) -> Vec<&'static str> {
        let Known { contract, operation, .. } = self.known;
        let form = operation.form_body().and_then(|form| contract.schemas.object(form));
        let fields = form.into_iter().flat_map(|object| &object.properties);
        fields.filter(|field| is_file(&contract.schemas, field.schema)).map(|field| &*field.name).collect()
    }
}

/// Checks the values and writes them into the call.
pub(super) fn build(values: &Values, mut call: Call) -> Result<Call, Error> {
    let mut problems = values.problems.clone();
    parameters(values, &mut call, &mut problems);
    match body(values, &mut problems) {
        Body::Empty => {}
        body => call.request_mut().body = body,
    }
    match (call.violation(), problems.as_slice()) {
        (None, []) => Ok(call),
        (violation, _) => {
            problems.extend(violation.map(str::to_owned));
            Err(Error::invalid(Some(values.known.meta), problems.join("; ")))
        }
    }
}

fn parameters(values: &Values, call: &mut Call, problems: &mut Vec<String>) {
    let schemas = &values.known.contract.schemas;
    for parameter in &values.known.operation.parameters {
        if parameter.required && !values.parameters.iter().any(|(given, _)| std::ptr::eq(*given, parameter)) {
            problems.push(format!("{} is required", parameter.name));
        }
    }
    for (parameter, value) in &values.parameters {
        let found = check::check(schemas, parameter.schema, value, &parameter.name);
        if !found.is_empty() {
            problems.extend(found);
            continue;
        }
        match parameter.place {
            Place::Path => path(parameter, value, call),
            Place::Query => query(parameter, value, call),
            Place::Header => header(parameter, value, call, problems),
        }
    }
}

/// A value as one text: a list with what its style has between the items, all else that is no scalar as JSON.
fn one_text(style: Option<Style>, value: &Value) -> String {
    match (style, value) {
        (Some(Style::Pairs(within)), value) => property_texts(value, within, str::to_owned),
        (Some(Style::Join(between)), Value::Array(items)) => {
            items.iter().map(text).collect::<Vec<_>>().join(between.encode_utf8(&mut [0; 4]))
        }
        _ => text(value),
    }
}

fn path(parameter: &'static Parameter, value: &Value, call: &mut Call) {
    let name = parameter.name.as_str();
    let named = format!(";{name}=");
    let (before, between) = match parameter.style {
        Some(Style::Label(between)) => (".", between),
        Some(Style::Matrix(between)) => (named.as_str(), between),
        Some(Style::Join(between)) => ("", Some(between)),
        Some(Style::Pairs(within)) => {
            *call = call.clone().path_pairs(name, within, value);
            return;
        }
        Some(Style::Json | Style::Spread) | None => ("", None),
    };
    *call = match (between, value) {
        (Some(between), Value::Array(items)) => {
            let between = if before == named && between == ';' { named.clone() } else { between.to_string() };
            call.clone().path_parts(name, before, &between, &items.iter().map(text).collect::<Vec<_>>())
        }
        _ => call.clone().path_parts(name, before, "", &[text(value)]),
    };
}

/// Adds query pairs: where no style is named, one for each item of a list of scalars, and `name[0][property]` for objects.
fn query(parameter: &'static Parameter, value: &Value, call: &mut Call) {
    let name = parameter.name.as_str();
    match (parameter.style, value) {
        (_, Value::Null) => {}
        (Some(Style::Spread), value) => call.query_spread_value(value),
        (Some(style), value) => call.query(name, one_text(Some(style), value)),
        (None, Value::Array(items)) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            call.request_mut().query.extend(items.iter().map(|item| (name.into(), text(item))));
        }
        (None, Value::Array(_) | Value::Object(_)) => call.query_nested_value(name, value),
        (None, value) => call.query(name, text(value)),
    }
}

fn header(parameter: &Parameter, value: &Value, call: &mut Call, problems: &mut Vec<String>) {
    let text = one_text(parameter.style, value);
    match (HeaderName::from_bytes(parameter.name.as_bytes()), HeaderValue::from_str(&text)) {
        (Ok(name), Ok(value)) => call.request_mut().headers.push((name, value)),
        (Err(_), _) => problems.push(format!("{:?} is not the name of a header", parameter.name)),
        (_, Err(_)) => {
            problems.push(format!("{}: {text:?} cannot stand in a header: only visible ASCII can", parameter.name))
        }
    }
}

/// The body, as a form where it holds files or the operation takes nothing else.
fn body(values: &Values, problems: &mut Vec<String>) -> Body {
    let Known { contract, operation, meta } = values.known;
    let Some(expected) = &operation.body else {
        if values.body.is_some() || !values.files.is_empty() {
            problems.push(format!("{} takes no body", meta.rust_path));
        }
        return Body::Empty;
    };
    let mut given = values.body.clone();
    if !values.fields.is_empty() || !values.files.is_empty() {
        match given.get_or_insert_with(|| Map::new().into()) {
            Value::Object(map) => map.extend(values.fields.clone()),
            _ => problems.push("the body is no object, so it takes no fields".to_owned()),
        }
    }
    let Some(given) = given else {
        if expected.required {
            problems.push("a body is required".to_owned());
        }
        return Body::Empty;
    };
    let form = operation.form_body().filter(|_| !values.files.is_empty() || operation.json_body().is_none());
    let Some(schema) = form.or_else(|| operation.json_body()) else {
        problems.push(format!("{} takes a body of another media type", meta.rust_path));
        return Body::Empty;
    };
    if form.is_none() && !values.files.is_empty() {
        problems.push(format!("{} takes no files", meta.rust_path));
    }
    let schemas = &contract.schemas;
    for field in values.file_fields().into_iter().filter(|_| form.is_some()) {
        if given.get(field).is_some() {
            problems.push(format!("{field} takes a file, not a value"));
        }
    }
    // For the check, a file stands in its field by its name.
    let whole = match &given {
        Value::Object(fields) => with_files(values, schemas, schema, fields),
        other => other.clone(),
    };
    problems.extend(check::check(schemas, schema, &whole, ""));
    for name in check::undeclared(schemas, schema, &whole) {
        problems.push(format!("{name} is not a property of the body: the service rejects what it does not know"));
    }
    match (form, given) {
        (Some(_), Value::Object(fields)) => Body::Form(self::form(values, &fields)),
        (Some(_), _) => {
            problems.push("a form takes an object".to_owned());
            Body::Empty
        }
        (None, given) => Body::Json(given.to_string().into()),
    }
}

fn with_files(values: &Values, schemas: &Schemas, schema: SchemaId, fields: &Map<String, Value>) -> Value {
    let mut whole = fields.clone();
    let object = schemas.object(schema);
    for (field, file) in &values.files {
        let property = object.and_then(|object| object.property(field));
        let name = Value::from(file.file_name());
        if property.is_some_and(|property| schemas.items(property.schema).is_some()) {
            if let Value::Array(items) = whole.entry(field.as_str()).or_insert_with(|| Value::Array(Vec::new())) {
                items.push(name);
            }
        } else {
            whole.insert(field.clone(), name);
        }
    }
    Value::Object(whole)
}

fn form(values: &Values, fields: &Map<String, Value>) -> Form {
    let mut form = Form::default();
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| form.text(name.clone(), text(item))),
            value => form.text(name.clone(), text(value)),
        }
    }
    for (field, file) in &values.files {
        form.file(field.clone(), file.clone());
    }
    form
}

/// A value as paths, queries and forms write it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use drata_api::{ApiVersion, Client, Request};
    use drata_contract::Contract;
    use http::Method;
    use serde_json::json;

    use super::*;

    /// What a parameter adds to a call of `/things/{id}`.
    fn written(place: Place, style: Option<&str>, value: &Value) -> String {
        let style = style.map(|style| style.parse().unwrap());
        // What it is checked against is no matter here.
        let contract = Contract::of(drata_contract::operation::ApiVersion::V2).unwrap();
        let schema = contract.operations.iter().find_map(|one| one.parameters.first()).unwrap().schema;
        let parameter = Parameter { name: "id".into(), doc: "".into(), place, required: true, schema, style };
        let parameter: &'static Parameter = Box::leak(Box::new(parameter));
        let client = Client::new(crate::testing::Script::default());
        let mut call = Call::from_request(&client, Request::new(ApiVersion::V2, Method::GET, "/things/{id}"));
        let mut problems = Vec::new();
        match place {
            Place::Path => path(parameter, value, &mut call),
            Place::Query => query(parameter, value, &mut call),
            Place::Header => header(parameter, value, &mut call, &mut problems),
        }
        assert_eq!((problems, call.violation()), (Vec::new(), None));
        call.to_string()
    }

    #[test]
    fn parameters_are_written_in_the_style_of_the_contract() {
        let list = json!([7, 8]);
        let object = json!({"a": "x", "b": [1, {"c": true}]});
        for (place, style, value, expected) in [
            (Place::Path, None, &json!(7), "GET /v2/things/7"),
            (Place::Path, Some("join:,"), &list, "GET /v2/things/7,8"),
            (Place::Path, Some("label"), &json!(7), "GET /v2/things/.7"),
            (Place::Path, Some("label:."), &list, "GET /v2/things/.7.8"),
            (Place::Path, Some("matrix:,"), &list, "GET /v2/things/;id=7,8"),
            (Place::Path, Some("matrix:;"), &list, "GET /v2/things/;id=7;id=8"),
            (Place::Path, Some("join:,"), &json!(["a,b", "c/d"]), "GET /v2/things/a%2Cb,c%2Fd"),
            (Place::Query, None, &list, "GET /v2/things/{id}?id=7&id=8"),
            (Place::Query, Some("join:|"), &list, "GET /v2/things/{id}?id=7|8"),
            (Place::Query, None, &object, "GET /v2/things/{id}?id[a]=x&id[b][0]=1&id[b][1][c]=true"),
            (Place::Query, None, &json!([{"a": 1}]), "GET /v2/things/{id}?id[0][a]=1"),
            (Place::Query, Some("spread"), &object, "GET /v2/things/{id}?a=x&b[0]=1&b[1][c]=true"),
            (Place::Query, Some("json"), &list, "GET /v2/things/{id}?id=[7,8]"),
            (Place::Query, None, &Value::Null, "GET /v2/things/{id}"),
            (Place::Header, Some("join:,"), &list, "GET /v2/things/{id}\nid: 7,8"),
            (Place::Path, Some("pairs:,"), &json!({"a": 1, "b": "x,y"}), "GET /v2/things/a,1,b,x%2Cy"),
            (Place::Path, Some("pairs:="), &json!({"a": 1, "b": "x=y"}), "GET /v2/things/a=1,b=x%3Dy"),
            (Place::Header, Some("pairs:="), &json!({"a": 1, "b": "x"}), "GET /v2/things/{id}\nid: a=1,b=x"),
            (Place::Header, Some("json"), &json!({"a": 1}), "GET /v2/things/{id}\nid: {\"a\":1}"),
        ] {
            assert_eq!(written(place, style, value), expected, "{place:?} {style:?} {value}");
        }
    }
}
