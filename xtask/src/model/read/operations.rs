//! The operations: progenitor's types of their parts, joined with what only the contract says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::naming::Names;
use super::oracle::Oracle;
use super::types::{limits, named, with_nulls};
use crate::document::{Document, JSON, Place, items, text};
use crate::keys::{
    ACCEPT, ARGUMENT, BETA, BODIES, DOC, ENTITLEMENT, FORM, JSON_ALTERNATIVE, PERMISSION, PERMISSION_NAME, RAW_BODY,
    STYLE, SUCCESSES, SUCCESSOR, UNDOCUMENTED_FORM, UPSERT,
};
use crate::model::{
    Body, Deprecation, Meta, Operation, Other, Paging, Param, ParamPlace, Response, Style, Ty, TypeDef,
};
use crate::names::{Scope, rules, scope};
use crate::plain::{Envelope, Media, body_schema, media_of, plain_id, response_schema};

/// Every operation of the document, in its order.
pub(super) fn read(
    module: &str,
    document: &Document,
    oracle: &Oracle,
    names: &Names,
    types: &BTreeMap<String, TypeDef>,
) -> Vec<Operation> {
    let paths: BTreeMap<String, String> = document
        .operations()
        .zip(&names.operations)
        .map(|((_, operation), name)| (plain_id(operation), format!("{module}::{}::{}", name.area, name.method)))
        .collect();
    let all = document.operations().enumerate();
    all.map(|(number, (place, operation))| {
        let parts = oracle.operation(number).into_iter().map(|ty| named(ty, names));
        let name = &names.operations[number];
        let mut one = one(&place, operation, parts.collect(), types);
        one.area = name.area.clone();
        one.name = name.method.clone();
        one.builder = name.builder.clone();
        one.constant = name.constant.clone();
        if let Some(deprecation) = &mut one.deprecated {
            deprecation.successor = paths.get(text(operation, SUCCESSOR)).cloned();
        }
        one
    })
    .collect()
}

fn one(place: &Place, operation: &Value, parts: Vec<Ty>, types: &BTreeMap<String, TypeDef>) -> Operation {
    let mut parts = parts.into_iter();
    let declared = items(operation, "parameters");
    let params = params(declared, parts.by_ref().take(declared.len()).collect());
    let body = match body_schema(operation) {
        Some(schema) => {
            let ty = parts.next().unwrap_or(Ty::Json);
            Some(match operation.get(FORM).is_some() {
                true => Body::Form { ty },
                false => Body::Json { ty: with_nulls(ty, schema).present().clone(), limits: limits(schema) },
            })
        }
        None => Some(text(operation, RAW_BODY))
            .filter(|media| !media.is_empty())
            .map(|media| Body::Raw { media: media.to_owned() }),
    };
    let successes: Vec<(u64, String)> = items(operation, SUCCESSES)
        .iter()
        .map(|success| (success[0].as_u64().unwrap_or_default(), success[1].as_str().unwrap_or_default().to_owned()))
        .collect();
    let json = parts.next().map(Ty::tolerant).zip(response_schema(operation));
    let json = json.map(|(ty, schema)| with_nulls(ty, schema));
    let may_be_empty = successes.iter().any(|(_, media)| media.is_empty());
    let response = Response {
        // Drata answers any write without a body now and then; a read without one has nothing to say.
        optional: json.is_some() && (place.method != "get" || may_be_empty),
        json,
        accept: Some(text(operation, ACCEPT).to_owned()).filter(|media| !media.is_empty()),
        others: others(&successes),
    };
    let paging = match (Envelope::of(operation), &response.json) {
        (Some(envelope), Some(page)) => paging(envelope, page, &params, types),
        _ => None,
    };
    let flag = |key: &str| operation.get(key) == Some(&Value::Bool(true));
    Operation {
        id: plain_id(operation),
        area: String::new(),
        name: String::new(),
        builder: String::new(),
        constant: String::new(),
        method: place.method.clone(),
        path: place.path.split('#').next().unwrap_or_default().to_owned(),
        doc: text(operation, DOC).to_owned(),
        params,
        body,
        response,
        paging,
        meta: Meta {
            permission: first_string(&operation[PERMISSION]),
            permission_name: text(operation, PERMISSION_NAME).to_owned(),
            entitlement: Some(first_string(&operation[ENTITLEMENT])).filter(|name| !name.is_empty()),
            beta: flag(BETA),
            upsert: flag(UPSERT),
            bodies: items(operation, BODIES).iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            successes,
        },
        deprecated: flag("deprecated").then_some(Deprecation { successor: None }),
        json_alternative: flag(JSON_ALTERNATIVE),
        undocumented_form: flag(UNDOCUMENTED_FORM),
    }
}

