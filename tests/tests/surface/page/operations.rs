//! The operations of an area: the method, what its documentation and its metadata say, its setters, how it pages, and what
//! goes over the wire.

use std::collections::BTreeMap;

use syn::{Expr, ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct, Stmt, Visibility};

use super::code::{
    arguments, chain, docs, first_sentence, limits, literal, macro_name, named, notes, parsed, returned, short,
    variables,
};
use super::{Described, lines, list};

/// A builder: what it returns, its setters, and how it pages.
#[derive(Default)]
struct Builder<'a> {
    responses: Vec<String>,
    docs: String,
    setters: Vec<&'a ImplItemFn>,
    paging: Vec<String>,
}

/// A setter as what it does: the name on the wire, how it is written, limits.
struct Step {
    wire: String,
    how: String,
    rest: Vec<String>,
}

/// What the module of every area holds.
const USUAL: [&str; 4] = ["pub mod builder", "pub mod meta", "mod types", "types::*"];

pub(super) fn describe(
    module: &syn::File,
    builder: &syn::File,
    meta: &syn::File,
    requests: &BTreeMap<String, String>,
    described: &mut Described,
    out: &mut String,
) {
    let mut others: Vec<String> = Vec::new();
    let builders = builders(builder, &mut others);
    let metas = metas(meta, &mut others);
    let mut methods: Vec<(bool, &ImplItemFn)> = Vec::new();
    let mut exports = Vec::new();
    for item in &module.items {
        match item {
            Item::Use(item) => exports.push(short(item).replace(['{', '}'], "")),
            Item::Mod(item) => exports.push(format!("{} mod {}", short(&item.vis), item.ident)),
            Item::Impl(item) if item.trait_.is_none() => {
                let writes = item.generics.params.is_empty();
                let functions = item.items.iter().filter_map(|one| match one {
                    ImplItem::Fn(function) => Some(function),
                    _ => None,
                });
                methods.extend(functions.map(|function| (writes, function)));
            }
            Item::Struct(item) => {
                described.count("types", &item.attrs);
                let more: String =
                    notes(&item.attrs, &["derive(Clone, Debug)"]).iter().map(|note| format!("; {note}")).collect();
                others.push(format!("{} struct {}{}{more}", short(&item.vis), item.ident, short(&item.generics)));
            }
            other => others.push(short(other)),
        }
    }
    methods.sort_by_key(|(_, function)| function.sig.ident.to_string());
    for (writes, function) in methods {
        if matches!(function.vis, Visibility::Public(_)) {
            described.count("operations", &function.attrs);
            operation(writes, function, &builders, &metas, requests, described, out);
        } else {
            others.push(format!("{} {}", short(&function.vis), short(&function.sig)));
        }
    }
    for export in &exports {
        let names = export.trim_start_matches("pub use").trim_end_matches(';').split(',').map(str::trim);
        let names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        // What every area has.
        if !USUAL.contains(&names.join(", ").as_str()) {
            let own: String = names.join(", ");
            lines(out, "", &format!("exports {own}"));
        }
    }
    others.retain(|other| !other.starts_with("pub(in v") || !other.ends_with(") fn new(client: &Client<A>) -> Self"));
    others.iter().for_each(|other| lines(out, "", &format!("also: {other}")));
}

