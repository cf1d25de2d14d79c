//! A page about an area, from the text of its generated files and of its sample requests.
//!
//! What is on a page is what a user can see or what goes over the wire, so that nothing of either changes unseen; what is
//! not understood is printed as it is.

mod code;
mod operations;
mod types;

use std::collections::BTreeMap;

use syn::{Attribute, Item};

use self::code::{Ids, docs, first_sentence, macro_name, notes, parsed, short};

const WIDTH: usize = 116;

/// The generated files of an area, and what its sample requests send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) module: String,
    pub(crate) builder: String,
    pub(crate) meta: String,
    pub(crate) types: String,
    /// The request of each method's sample, as it goes over the wire.
    pub(crate) requests: BTreeMap<String, String>,
}

/// How many items of each kind there are, and how many have a description.
#[derive(Debug, Default)]
struct Described(BTreeMap<&'static str, (usize, usize)>);

impl Described {
    fn count(&mut self, kind: &'static str, attributes: &[Attribute]) {
        let (described, all) = self.0.entry(kind).or_default();
        *described += usize::from(!docs(attributes).is_empty());
        *all += 1;
    }

    fn line(&self) -> String {
        let kinds = self.0.iter().map(|(kind, (described, all))| format!("{described} of {all} {kind}"));
        format!("described: {}\n", kinds.collect::<Vec<_>>().join(", "))
    }
}

/// The page about an area.
pub(crate) fn area(texts: &Texts) -> String {
    let (module, builder, meta, types) =
        (file(&texts.module), file(&texts.builder), file(&texts.meta), file(&texts.types));
    let mut described = Described::default();
    let mut out = String::new();
    operations::describe(&module, &builder, &meta, &texts.requests, &mut described, &mut out);
    types::describe(&types, &mut described, &mut out);
    let mut page = String::new();
    lines(&mut page, "", first_sentence(&docs(&module.attrs)));
    page + &described.line() + "\n" + &out
}

/// The page about the types that areas share.
pub(crate) fn shared(text: &str) -> String {
    let mut described = Described::default();
    let mut out = String::new();
    types::describe(&file(text), &mut described, &mut out);
    described.line() + "\n" + &out
}

/// The page about a version: its areas with their features, and its identifiers with the collections whose rows they name.
pub(crate) fn version(module: &str, ids: &str, names: &str) -> String {
    let mut out = operations::areas(&file(module));
    let collections = collections(names);
    out.push_str("\nidentifiers\n");
    for item in &file(ids).items {
        let Item::Macro(item) = item else {
            out.push_str(&format!("also: {}\n", short(item)));
            continue;
        };
        if macro_name(item) != "id_types" {
            out.push_str(&format!("also: {}\n", short(item)));
            continue;
        }
        let Ids(ids) = parsed(&item.mac.tokens);
        for (attributes, name, of) in ids {
            let paths = collections.get(&name.to_string()).map(|paths| paths.join(", ")).unwrap_or_default();
            let notes: String = notes(&attributes, &[]).iter().map(|note| format!("; {note}")).collect();
            let line = format!("{name} of {of}: {} {paths}{notes}", first_sentence(&docs(&attributes)));
            lines(&mut out, "    ", line.trim_end());
        }
    }
    out
}

/// The collections of each identifier, by the table of names.
fn collections(names: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let section = names.lines().skip_while(|line| *line != "ids:").skip(1).take_while(|line| line.starts_with(' '));
    for line in section {
        let (path, name) = line.trim().rsplit_once(": ").unwrap_or_else(|| panic!("{line:?} names nothing"));
        found.entry(name.to_owned()).or_default().push(path.trim_matches('"').to_owned());
    }
    found
}

fn file(text: &str) -> syn::File {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

/// Adds a text in lines of bearable width behind `lead`; the later ones are indented further.
fn lines(out: &mut String, lead: &str, text: &str) {
    let indent = " ".repeat(lead.len() - lead.trim_start().len());
    let mut line = lead.to_owned();
    let mut begins = true;
    for word in text.split(' ') {
        if !begins && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&format!("{line}\n"));
            line = format!("{indent}    {word}");
            continue;
        }
        if !begins {
            line.push(' ');
        }
        line.push_str(word);
        begins = false;
    }
    out.push_str(&format!("{line}\n"));
}

/// The items with commas between them, in as many lines as it takes.
fn list(indent: &str, items: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let item = if index + 1 < items.len() { format!("{item},") } else { item.clone() };
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + item.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(format!("{indent}{item}")),
        }
    }
    lines
}
