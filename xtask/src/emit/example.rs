//! The example on an area's page: a few lines that a program would begin with.
//!
//! An overlay may have one by hand. Otherwise the rule writes it: the plainest list, walked, with a field or two of each row;
//! else the plainest read; else the smallest write. The same lines are the documentation and the test: rustdoc compiles each and
//! runs it against the sandbox. One that cannot run as it is, such as where an identifier is no number, gets lines by hand.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::code::tokens;
use super::exercise::Samples;
use crate::model::{Api, Area, Kind, Operation, Param, ParamPlace, Ty};
use crate::names::rules;

/// The width that a chain of calls may take before it is broken.
const WIDTH: usize = 100;

/// What stands around every example without being shown: a client of a sandbox that has some of everything.
const BEFORE: &str = "\
# #[tokio::main(flavor = \"current_thread\")]
# async fn main() -> Result<(), Box<dyn std::error::Error>> {
# let sandbox = drata_sandbox::Sandbox::start().await?;
# let drata = drata_ext::Drata::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
";
const AFTER: &str = "# Ok(())\n# }\n";

/// The example as a block of a doc comment, without the comment's marks.
pub(super) fn block(samples: &Samples<'_>, area: &Area) -> String {
    let lines = match &area.example {
        Some(lines) => lines.clone(),
        None => written(samples, area),
    };
    let mut out = String::from("# Example\n\n```\n");
    // Attributes hold for the whole program, so they come before it.
    if area.operations.iter().any(|operation| operation.deprecated.is_some()) {
        out.push_str("# #![allow(deprecated)]\n");
    }
    out.push_str(BEFORE);
    out.push_str(&lines);
    out.push('\n');
    out.push_str(AFTER);
    out.push_str("```\n");
    out
}

/// The lines that the rule writes.
fn written(samples: &Samples<'_>, area: &Area) -> String {
    let api = samples.api;
    let plainest = |wanted: &dyn Fn(&Operation) -> bool| {
        area.operations.iter().filter(|one| wanted(one)).min_by_key(|one| {
            (
                one.deprecated.is_some(),
                one.json_alternative,
                one.name != "list",
                placeholders(one).count(),
                rules::need(&one.name),
            )
        })
    };
    let reads = |one: &Operation| {
        one.method == "get" && !one.params.iter().any(|param| param.required && param.place != ParamPlace::Path)
    };
    let chosen = plainest(&|one| reads(one) && one.paging.is_some())
        .or_else(|| plainest(&reads))
        .or_else(|| plainest(&|_| true));
    let Some(operation) = chosen else { return String::new() };

    let mut lines = Lines::default();
    let mut given = Vec::new();
    for (param, value) in samples.arguments(operation) {
        // The printer of tokens puts spaces where a person does not.
        let by_number = param.is_some_and(|param| matches!(kind(api, &param.ty), Some(Kind::Forms(Some(_), _))));
        let value = if by_number { "1".to_owned() } else { tokens(&value) };
        let value = value.replace(" (", "(").replace(" . ", ".");
        match param {
            // A number alone would not say what it identifies.
            Some(param) if param.place == ParamPlace::Path => {
                lines.push(&format!("let {} = {value};", param.ident));
                given.push(param.ident.clone());
            }
            _ => {
                lines.import(&format!("drata_ext::{}::{}::*", api.module, area.name));
                given.push(value);
            }
        }
    }
    let call = chain(api, operation, &given);
    let (many, one) = nouns(operation);
    match &operation.paging {
        Some(paging) => {
            lines.import("drata_ext::ListExt");
            lines.push(&call.binding(&format!("mut {many}"), ".stream()"));
            lines.push(&format!("while let Some({one}) = {many}.next().await {{"));
            lines.push(&format!("    let {one} = {one}?;"));
            lines.push(&format!("    {}", print(api, &paging.item, &one)));
            lines.push("}");
        }
        None => match &operation.response.json {
            Some(ty) => {
                lines.push(&call.binding(&one, ".await?"));
                lines.push(&print(api, ty, &one));
            }
            None => lines.push(&call.statement(".await?")),
        },
    }
    lines.text()
}

/// Imports and statements.
#[derive(Default)]
struct Lines {
    imports: BTreeSet<String>,
    statements: Vec<String>,
}