fn operation(
    writes: bool,
    function: &ImplItemFn,
    builders: &BTreeMap<String, Builder<'_>>,
    metas: &BTreeMap<String, BTreeMap<String, String>>,
    requests: &BTreeMap<String, String>,
    described: &mut Described,
    out: &mut String,
) {
    let name = function.sig.ident.to_string();
    let builds = returned(function).replace("builder::", "");
    let nothing = Builder::default();
    let builder = builders.get(&builds).unwrap_or(&nothing);
    let (steps, constant, late) = steps(function);
    // Arguments stand beside their names on the wire: in the path, or those of the setter that takes them.
    let wire = |argument: &str| {
        let path = steps.iter().find(|step| step.rest.iter().any(|one| one == argument) && !step.wire.is_empty());
        path.map(|step| step.wire.clone()).or_else(|| {
            let setter = builder
                .setters
                .iter()
                .find(|setter| setter.sig.ident == *argument && late.contains(&argument.to_owned()))?;
            step(setter).map(|step| step.wire)
        })
    };
    let arguments: Vec<String> = arguments(function)
        .into_iter()
        .map(|(argument, ty)| match wire(&argument) {
            Some(wire) => format!("{}: {ty}", named(&argument, &wire)),
            None => format!("{argument}: {ty}"),
        })
        .collect();
    let write = if writes { "write " } else { "" };
    lines(out, "", &format!("{write}fn {name}({}) -> {builds}", arguments.join(", ")));
    let said = docs(&function.attrs);
    lines(out, "    ", first_sentence(&said));
    if first_sentence(&builder.docs) != first_sentence(&said) {
        lines(out, "    ", &format!("builder: {}", first_sentence(&builder.docs)));
    }
    let facts: Vec<&str> = said.lines().skip(1).collect();
    facts.iter().filter(|line| !line.starts_with("[Reference]")).for_each(|line| lines(out, "    ", line));
    match metas.get(&constant) {
        Some(meta) => lines(out, "    ", &metadata(meta, &said, &name)),
        None => lines(out, "    ", &format!("no metadata {constant}")),
    }
    for note in notes(&function.attrs, &[]) {
        lines(out, "    ", &note);
    }
    for step in &steps {
        let usual = step.how == "path" && step.rest.len() == 1 || step.rest == [step.how.clone()];
        if !usual {
            lines(out, "    ", format!("{} {} {}", step.how, step.wire, step.rest.join(", ")).trim());
        }
    }
    for setter in &builder.setters {
        described.count("setters", &setter.attrs);
        let called = setter.sig.ident.to_string();
        let required = late.contains(&called);
        let public = matches!(setter.vis, Visibility::Public(_));
        let takes: Vec<String> = super::code::arguments(setter).into_iter().map(|(_, ty)| ty).collect();
        let step = step(setter);
        let mut line = match &step {
            Some(step) => format!("{}: {}", named(&called, &step.wire), takes.join(", ")),
            None => format!("{called}: {} {}", takes.join(", "), short(&setter.block)),
        };
        let mut more: Vec<String> = step.into_iter().flat_map(|step| [vec![step.how], step.rest].concat()).collect();
        more.retain(|one| *one != "query" && *one != called);
        more.extend(notes(&setter.attrs, &[]));
        more.extend((required == public).then(|| format!("visibility {:?}", short(&setter.vis))));
        more.extend((returned(setter) != "Self").then(|| format!("-> {}", returned(setter))));
        line += &more.iter().map(|one| format!(", {one}")).collect::<String>();
        lines(out, if required { "    required ." } else { "    ." }, &line);
    }
    builder.responses.iter().chain(&builder.paging).for_each(|line| lines(out, "    ", line));
    for line in requests.get(&name).map_or("no sample", String::as_str).lines().filter(|line| !line.is_empty()) {
        // Bodies are long; where they break says nothing.
        let parts: Vec<String> = line.split(',').map(str::to_owned).collect();
        list("  > ", &parts).iter().for_each(|line| out.push_str(&format!("{line}\n")));
    }
    out.push('\n');
}

/// What a method does: its steps, the metadata that it uses, and the setters that it calls.
fn steps(function: &ImplItemFn) -> (Vec<Step>, String, Vec<String>) {
    let Some(Stmt::Expr(body, _)) = function.block.stmts.last() else { return (Vec::new(), String::new(), Vec::new()) };
    let (new, late) = chain(body);
    let Expr::Call(new) = new else { return (Vec::new(), short(body), Vec::new()) };
    let Some(call) = new.args.first() else { return (Vec::new(), short(body), Vec::new()) };
    let (start, calls) = chain(call);
    let constant = short(start).rsplit_once("meta::").map(|(_, rest)| rest.trim_end_matches(')').to_owned());
    let steps = calls.iter().map(|(name, values)| called(name, values)).collect();
    // A setter is given the argument of its name.
    let late = late.into_iter().map(|(name, values)| {
        let given: Vec<String> = values.iter().flat_map(|value| variables(value)).collect();
        if given == [name.clone()] { name } else { format!("{name}({})", given.join(", ")) }
    });
    (steps, constant.unwrap_or_else(|| short(start)), late.collect())
}

/// The step that a setter takes on the call.
fn step(setter: &ImplItemFn) -> Option<Step> {
    let Some(Stmt::Expr(first, _)) = setter.block.stmts.first() else { return None };
    let (start, calls) = chain(first);
    let [(name, values)] = calls.as_slice() else { return None };
    (short(start) == "self.call").then(|| called(name, values))
}

/// A method of a call with its arguments: the first string is the name on the wire.
fn called(name: &str, values: &[&Expr]) -> Step {
    let mut step = Step { wire: String::new(), how: name.to_owned(), rest: Vec::new() };
    for value in values {
        if let Some(limits) = limits(value) {
            step.rest.extend(limits);
        } else if let Some(text) = literal(value) {
            if step.wire.is_empty() && name != "raw" {
                step.wire = text;
            } else {
                step.rest.push(format!("{text:?}"));
            }
        } else {
            step.rest.extend(variables(value).into_iter().filter(|name| name != "it"));
        }
    }
    step
}

