//! The public surface of the generated crate, one line an item, and what changed in it.
//!
//! A type is listed where it is declared and once for every area that exports it, so that a type that only moves between
//! an area and the shared module changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use quote::ToTokens;
use syn::{ImplItem, Item, ItemEnum, ItemStruct, UseTree, Visibility};

use crate::files;

/// Where the generated code stands.
pub(crate) const FOLDER: &str = "crates/drata-api/src";

/// The surface: an item's path, and what is said of it.
pub(crate) type Lines = BTreeMap<String, String>;

/// What changed between two surfaces.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SurfaceChange {
    pub(crate) removed: Vec<String>,
    /// The item, what it was and what it is.
    pub(crate) changed: Vec<(String, String, String)>,
    pub(crate) added: Vec<String>,
}

impl SurfaceChange {
    pub(crate) fn between(old: &Lines, new: &Lines) -> Self {
        let changed = old.iter().filter_map(|(item, was)| {
            let is = new.get(item).filter(|is| *is != was)?;
            Some((item.clone(), was.clone(), is.clone()))
        });
        Self { removed: only_in(old, new), changed: changed.collect(), added: only_in(new, old) }
    }

    pub(crate) fn breaks(&self) -> bool {
        !self.removed.is_empty() || !self.changed.is_empty()
    }
}

/// The items of one surface that the other lacks. What goes or comes with its owner is not listed beside it.
fn only_in(these: &Lines, others: &Lines) -> Vec<String> {
    let lacks = |item: &str| these.contains_key(item) && !others.contains_key(item);
    these.keys().filter(|item| lacks(item) && !owner(item).is_some_and(lacks)).cloned().collect()
}

/// What an item belongs to: a field to its type, a method to its handle, all to their module.
fn owner(item: &str) -> Option<&str> {
    let separators = [" as ", ".", "::"];
    let (owner, _) = separators.iter().find_map(|separator| item.rsplit_once(separator))?;
    Some(owner)
}

/// The surface of the workspace whose root is `tree`.
pub(crate) fn of(tree: &Path, version: &str) -> Result<Lines> {
    let folder = tree.join(FOLDER).join(version);
    let mut lines = Lines::new();
    for path in files::below(&folder)? {
        let inner = path.strip_prefix(&folder).unwrap_or(&path).to_owned();
        read(version, &inner, &files::read(&path)?, &mut lines)?;
    }
    Ok(lines)
}

/// Adds the public items of one file.
fn read(version: &str, path: &Path, text: &str, lines: &mut Lines) -> Result<()> {
    let file = syn::parse_file(text).with_context(|| format!("{}: not Rust", path.display()))?;
    let module = path.with_extension("");
    let mut parts: Vec<String> = module.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.retain(|part| part != "mod");
    // Types are exported by the area, or by all the areas that share them.
    let types = parts.last().is_some_and(|last| last == "types" || last == "shared");
    if types {
        parts.pop();
    }
    let module = [vec![version.to_owned()], parts].concat().join("::");
    for item in &file.items {
        let (owner, exported) = match types {
            true => (version, (module != version).then_some(module.as_str())),
            false => (module.as_str(), None),
        };
        add(owner, exported, item, lines);
    }
    Ok(())
}