fn params(declared: &[Value], types: Vec<Ty>) -> Vec<Param> {
    let mut scope = Scope::new(scope::SETTERS);
    let mut body = Scope::new(&["body", "form"]);
    declared
        .iter()
        .zip(types)
        .map(|(parameter, ty)| {
            let wire = text(parameter, "name");
            let place = match text(parameter, "in") {
                "path" => ParamPlace::Path,
                "header" => ParamPlace::Header,
                _ => ParamPlace::Query,
            };
            let schema = &parameter["schema"];
            let ty = ty.present().clone();
            let style = Style::noted(text(parameter, STYLE));
            let short = match text(parameter, ARGUMENT) {
                "" => rules::ident(wire),
                name => name.to_owned(),
            };
            let kind = if matches!(ty, Ty::Vec(_)) { "list" } else { place.word() };
            let long = |suffix: &str| format!("{}_{suffix}", short.trim_end_matches('_'));
            let candidates: Vec<String> =
                [short.clone(), long(kind), long(place.word()), format!("{}_", short.trim_end_matches('_'))]
                    .into_iter()
                    .filter(|name| body.is_free(name))
                    .collect();
            let ident = scope.give(&candidates, wire);
            // A body stands beside the parameters as an argument of its own.
            let _ = body.claim(&ident, wire);
            Param {
                place,
                // The names of headers do not care for case, and HTTP/2 wants them small.
                wire: if place == ParamPlace::Header { wire.to_ascii_lowercase() } else { wire.to_owned() },
                ident,
                required: place == ParamPlace::Path || parameter["required"] == true,
                doc: text(parameter, DOC).to_owned(),
                limits: limits(schema),
                style,
                deprecated: parameter["deprecated"] == true,
                ty,
            }
        })
        .collect()
}

/// The media types beside JSON, each with a word for the names of its methods.
fn others(successes: &[(u64, String)]) -> Vec<Other> {
    let mut found: Vec<Other> = Vec::new();
    let mut words = Scope::new(&[]);
    for (_, media) in successes.iter().filter(|(_, media)| !media.is_empty() && media != JSON) {
        if found.iter().any(|other| other.media == *media) {
            continue;
        }
        let essence = media.split(';').next().unwrap_or_default();
        let subtype = essence.rsplit('/').next().unwrap_or_default();
        let word = match subtype {
            "*" | "octet-stream" => "bytes".to_owned(),
            "plain" => "text".to_owned(),
            subtype => rules::snake(subtype.strip_prefix("x-").unwrap_or(subtype)),
        };
        let binary = media_of(media, None) == Media::Binary;
        found.push(Other { word: words.give(&[word], media), media: media.clone(), binary });
    }
    found
}

/// A string, or the first of a list of strings.
fn first_string(value: &Value) -> String {
    value.as_str().or_else(|| value.get(0).and_then(Value::as_str)).unwrap_or_default().to_owned()
}

fn paging(envelope: Envelope, page: &Ty, params: &[Param], types: &BTreeMap<String, TypeDef>) -> Option<Paging> {
    let size = params.iter().find(|param| param.wire == if envelope.by_cursor { "size" } else { "limit" });
    let item = match follow(page, &envelope.items, types)?.present() {
        Ty::List(item) => (**item).clone(),
        _ => return None,
    };
    // A cursor is sent back as its text.
    if let Some(path) = &envelope.cursor {
        let cursor = follow(page, path, types)?;
        matches!(cursor.present(), Ty::Str | Ty::Int | Ty::Id(_) | Ty::Float | Ty::Time).then_some(())?;
    }
    // A limit of pages is a small whole number.
    let whole = |limit: f64| limit as i64;
    Some(Paging {
        by_cursor: envelope.by_cursor,
        key: None,
        item,
        items: envelope.items,
        total: envelope.total,
        cursor: envelope.cursor,
        max_size: size.and_then(|param| param.limits.get("maximum")).map_or(50, whole),
        max_page: params
            .iter()
            .find(|param| param.wire == "page")
            .and_then(|param| param.limits.get("maximum"))
            .map(whole),
        counts: params.iter().any(|param| param.wire == "includeTotalCount"),
    })
}

/// The type at a path of fields.
fn follow(from: &Ty, path: &[String], types: &BTreeMap<String, TypeDef>) -> Option<Ty> {
    path.iter().try_fold(from.clone(), |ty, wire| {
        let def = types.get(ty.present().unboxed().named()?)?;
        def.kind.fields().iter().find(|field| field.wire == *wire).map(|field| field.ty.clone())
    })
}