/// What the metadata says beside the documentation, which is required to say the rest.
fn metadata(meta: &BTreeMap<String, String>, said: &str, name: &str) -> String {
    let value = |key: &str| meta.get(key).map_or("?", String::as_str);
    let mut facts = vec![value("idempotency").replace("Idempotency::", "").to_lowercase()];
    let version = value("version").replace("ApiVersion::", "").to_lowercase();
    let method = value("method").replace("Method::", "");
    let path = format!("`{method} {}`, {version}.", value("path"));
    facts.extend((!said.contains(&path)).then_some(path));
    let rust_path = format!("{version}::{}::{name}", value("area"));
    facts.extend((value("rust_path") != rust_path).then(|| format!("rust_path {}", value("rust_path"))));
    let reference = format!("/operation/{}/)", value("operation_id"));
    facts.extend((!said.contains(&reference)).then(|| format!("operation_id {}", value("operation_id"))));
    for (key, shown) in [
        ("permission", format!("`{}`", value("permission"))),
        ("permission_name", format!("**{}**", value("permission_name"))),
    ] {
        facts.extend((!said.contains(&shown)).then(|| format!("{key} {:?}", value(key))));
    }
    facts.push(match value("entitlement") {
        "None" => String::new(),
        some => format!("plan {some}"),
    });
    facts.push(if value("beta") == "false" { String::new() } else { format!("beta {}", value("beta")) });
    facts.push(match value("pagination") {
        "Pagination::None" => String::new(),
        paging => {
            paging
                .replace("Pagination::Cursor {", "pages by cursor:")
                .replace("Pagination::Number {", "pages by number:")
        }
        .trim_end_matches(['}', ' '])
        .to_owned(),
    });
    facts.push(match value("request_bodies") {
        "&[]" => String::new(),
        bodies => format!("takes {}", bare(bodies)),
    });
    facts.push(format!("returns {}", bare(value("successes"))));
    // Anything that this page does not know.
    const KNOWN: [&str; 14] = [
        "version",
        "operation_id",
        "method",
        "path",
        "area",
        "rust_path",
        "permission",
        "permission_name",
        "entitlement",
        "beta",
        "idempotency",
        "pagination",
        "request_bodies",
        "successes",
    ];
    facts.extend(
        meta.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str())).map(|(key, value)| format!("{key} {value}")),
    );
    facts.retain(|fact| !fact.is_empty());
    facts.join("; ")
}

/// A list of literals without what makes it one: `[(200, "text/csv"), (204, "")]` as `200 text/csv | 204`.
fn bare(list: &str) -> String {
    let items = list.trim_start_matches("&[").trim_end_matches(']').split("),");
    let bare =
        items.map(|item| item.replace(['(', ')', '"'], "").replace(", ", " ").trim_end_matches([',', ' ']).to_owned());
    bare.collect::<Vec<_>>().join(" | ")
}

/// The metadata by its static.
fn metas(file: &syn::File, others: &mut Vec<String>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut listed = String::new();
    for item in &file.items {
        match item {
            Item::Static(item) if item.ident == "ALL" => listed = short(&*item.expr),
            Item::Static(item) => {
                let Expr::Struct(value) = &*item.expr else {
                    others.push(short(item));
                    continue;
                };
                let fields = value.fields.iter().map(|field| {
                    let text = literal(&field.expr).unwrap_or_else(|| short(&field.expr));
                    (short(&field.member), text)
                });
                let link = docs(&item.attrs);
                let mut fields: BTreeMap<String, String> = fields.collect();
                let method = fields.get("rust_path").and_then(|path| path.rsplit("::").next()).unwrap_or_default();
                if !link.contains(&format!("`{method}`")) || !link.contains(&format!("::{method})")) {
                    fields.insert("docs".to_owned(), link);
                }
                found.insert(item.ident.to_string(), fields);
            }
            Item::Use(_) => {}
            other => others.push(short(other)),
        }
    }
    let mut all: Vec<String> = listed
        .trim_start_matches('&')
        .trim_matches(['[', ']'])
        .split(',')
        .map(|one| one.trim().trim_start_matches('&').to_owned())
        .collect();
    all.retain(|one| !one.is_empty());
    all.sort();
    if all != found.keys().cloned().collect::<Vec<_>>() {
        others.push(format!("of all metadata, only {} is listed", all.join(", ")));
    }
    found
}

