//! The rules by which things get their names in Rust. The table of names keeps what they once gave, and its exceptions.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};

use crate::document::Place;

/// What a sign at the beginning of a value says.
const SIGNS: [(char, &str); 14] = [
    ('+', "plus"),
    ('-', "minus"),
    ('<', "less"),
    ('>', "greater"),
    ('=', "equal"),
    ('!', "not"),
    ('*', "star"),
    ('%', "percent"),
    ('&', "and"),
    ('#', "hash"),
    ('?', "question"),
    ('~', "about"),
    ('.', "dot"),
    ('/', "slash"),
];

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
    plain_acronyms(&ascii(name)).to_snake_case().split('_').map(|word| word.to_upper_camel_case()).collect()
}

/// The name in letters and digits of ASCII: `Größe` is `Grosse`.
pub(crate) fn ascii(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { deunicode::deunicode_with_tofu(name, " ") }
}

/// A name for a value, a function or a module: in snake case and no keyword.
pub(crate) fn snake(name: &str) -> String {
    let name = plain_acronyms(&ascii(name)).to_snake_case();
    let name = match name.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) => name,
    };
    if is_keyword(&name) { format!("{name}_") } else { name }
}

/// Whether a name is a keyword of Rust. `gen` is one since 2024, and `union` is where an item may begin.
fn is_keyword(name: &str) -> bool {
    ["gen", "union"].contains(&name) || syn::parse_str::<syn::Ident>(name).is_err()
}

/// A name for a type: in camel case and no keyword.
pub(crate) fn pascal(name: &str) -> String {
    let name = ascii(name).to_upper_camel_case();
    match name.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}

/// A name for a static.
pub(crate) fn shouty(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// The name of a variant for its value on the wire. A sign at the beginning is spelled out.
pub(crate) fn variant(wire: &str) -> String {
    let spelled = match wire.chars().next().and_then(|first| SIGNS.iter().find(|(sign, _)| *sign == first)) {
        Some((sign, word)) => format!("{word} {}", &wire[sign.len_utf8()..]),
        None => wire.to_owned(),
    };
    let name = ascii(&spelled).to_upper_camel_case();
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}

/// The name of a module: `Users and Roles` is `users_and_roles`.
///
/// It names a file and a folder, too, so it is no longer than file systems take.
pub(crate) fn module(tag: &str) -> String {
    const LONGEST: usize = 100;
    let name = snake(&tag.replace('\'', ""));
    if name.len() <= LONGEST { name } else { name[..LONGEST].trim_end_matches('_').to_owned() }
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
    pascal(&kept.concat())
}

/// Our word for a verb in the name of a type.
fn type_verb(word: &str) -> Option<String> {
    let (_, ours) = VERBS.iter().find(|(vendor, _)| *vendor == word.to_snake_case())?;
    Some(ours.to_upper_camel_case())
}

/// The name of a field, a parameter or a setter: without the brackets of a list and the `x-` of a header.
pub(crate) fn ident(wire: &str) -> String {
    let bare = wire.trim_end_matches("[]");
    let bare = bare.strip_prefix("x-").or_else(|| bare.strip_prefix("X-")).unwrap_or(bare);
    snake(bare)
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
    let spoken = if words.is_empty() { String::new() } else { words.remove(0).to_snake_case() };
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
    snake(&[vec![verb], rest].concat().join("_"))
}

/// Where an operation stands among those of its area: list, get, create, update and delete come first, then what is done to
/// the same rows otherwise, then the same for each other noun.
pub(crate) fn need(name: &str) -> (bool, String, usize, String) {
    const ORDER: [&[&str]; 5] =
        [&["list"], &["get"], &["create", "upload", "upsert"], &["update", "replace"], &["delete", "remove"]];
    let (verb, rest) = name.split_once('_').unwrap_or((name, ""));
    let turn = ORDER.iter().position(|verbs| verbs.contains(&verb)).unwrap_or(ORDER.len());
    let mut words: Vec<&str> = rest.split('_').filter(|word| !word.is_empty()).collect();
    // The same operation in another form.
    let is_form = |words: &[&str]| matches!(words, [.., "json"] | ["from" | "with", ..] | ["by", ..]);
    if is_form(&words) {
        words.retain(|word| *word != "json");
        let end = words.iter().position(|word| ["from", "with", "by"].contains(word)).unwrap_or(words.len());
        words.truncate(end);
    }
    let noun: String = words.first().map(|word| singular(word)).unwrap_or_default();
    let other = turn == ORDER.len();
    (!noun.is_empty() || other, if other { String::new() } else { noun }, turn, name.to_owned())
}

/// The singular of an English noun as the vendor uses them.
pub(crate) fn singular(word: &str) -> String {
    /// Words that end like a plural and are none, and plurals that no ending tells.
    const SELF: [&str; 6] = ["News", "Series", "Species", "Always", "Lens", "Sms"];
    let ends = |ending: &str| word.len() > ending.len() && word.ends_with(ending);
    match word {
        _ if SELF.iter().any(|same| word.ends_with(same)) => word.to_owned(),
        _ if ends("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if ends("ss") || ends("us") || ends("is") => word.to_owned(),
        // `classes` and `boxes`, but `databases`, `licenses` and `responses`.
        _ if ends("sses") || ends("xes") || ends("ches") || ends("shes") || ends("uses") && !ends("auses") => {
            word[..word.len() - 2].to_owned()
        }
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
    fn nouns_are_made_singular() {
        for (many, one) in [
            ("Companies", "Company"),
            ("Statuses", "Status"),
            ("Classes", "Class"),
            ("Databases", "Database"),
            ("Licenses", "License"),
            ("Responses", "Response"),
            ("Series", "Series"),
            ("Boxes", "Box"),
            ("Personnel", "Personnel"),
            ("Status", "Status"),
        ] {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn every_name_is_one_that_rust_takes() {
        for (name, snake_case, camel_case) in [
            ("type", "type_", "Type"),
            ("gen", "gen_", "Gen"),
            ("2fa", "n2fa", "N2fa"),
            ("", "unnamed", "Unnamed"),
            ("Größe", "grosse", "Grosse"),
            ("日本", "ri_ben", "RiBen"),
            ("***", "unnamed", "Unnamed"),
        ] {
            assert_eq!(snake(name), snake_case);
            assert_eq!(pascal(name), camel_case);
        }
        for (wire, ours) in [("+1", "Plus1"), ("-1", "Minus1"), ("", "Empty"), ("10", "N10"), ("N/A", "NA")] {
            assert_eq!(variant(wire), ours);
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
    fn operations_stand_in_the_order_of_need() {
        let mut names = [
            "update_note",
            "delete",
            "create_json",
            "get_note",
            "list_notes",
            "perform_action",
            "update",
            "create",
            "get_by_email",
            "get",
            "create_note",
            "list",
            "create_from_csv",
        ];
        names.sort_by_cached_key(|name| need(name));
        let ordered = [
            "list",
            "get",
            "get_by_email",
            "create",
            "create_from_csv",
            "create_json",
            "update",
            "delete",
            "perform_action",
            "list_notes",
            "get_note",
            "create_note",
            "update_note",
        ];
        assert_eq!(names, ordered);
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