fn add(module: &str, exported: Option<&str>, item: &Item, lines: &mut Lines) {
    let mut put = |path: String, said: String| {
        lines.insert(path, said);
    };
    let mut export = |name: &str| {
        if let Some(area) = exported {
            put(format!("{area}::{name}"), "type".to_owned());
        }
    };
    match item {
        Item::Struct(item) if public(&item.vis) => {
            let name = item.ident.to_string();
            export(&name);
            put(format!("{module}::{name}"), format!("struct{}", tokens(&item.generics)));
            for field in item.fields.iter().filter(|field| public(&field.vis)) {
                if let Some(ident) = &field.ident {
                    put(format!("{module}::{name}.{ident}"), tokens(&field.ty));
                }
            }
        }
        Item::Macro(item) => {
            // Enumerations are declared through macros that take the declaration of one.
            if let Ok(item) = item.mac.parse_body::<ItemEnum>() {
                let name = item.ident.to_string();
                export(&name);
                put(format!("{module}::{name}"), "enum".to_owned());
                for variant in &item.variants {
                    let value = variant.discriminant.as_ref().map(|(_, value)| tokens(value)).unwrap_or_default();
                    put(format!("{module}::{name}::{}", variant.ident), value);
                }
            }
            // A builder is declared by its name and the kinds of its request and response.
            if let Ok(item) = item.mac.parse_body::<ItemStruct>() {
                put(format!("{module}::{}", item.ident), tokens(&item.fields));
            }
        }
        Item::Impl(item) => {
            let owner = tokens(&item.self_ty);
            let owner = owner.split('<').next().unwrap_or_default();
            if let Some((of, _)) = &item.trait_ {
                put(format!("{module}::{owner} as {}", tokens(of)), "implemented".to_owned());
                return;
            }
            for method in &item.items {
                if let ImplItem::Fn(method) = method
                    && public(&method.vis)
                {
                    let signature = tokens(&method.sig);
                    put(format!("{module}::{owner}::{}", method.sig.ident), signature);
                }
            }
        }
        Item::Fn(item) if public(&item.vis) => put(format!("{module}::{}", item.sig.ident), tokens(&item.sig)),
        Item::Static(item) if public(&item.vis) => put(format!("{module}::{}", item.ident), tokens(&item.ty)),
        Item::Mod(item) if public(&item.vis) => put(format!("{module}::{}", item.ident), "mod".to_owned()),
        Item::Use(item) if public(&item.vis) => {
            for name in used(&item.tree) {
                put(format!("{module}::{name}"), "type".to_owned());
            }
        }
        _ => {}
    }
}

/// The names that a `use` brings; of a glob, none.
fn used(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => used(&path.tree),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Group(group) => group.items.iter().flat_map(used).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The source of an item, close to how a person writes it.
fn tokens(item: &impl ToTokens) -> String {
    let mut text = item.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ;", ";"),
        (" <", "<"),
    ] {
        text = text.replace(from, to);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(files: &[(&str, &str)]) -> Lines {
        let mut lines = Lines::new();
        for (path, text) in files {
            read("v2", Path::new(path), text, &mut lines).unwrap();
        }
        lines
    }

    #[test]
    fn a_type_that_moves_to_the_shared_module_changes_nothing() {
        let own =
            lines(&[("roles/types.rs", "pub struct Role { pub id: i64 }"), ("roles/mod.rs", "pub use types::*;")]);
        let shared = lines(&[
            ("shared.rs", "pub struct Role { pub id: i64 }"),
            ("roles/mod.rs", "pub use crate::v2::shared::{Role};"),
        ]);
        assert_eq!(SurfaceChange::between(&own, &shared), SurfaceChange::default());
    }

    #[test]
    fn what_went_and_what_changed_breaks_and_what_came_does_not() {
        let old = lines(&[(
            "roles/types.rs",
            "pub struct Role { pub id: i64, pub name: String, secret: i64 } open_enum! { pub enum Kind { A = \"A\" } }",
        )]);
        let new = lines(&[(
            "roles/types.rs",
            "pub struct Role { pub id: Option<i64>, pub note: String } open_enum! { pub enum Kind { A = \"A\", B = \"B\" } }",
        )]);
        let change = SurfaceChange::between(&old, &new);
        assert!(change.breaks());
        assert_eq!(change.removed, ["v2::Role.name"]);
        assert_eq!(change.changed, [("v2::Role.id".to_owned(), "i64".to_owned(), "Option<i64>".to_owned())]);
        assert_eq!(change.added, ["v2::Kind::B", "v2::Role.note"]);
        assert!(!SurfaceChange::between(&new, &new).breaks());
        let gone = SurfaceChange::between(&new, &Lines::new());
        assert_eq!(
            gone.removed,
            ["v2::Kind", "v2::Role", "v2::roles::Kind", "v2::roles::Role"],
            "members go with their types"
        );
    }

    #[test]
    fn signatures_read_like_source() {
        let surface = lines(&[(
            "roles/mod.rs",
            "impl<A: Access> RolesApi<A> { pub fn get(&self, id: &str) -> builder::Get { todo } fn own() {} }",
        )]);
        assert_eq!(
            surface.into_iter().collect::<Vec<_>>(),
            [("v2::roles::RolesApi::get".to_owned(), "fn get(&self, id: &str) -> builder::Get".to_owned())]
        );
    }
}