fn builders<'a>(file: &'a syn::File, others: &mut Vec<String>) -> BTreeMap<String, Builder<'a>> {
    let mut found: BTreeMap<String, Builder<'a>> = BTreeMap::new();
    for item in &file.items {
        match item {
            Item::Macro(item) if macro_name(item) == "builder" => {
                let declared: ItemStruct = parsed(&item.mac.tokens);
                let kinds: Vec<String> = declared.fields.iter().map(|field| short(&field.ty)).collect();
                let builder = found.entry(declared.ident.to_string()).or_default();
                builder.docs = docs(&declared.attrs);
                builder.responses.push(format!("-> {}", kinds.join(" -> ")));
                builder.responses.extend(notes(&declared.attrs, &[]));
            }
            Item::Macro(item) if macro_name(item) == "media" => {
                let text = short(&item.mac.tokens);
                let (name, media) = text.split_once(" :").or_else(|| text.split_once(':')).unwrap_or((&text, ""));
                found.entry(name.trim().to_owned()).or_default().responses.push(format!("-> {}", media.trim()));
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let builder = found.entry(short(&*item.self_ty)).or_default();
                builder.setters.extend(item.items.iter().filter_map(|one| match one {
                    ImplItem::Fn(function) => Some(function),
                    _ => None,
                }));
            }
            Item::Impl(item) => found.entry(short(&*item.self_ty)).or_default().paging.extend(paging(item)),
            Item::Use(_) => {}
            other => others.push(short(other)),
        }
    }
    found
}

/// How a builder pages: what a page is, where its parts stand, and what identifies an item.
fn paging(item: &ItemImpl) -> Vec<String> {
    let mut parts = Vec::new();
    for one in &item.items {
        match one {
            ImplItem::Type(ty) => parts.push(format!("{} {}", ty.ident.to_string().to_lowercase(), short(&ty.ty))),
            ImplItem::Fn(function) if function.sig.ident == "split" => match function.block.stmts.as_slice() {
                [Stmt::Local(local), Stmt::Expr(Expr::Call(new), None)] => {
                    let init = local.init.as_ref().map(|init| short(&*init.expr)).unwrap_or_default();
                    let items: Vec<String> = new.args.iter().map(short).collect();
                    parts.push(format!("{} = {init}; {}({})", short(&local.pat), short(&new.func), items.join(", ")));
                }
                _ => parts.push(short(&function.block)),
            },
            ImplItem::Fn(function) => {
                let body: Vec<String> = function.block.stmts.iter().map(short).collect();
                parts.push(format!("{} {}", function.sig.ident, body.join(" ")));
            }
            other => parts.push(short(other)),
        }
    }
    let name = item.trait_.as_ref().map(|(path, _)| short(path)).unwrap_or_default();
    vec![format!("{name}: {}", parts.join("; ").replace("PageParts::new", "parts").replace("_item", "item"))]
}

/// The areas of a version: module, feature, handle, and what it holds.
pub(super) fn areas(file: &syn::File) -> String {
    let mut out = String::new();
    let mut modules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut others = Vec::new();
    for item in &file.items {
        match item {
            Item::Mod(item) => {
                let visibility = short(&item.vis);
                let mut said = notes(&item.attrs, &[]);
                said.extend((visibility != "pub").then_some(visibility));
                modules.entry(item.ident.to_string()).or_default().extend(said);
            }
            Item::Impl(item) => {
                for one in &item.items {
                    let ImplItem::Fn(function) = one else { continue };
                    let name = function.sig.ident.to_string();
                    let said = docs(&function.attrs);
                    let mut line = vec![returned(function).replace(&format!("{name}::"), "")];
                    line.extend(notes(&function.attrs, &[]));
                    line.push(first_sentence(&said).to_owned());
                    modules.entry(name).or_default().extend(line);
                }
            }
            Item::Fn(item) => {
                let body = short(&*item.block);
                let listed: Vec<&str> = body
                    .match_indices("::meta")
                    .filter_map(|(index, _)| body[..index].rsplit([' ', ',', '[', ']', '\n']).next())
                    .collect();
                others.push(format!("{} over {} areas: {}", short(&item.sig), listed.len(), listed.join(", ")));
            }
            Item::Use(_) => {}
            Item::Struct(item) => others.push(format!("struct {}{}", item.ident, short(&item.generics))),
            other => others.push(short(other)),
        }
    }
    for (name, mut said) in modules {
        // The module and the method that leads to it stand behind one condition.
        let condition = said.first().filter(|first| first.starts_with("if ")).cloned();
        match condition {
            Some(condition) if said.get(2) == Some(&condition) => drop(said.remove(2)),
            Some(_) if said.len() > 1 => said.push("the method stands behind another condition".to_owned()),
            _ => {}
        }
        lines(&mut out, "", &format!("{name}: {}", said.join("; ")));
    }
    others.iter().for_each(|other| lines(&mut out, "", &format!("also: {other}")));
    out
}
