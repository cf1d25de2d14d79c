//! What a page must not miss: the generated code is changed in one way at a time, and the page has to change with it.

use drata_api::ApiVersion;
use proc_macro2::{Group, Literal, TokenStream, TokenTree};

use crate::page::{self, Texts};
use crate::{generated, read, texts, whole};

/// Small areas that together have most constructs: a form, a body, pages by cursor and by number, other media types.
const AREAS: [(ApiVersion, &str); 3] =
    [(ApiVersion::V2, "control_notes"), (ApiVersion::V2, "vendor_documents"), (ApiVersion::V1, "monitors")];

/// A file of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Module,
    Builder,
    Meta,
    Types,
}

impl In {
    const ALL: [Self; 4] = [Self::Module, Self::Builder, Self::Meta, Self::Types];

    fn of(self, texts: &mut Texts) -> &mut String {
        match self {
            Self::Module => &mut texts.module,
            Self::Builder => &mut texts.builder,
            Self::Meta => &mut texts.meta,
            Self::Types => &mut texts.types,
        }
    }
}

/// A change of the generated code: what it does, the file, what stands there, and what takes its place.
struct Change(&'static str, In, &'static str, &'static str);

const CONTROLS: &[Change] = &[
    Change(
        "a limit of a list is removed",
        In::Builder,
        "crate::Limits::NONE.max_items(300).min_items(1)",
        "crate::Limits::NONE",
    ),
    Change("a limit of a list is changed", In::Builder, "max_items(300)", "max_items(301)"),
    Change("a limit of a list is another", In::Builder, "max_items(300)", "max_length(300)"),
    Change("the maximum of a setter is changed", In::Builder, "maximum(500.0)", "maximum(50.0)"),
    Change("the minimum of a setter is removed", In::Builder, ".minimum(1.0)", ""),
    Change("a setter does not check", In::Builder, "query_checked", "query"),
    Change("a setter is gone", In::Builder, "pub fn is_ready(", "fn is_ready("),
    Change("a setter is renamed", In::Builder, "pub fn is_ready(", "pub fn ready("),
    Change("a parameter has another name on the wire", In::Builder, "\"isReady\"", "\"ready\""),
    Change("a list has no brackets on the wire", In::Builder, "\"expand[]\"", "\"expand\""),
    Change(
        "a list is sent joined",
        In::Builder,
        ".query_list(\n                \"controlIds[]\",",
        ".query_joined(\n                \"controlIds[]\", ',',",
    ),
    Change("a setter takes another type", In::Builder, "is_ready: bool", "is_ready: i64"),
    Change(
        "a setter takes another identifier",
        In::Builder,
        "policy_id: impl Into<super::PolicyId>",
        "policy_id: impl Into<super::UserId>",
    ),
    Change("a setter is deprecated", In::Builder, "pub fn is_ready(", "#[deprecated]\n    pub fn is_ready("),
    Change("the key of an item is gone", In::Builder, "Some(_item.id.into())", "None"),
    Change(
        "the key of an item is another field",
        In::Builder,
        "Some(_item.id.into())",
        "Some(_item.code.as_str().into())",
    ),
    Change("an item is another type", In::Builder, "type Item = super::Control;", "type Item = super::ControlFlags;"),
    Change(
        "the total is not read",
        In::Builder,
        "(page.pagination.total_count, page.pagination.cursor)",
        "(None, page.pagination.cursor)",
    ),
    Change(
        "the cursor is not read",
        In::Builder,
        "(page.pagination.total_count, page.pagination.cursor)",
        "(page.pagination.total_count, None)",
    ),
    Change("a list does not page", In::Builder, "impl crate::Listed for List ", "impl crate::Unlisted for List "),
    Change(
        "a response is another type",
        In::Builder,
        "pub struct Get(Json<super::Control>);",
        "pub struct Get(Json<super::ControlFlags>);",
    ),
    Change("a response is required", In::Builder, "JsonOptional<super::Control>", "Json<super::Control>"),
    Change("a form is none", In::Builder, "pub struct Create(Form, ", "pub struct Create("),
    Change("the first sentence of an operation", In::Module, "Creates a custom control.", "Creates a control."),
    Change("the permission in the documentation", In::Module, "(`controls-post`)", "(`controls-put`)"),
    Change(
        "the name of the permission in the documentation",
        In::Module,
        "**Controls: Create Control**",
        "**Controls: Create**",
    ),
    Change("paging in the documentation", In::Module, "up to 500 rows a page", "up to 50 rows a page"),
    Change(
        "the link to the reference",
        In::Module,
        "/operation/ControlsPublicV2Controller_createControl/)",
        "/operation/createControl/)",
    ),
    Change(
        "an argument is another identifier",
        In::Module,
        "control_id: impl Into<ControlId>",
        "control_id: impl Into<PolicyId>",
    ),
    Change("an argument is a plain number", In::Module, "control_id: impl Into<ControlId>", "control_id: i64"),
    Change("an argument has another name on the wire", In::Module, "\"controlId\"", "\"id\""),
    Change(
        "an operation is deprecated",
        In::Module,
        "    pub fn get(",
        "    #[deprecated(note = \"use `v2::controls::list` instead\")]\n    pub fn get(",
    ),
    Change("a method uses the metadata of another", In::Module, "&meta::RESET_MAPPINGS", "&meta::CREATE"),
    Change("a method is renamed", In::Module, "pub fn get(", "pub fn read("),
    Change(
        "a method that writes is on read-only clients",
        In::Module,
        "\nimpl ControlsApi {",
        "\nimpl<A: crate::Access> ControlsApi<A> {",
    ),
    Change("a body is not sent", In::Module, "crate::Limits::NONE", "crate::Limits::NONE.max_items(3)"),
    Change("a shared type is not exported", In::Module, "FrameworkTag, ", ""),
    Change("an identifier is not exported", In::Module, "PolicyId, ", ""),
    Change("the permission in the metadata", In::Meta, "permission: \"controls-post\"", "permission: \"controls-put\""),
    Change(
        "the name of the permission in the metadata",
        In::Meta,
        "permission_name: \"Controls: Create Control\"",
        "permission_name: \"Controls\"",
    ),
    Change("an entitlement", In::Meta, "entitlement: None", "entitlement: Some(\"CUSTOM_CONTROLS\")"),
    Change("beta", In::Meta, "beta: false", "beta: true"),
    Change("idempotency", In::Meta, "idempotency: Idempotency::Unsafe", "idempotency: Idempotency::Upsert"),
    Change("the size of a page", In::Meta, "max_size: 500", "max_size: 50"),
    Change("whether a list counts", In::Meta, "total: true", "total: false"),
    Change(
        "the media type of a request",
        In::Meta,
        "request_bodies: &[\"multipart/form-data\"]",
        "request_bodies: &[\"application/json\"]",
    ),
    Change("the status of a success", In::Meta, "successes: &[(201, ", "successes: &[(200, "),
    Change(
        "the path",
        In::Meta,
        "path: \"/workspaces/{workspaceId}/controls\"",
        "path: \"/workspaces/{workspaceId}/control\"",
    ),
    Change("the HTTP method", In::Meta, "method: Method::PUT", "method: Method::PATCH"),
    Change("an operation is not listed", In::Meta, "    &GET,\n", ""),
    Change(
        "a field has another name on the wire",
        In::Types,
        "archived_at: \"archivedAt\"",
        "archived_at: \"archivedOn\"",
    ),
    Change(
        "two fields swap their names on the wire",
        In::Types,
        "created_at: \"createdAt\",\n    updated_at: \"updatedAt\",",
        "created_at: \"updatedAt\",\n    updated_at: \"createdAt\",",
    ),
    Change(
        "an optional field is required",
        In::Types,
        "pub archived_at: Option<crate::Timestamp>",
        "pub archived_at: crate::Timestamp",
    ),
    Change(
        "a required field is optional",
        In::Types,
        "pub created_at: crate::Timestamp",
        "pub created_at: Option<crate::Timestamp>",
    ),
    Change("a tolerant list is a strict one", In::Types, "pub data: crate::List<Control>", "pub data: Vec<Control>"),
    Change("an identifier is a plain number", In::Types, "pub id: crate::v2::ids::ControlId", "pub id: i64"),
    Change(
        "an identifier is of another kind",
        In::Types,
        "pub id: crate::v2::ids::ControlId",
        "pub id: crate::v2::ids::PolicyId",
    ),
    Change("unknown fields are dropped", In::Types, "pub extra: crate::Extra", "pub(crate) extra_: crate::Extra"),
    Change("the limit of a field is removed", In::Types, " { max_length: 191 }", ""),
    Change("the limit of a field is changed", In::Types, "{ max_length: 191 }", "{ max_length: 192 }"),
    Change("a field is sent as null", In::Types, "description: \"description\",", "description: \"description\" null,"),
    Change("a required field is no argument", In::Types, "pub fn new(", "pub fn new_("),
    Change(
        "a setter takes another type",
        In::Types,
        "mut self, question: impl Into<String>",
        "mut self, question: String",
    ),
    Change("a setter is renamed", In::Types, "pub fn question(", "pub fn set_question("),
    Change("a setter may be forgotten", In::Types, "    #[must_use]\n", ""),
    Change("a value has another name in Rust", In::Types, "MarkInScope = ", "InScope = "),
    Change("a value has another name on the wire", In::Types, "\"markInScope\"", "\"inScope\""),
    Change("a prefix of an identifier", In::Types, "\"code:\"", "\"c:\""),
    Change(
        "the number of an identifier of several forms",
        In::Types,
        "ControlRef(crate::v2::ids::ControlId)",
        "ControlRef(crate::v2::ids::PolicyId)",
    ),
    Change("a struct can be built by hand", In::Types, "#[non_exhaustive]\n", ""),
    Change("a struct cannot be compared", In::Types, "#[derive(Clone, Debug, PartialEq)]", "#[derive(Clone, Debug)]"),
    Change(
        "a response is read as a request",
        In::Types,
        "crate::support::model::model!(Control ",
        "crate::support::request_model::request_model!(Control ",
    ),
];

const MONITORS: &[Change] = &[
    Change("the media type of a stream", In::Builder, "\"text/csv\"", "\"text/html\""),
    Change("a stream is gone", In::Builder, ", stream_csv", ""),
    Change("text is bytes", In::Builder, "GetFailures: \"text/csv\"", "GetFailures: binary \"text/csv\""),
    Change("a required parameter is none", In::Builder, "pub(super) fn type_(", "pub fn type_("),
    Change("a required parameter is not set", In::Module, ".type_(type_)", ""),
    Change("the size of a page", In::Meta, "max_limit: 50", "max_limit: 51"),
    Change("the last page", In::Meta, "max_page: None", "max_page: Some(10)"),
];

const FRAMEWORKS: &[Change] =
    &[Change("one of many values is gone", In::Types, "    IsoAccessControl = \"ISO_ACCESS_CONTROL\",\n", "")];

const RISKS: &[Change] = &[
    Change("a patch is an option", In::Types, "crate::Patch<crate::Timestamp>", "Option<crate::Timestamp>"),
    Change(
        "a patch is set only as a whole",
        In::Types,
        "impl Into<crate::Patch<crate::Timestamp>>",
        "crate::Patch<crate::Timestamp>",
    ),
];

const EVIDENCE: &[Change] =
    &[Change("a field without a value is left out", In::Types, "filed_at: \"filedAt\" null", "filed_at: \"filedAt\"")];

const EVIDENCE_LIBRARY: &[Change] = &[
    Change("nothing is deprecated", In::Module, "#[deprecated(note = \"use `v2::evidence::get` instead\")]", ""),
    Change(
        "the successor is another",
        In::Module,
        "use `v2::evidence::get` instead",
        "use `v2::evidence::list` instead",
    ),
    Change(
        "there is no successor",
        In::Module,
        "#[deprecated(note = \"use `v2::evidence::get` instead\")]",
        "#[deprecated]",
    ),
];

/// The changes of each area.
const CHANGES: &[(ApiVersion, &str, &[Change])] = &[
    (ApiVersion::V2, "controls", CONTROLS),
    (ApiVersion::V1, "monitors", MONITORS),
    (ApiVersion::V1, "frameworks", FRAMEWORKS),
    (ApiVersion::V2, "risks", RISKS),
    (ApiVersion::V2, "evidence", EVIDENCE),
    (ApiVersion::V2, "evidence_library", EVIDENCE_LIBRARY),
];

const SHARED: &[(&str, &str, &str)] = &[
    (
        "the condition of a struct",
        "#[cfg(any(feature = \"v2-assets\", feature = \"v2-devices\"))]\n#[derive",
        "#[derive",
    ),
    (
        "the condition of what reads it",
        "#[cfg(any(feature = \"v2-assets\", feature = \"v2-devices\"))]\ncrate::support",
        "crate::support",
    ),
    ("one feature of a condition", "feature = \"v2-assets\", ", ""),
    ("a field of a shared type", "asset_provider: \"assetProvider\"", "asset_provider: \"provider\""),
];

const VERSION: &[(&str, &str, &str)] = &[
    (
        "the feature of a module",
        "#[cfg(feature = \"v2-assets\")]\npub mod assets",
        "#[cfg(feature = \"v2-asset\")]\npub mod assets",
    ),
    ("the feature of a method", "#[cfg(feature = \"v2-assets\")]\n    pub fn assets", "pub fn assets"),
    ("the handle of an area", "assets::AssetsApi<A> {", "assets::AssetApi<A> {"),
    ("the metadata of an area is not listed", "assets::meta::ALL,", ""),
];

/// The page about what one file says: with the files that it is read together with, and without the rest.
fn page_of(texts: &Texts, file: In) -> String {
    page::area(&match file {
        In::Types => Texts { types: texts.types.clone(), ..Texts::default() },
        _ => Texts { types: String::new(), ..texts.clone() },
    })
}

fn unseen(texts: &Texts, changes: &[Change]) -> Vec<String> {
    let unseen = changes.iter().filter_map(|Change(what, file, from, to)| {
        let mut changed = texts.clone();
        let text = file.of(&mut changed);
        if !text.contains(from) {
            return Some(format!("{what}: {from:?} does not occur in {file:?}"));
        }
        *text = text.replacen(from, to, 1);
        (page_of(&changed, *file) == page_of(texts, *file)).then(|| format!("{what}: no page shows it"))
    });
    unseen.collect()
}

#[test]
fn a_page_shows_every_kind_of_change() {
    let in_areas = CHANGES.iter().flat_map(|(version, area, changes)| unseen(&texts(*version, area), changes));
    let mut missed: Vec<String> = in_areas.collect();
    let plain = |(what, from, to): &(&str, &str, &str), text: &str, page: &dyn Fn(&str) -> String| {
        if !text.contains(from) {
            return Some(format!("{what}: {from:?} does not occur"));
        }
        (page(&text.replacen(from, to, 1)) == page(text)).then(|| format!("{what}: no page shows it"))
    };
    let (shared, module, ids) = (
        generated(ApiVersion::V2, "shared.rs"),
        generated(ApiVersion::V2, "mod.rs"),
        generated(ApiVersion::V2, "ids.rs"),
    );
    let names = read("../openapi/v2/names.yaml");
    missed.extend(SHARED.iter().filter_map(|change| plain(change, &shared, &page::shared)));
    missed
        .extend(VERSION.iter().filter_map(|change| plain(change, &module, &|text| page::version(text, &ids, &names))));
    let id = ("what an identifier identifies", "ControlId = Control,", "ControlId = Policy,");
    missed.extend(plain(&id, &ids, &|text| page::version(&module, text, &names)));
    let collection = ("the collection of an identifier", "/assets: AssetId", "/things: AssetId");
    missed.extend(plain(&collection, &names, &|text| page::version(&module, &ids, text)));
    let gone = ("an identifier is gone", "    /// Identifies an asset.\n    AssetId = Asset,\n", "");
    missed.extend(plain(&gone, &ids, &|text| page::version(&module, text, &names)));
    assert_eq!(page::version(&module, &ids, &names), whole(ApiVersion::V2));
    assert!(missed.is_empty(), "{} changes are not seen:\n{}", missed.len(), missed.join("\n"));
}

/// Also the order of an enumeration's values, wherever in it two change places.
#[test]
fn a_page_shows_a_swap_in_a_long_enumeration() {
    let texts = texts(ApiVersion::V1, "frameworks");
    let page = page_of(&texts, In::Types);
    let lines: Vec<&str> = texts.types.lines().collect();
    let is_value = |line: &str| line.starts_with("    ") && line.contains(" = \"") && line.ends_with("\",");
    let pairs: Vec<usize> =
        (0..lines.len() - 1).filter(|index| is_value(lines[*index]) && is_value(lines[index + 1])).collect();
    assert!(pairs.len() > 300, "only {} pairs: no long enumeration", pairs.len());
    for index in pairs.iter().copied().step_by(29) {
        let (name, wire) = lines[index].split_once(" = ").unwrap();
        let (other, theirs) = lines[index + 1].split_once(" = ").unwrap();
        // Two values change places, and two values exchange what they are on the wire.
        let crossed = (format!("{name} = {theirs}"), format!("{other} = {wire}"));
        for (first, second) in [(lines[index + 1], lines[index]), (crossed.0.as_str(), crossed.1.as_str())] {
            let mut swapped = lines.clone();
            (swapped[index], swapped[index + 1]) = (first, second);
            let changed = Texts { types: swapped.join("\n"), ..Texts::default() };
            assert!(page_of(&changed, In::Types) != page, "{first:?} and {second:?} are unseen");
        }
    }
}

/// Whatever is a literal in the generated code reaches a user or the wire: each is changed, one at a time.
#[test]
fn a_page_shows_every_literal() {
    let mut missed = Vec::new();
    let mut count = 0;
    for (version, area) in AREAS {
        // As tokens and back, so that a page differs for the literal alone.
        let mut texts = texts(version, area);
        let before = page::area(&texts);
        for file in In::ALL {
            let text = file.of(&mut texts);
            *text = text.parse::<TokenStream>().unwrap().to_string();
        }
        assert_eq!(page::area(&texts), before);
        for file in In::ALL {
            let page = page_of(&texts, file);
            let tokens: TokenStream = file.of(&mut texts.clone()).parse().unwrap();
            for index in 0.. {
                let mut left = Ok(index);
                let mut other = texts.clone();
                *file.of(&mut other) = with_other_literal(tokens.clone(), &mut left).to_string();
                let Err(literal) = left else { break };
                count += 1;
                if page_of(&other, file) == page {
                    missed.push(format!("{version} {area} {file:?}: literal {index}, {literal}"));
                }
            }
        }
    }
    assert!(count > 200, "only {count} literals");
    assert!(missed.is_empty(), "{} of {count} literals are on no page:\n{}", missed.len(), missed.join("\n"));
}

/// The tokens with one literal changed: that which `left` counts down to, which then holds the literal. Documentation is left
/// out: of it, a page shows the first sentence.
fn with_other_literal(tokens: TokenStream, left: &mut Result<usize, String>) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        let documents = matches!(out.as_slice(), [.., TokenTree::Ident(doc), TokenTree::Punct(_)] if *doc == "doc");
        out.push(match tree {
            TokenTree::Group(group) => Group::new(group.delimiter(), with_other_literal(group.stream(), left)).into(),
            TokenTree::Literal(literal) if !documents => match left {
                Ok(0) => {
                    *left = Err(literal.to_string());
                    other(&literal).into()
                }
                Ok(index) => {
                    *index -= 1;
                    literal.into()
                }
                Err(_) => literal.into(),
            },
            other => other,
        });
    }
    out.into_iter().collect()
}

/// A literal of the same kind that is not the same.
fn other(literal: &Literal) -> Literal {
    let text = literal.to_string();
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(string) => Literal::string(&format!("{string}x")),
        None => match text.parse::<u64>() {
            Ok(number) => Literal::u64_unsuffixed(number + 1),
            Err(_) => Literal::f64_unsuffixed(text.parse::<f64>().expect("a number") + 1.0),
        },
    }
}