impl Lines {
    fn import(&mut self, path: &str) {
        self.imports.insert(path.to_owned());
    }

    fn push(&mut self, statement: &str) {
        self.statements.push(statement.to_owned());
    }

    fn text(self) -> String {
        let mut out = String::new();
        for path in &self.imports {
            let _ = writeln!(out, "use {path};");
        }
        if !self.imports.is_empty() {
            out.push('\n');
        }
        out + &self.statements.join("\n")
    }
}

fn placeholders(operation: &Operation) -> impl Iterator<Item = &Param> {
    operation.params.iter().filter(|param| param.place == ParamPlace::Path)
}

/// A call of an operation, not yet sent.
struct Chain {
    start: String,
    steps: Vec<String>,
}

fn chain(api: &Api, operation: &Operation, arguments: &[String]) -> Chain {
    Chain {
        start: "drata".to_owned(),
        steps: vec![
            format!(".{}()", api.module),
            format!(".{}()", operation.area),
            format!(".{}({})", operation.name, arguments.join(", ")),
        ],
    }
}

impl Chain {
    fn binding(&self, pattern: &str, last: &str) -> String {
        self.laid_out(&format!("let {pattern} = "), last)
    }

    fn statement(&self, last: &str) -> String {
        self.laid_out("", last)
    }

    fn laid_out(&self, before: &str, last: &str) -> String {
        let line = format!("{before}{}{}{last};", self.start, self.steps.concat());
        if line.chars().count() <= WIDTH {
            return line;
        }
        let steps: Vec<String> = self.steps.iter().map(|step| format!("    {step}")).collect();
        format!("{before}{}\n{}\n    {last};", self.start, steps.join("\n"))
    }
}

/// What to call the rows, and one of them: the last word that says what they are.
fn nouns(operation: &Operation) -> (String, String) {
    let said = operation
        .name
        .split('_')
        .skip(1)
        .take_while(|word| !["for", "by", "from", "with", "across"].contains(word))
        .last();
    let many = said.or_else(|| operation.area.rsplit('_').next()).unwrap_or("rows");
    let one = rules::singular(many);
    match rules::snake(&one) == one && one != many {
        true => (many.to_owned(), one),
        false if operation.paging.is_some() => ("rows".to_owned(), "row".to_owned()),
        // No name for a value: a word of the contract that is none in Rust.
        false if rules::snake(many) != many => ("value".to_owned(), "value".to_owned()),
        false => (many.to_owned(), many.to_owned()),
    }
}

/// What a named type is.
fn kind<'a>(api: &'a Api, ty: &Ty) -> Option<&'a Kind> {
    match ty.unboxed() {
        Ty::Named(name) => api.types.get(name).map(|def| &def.kind),
        _ => None,
    }
}

/// The line that shows a value: its identifier and what a person knows it by.
fn print(api: &Api, ty: &Ty, name: &str) -> String {
    const KNOWN_BY: [&str; 8] = ["name", "title", "description", "email", "question", "filename", "status", "type_"];
    let Some(Kind::Response(fields)) = kind(api, ty) else { return format!("println!(\"{{{name}:?}}\");") };
    let shown = |field: &&crate::model::Field| matches!(field.ty, Ty::Str | Ty::Int | Ty::Id(_) | Ty::Time);
    let is_enum = |ty: &Ty| matches!(kind(api, ty), Some(Kind::Enum(_)));
    let id = fields.iter().find(|field| field.ident == "id").filter(shown);
    let known = |ident: &str| fields.iter().find(|field| field.ident == ident && (shown(field) || is_enum(&field.ty)));
    let label = KNOWN_BY.iter().find_map(|ident| known(ident));
    let label = label.or_else(|| {
        fields
            .iter()
            .find(|field| field.ident != "id" && !field.deprecated && (field.ty == Ty::Str || is_enum(&field.ty)))
    });
    let label = label.or_else(|| fields.iter().find(|field| field.ident != "id" && !field.deprecated && shown(field)));
    let values: Vec<String> = id.into_iter().chain(label).map(|field| format!("{name}.{}", field.ident)).collect();
    match values.as_slice() {
        [] => format!("println!(\"{{{name}:?}}\");"),
        [one] => format!("println!(\"{{}}\", {one});"),
        [id, label, ..] => format!("println!(\"{{}} {{}}\", {id}, {label});"),
    }
}
