//! The rules by which things get their names in Rust. Exceptions stand in `corrections.yaml`.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

use crate::document::Place;

/// Words of the vendor's server code that say nothing to a user.
const NOISE: [&str; 6] = ["Public", "V2", "Dto", "Controller", "Response", "Enum"];

/// What the name of a type ends in that is sent: as JSON, or as a form.
const SENT: [&str; 2] = ["Request", "Form"];

/// Verbs that operation ids begin with, and the one that we use instead.
const VERBS: [(&str, &str); 12] = [
    ("get", "get"),
    ("list", "list"),
    ("create", "create"),
    ("add", "create"),
    ("update", "update"),
    ("modify", "update"),
    ("edit", "update"),
    ("put", "update"),
    ("delete", "delete"),
    ("remove", "delete"),
    ("upload", "upload"),
    ("perform", "perform"),
];

/// Words of operation ids that carry no meaning beside the path.
const FILLERS: [&str; 6] = ["By", "Id", "A", "All", "Mapped", "Details"];

/// The words of a name in camel case: `listRiskNotes` is `list`, `Risk`, `Notes`.
pub(crate) fn words(name: &str) -> Vec<String> {
    plain_acronyms(name).to_snake_case().split('_').map(|word| word.to_upper_camel_case()).collect()
}

/// The name of a module: `Users and Roles` is `users_and_roles`.
pub(crate) fn module(tag: &str) -> String {
    tag.replace('\'', "").to_snake_case()
}

/// The name of a feature: `v1-users-and-roles`.
pub(crate) fn feature(version: &str, area: &str) -> String {
    format!("{version}-{}", area.replace('_', "-"))
}

/// The name of a type: the vendor's without the words of its server code. What is sent says last what it is for, with our
/// verb: `EditControlRequest` is `ControlUpdateRequest`.
pub(crate) fn type_name(vendor: &str) -> String {
    let mut kept: Vec<String> = words(vendor).into_iter().filter(|word| !NOISE.contains(&word.as_str())).collect();
    if let [first, .., verb, last] = kept.as_mut_slice()
        && SENT.contains(&last.as_str())
    {
        if let Some(ours) = type_verb(verb) {
            *verb = ours;
        } else if let Some(ours) = type_verb(first) {
            kept.remove(0);
            kept.insert(kept.len() - 1, ours);
        }
    }
    kept.concat()
}

/// Our word for a verb in the name of a type.
fn type_verb(word: &str) -> Option<String> {
    let (_, ours) = VERBS.iter().find(|(vendor, _)| *vendor == word.to_snake_case())?;
    Some(ours.to_upper_camel_case())
}

/// The name of a field, a parameter or a setter: without the brackets of a list and the `x-` of a header.
pub(crate) fn ident(wire: &str) -> String {
    let bare = wire.trim_end_matches("[]");
    let bare = bare.strip_prefix("x-").unwrap_or(bare);
    let name = plain_acronyms(bare).to_snake_case();
    let name = if name.starts_with(|first: char| first.is_ascii_digit()) { format!("n{name}") } else { name };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

/// Writes acronyms in the plural as words, which camel case would take apart: `matrixSLAs` is `matrixSlas`.
fn plain_acronyms(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find(|c: char| c.is_ascii_uppercase()) {
        let (before, from) = rest.split_at(start);
        let length = from.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(from.len());
        let (capitals, after) = from.split_at(length);
        let ends = |text: &str| !text.starts_with(|c: char| c.is_ascii_lowercase());
        out.push_str(before);
        match after.strip_prefix('s') {
            Some(next) if length > 1 && ends(next) => {
                out.push_str(&capitals[..1]);
                out.push_str(&capitals[1..].to_ascii_lowercase());
            }
            _ => out.push_str(capitals),
        }
        rest = after;
    }
    out + rest
}

/// The name of an operation within its area.
///
/// The verb of the operation id and what the area and the path do not say already. A `GET` whose path ends in a
/// placeholder gets one thing; one that pages lists.
pub(crate) fn operation(operation_id: &str, area: &str, place: &Place, lists: bool) -> String {
    let method = operation_id.rsplit('_').next().unwrap_or(operation_id);
    let mut words = words(method);
    let spoken = words.remove(0).to_snake_case();
    let verb = match VERBS.iter().find(|(vendor, _)| *vendor == spoken) {
        Some((_, "get" | "list")) if place.method == "get" => if lists { "list" } else { "get" }.to_owned(),
        Some((_, ours)) => (*ours).to_owned(),
        None => spoken,
    };
    let area: Vec<String> = self::words(area).iter().map(|word| singular(word)).collect();
    words.retain(|word| !area.contains(&singular(word)) && !FILLERS.contains(&word.as_str()));
    // What is left at the ends of a removed noun: `ForAControl` of a list of control owners.
    while words.last().is_some_and(|word| ["For", "From", "Of"].contains(&word.as_str())) {
        words.pop();
    }
    let rest: Vec<String> = words.iter().map(|word| word.to_snake_case()).collect();
    [vec![verb], rest].concat().join("_")
}

/// The singular of an English noun as the vendor uses them.
pub(crate) fn singular(word: &str) -> String {
    match word {
        "Company" | "Companies" => "Company".to_owned(),
        _ if word.ends_with("ies") => format!("{}y", word.trim_end_matches("ies")),
        _ if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") => word.to_owned(),
        _ if word.ends_with("ses") || word.ends_with("xes") => word.trim_end_matches("es").to_owned(),
        _ => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(method: &str, path: &str) -> Place {
        Place { path: path.to_owned(), method: method.to_owned() }
    }

    #[test]
    fn types_lose_the_words_of_the_server() {
        for (vendor, ours) in [
            ("ConnectionResponsePublicDto", "Connection"),
            ("VendorCreateRequestPublicV2Dto", "VendorCreateRequest"),
            ("RiskRegisterUpdatePublicV2RequestDto", "RiskRegisterUpdateRequest"),
            ("EventTypeEnum", "EventType"),
            ("VendorModifyRequestPublicV2Dto", "VendorUpdateRequest"),
            ("EditControlRequestPublicDto", "ControlUpdateRequest"),
            ("TicketsCreateFieldRequestPublicDto", "TicketsCreateFieldRequest"),
            ("CustomerRequestResponsePublicDto", "CustomerRequest"),
        ] {
            assert_eq!(type_name(vendor), ours);
        }
    }

    #[test]
    fn operations_say_only_what_the_area_does_not() {
        for (id, area, method, path, lists, ours) in [
            ("ConnectionsPublicController_getConnections", "connections", "get", "/connections", true, "list"),
            ("X_getControlById", "controls", "get", "/controls/{controlId}", false, "get"),
            ("X_modifyPolicy", "policies", "put", "/policies/{policyId}", false, "update"),
            ("X_getDevicesForPersonnel", "devices", "get", "/personnel/{id}/devices", true, "list_for_personnel"),
            ("X_getControlOwnersForAControl", "control_owners", "get", "/x", true, "list"),
        ] {
            assert_eq!(operation(id, area, &place(method, path), lists), ours, "{id}");
        }
    }

    #[test]
    fn fields_are_snake_case_and_no_keywords() {
        for (wire, ours) in [
            ("clientType", "client_type"),
            ("type", "type_"),
            ("expand[]", "expand"),
            ("_links", "links"),
            ("x-session-id", "session_id"),
            ("p3MatrixSLAs", "p3_matrix_slas"),
            ("hasMFAStatus", "has_mfa_status"),
        ] {
            assert_eq!(ident(wire), ours);
        }
    }
}
