//! How the sources lie: files of a size that a person reads, and imports that go one way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ItemUse, UseTree, Visibility};

use crate::support::real;

/// Sources written by hand.
const SOURCES: [&str; 6] = [
    "crates/drata-api/src",
    "crates/drata-cli/src",
    "crates/drata-contract/src",
    "crates/drata-ext/src",
    "crates/drata-sandbox/src",
    "xtask/src",
];

/// Generated within them.
const GENERATED: [&str; 2] = ["crates/drata-api/src/v1", "crates/drata-api/src/v2"];

const MOST_LINES: usize = 400;

#[test]
fn no_two_modules_import_each_other() {
    let circles: Vec<String> = SOURCES.iter().flat_map(|source| Sources::read(source).circles()).collect();
    assert!(circles.is_empty(), "imports go in a circle:\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_also_through_a_face_and_from_a_child() {
    let sources = |files: [(&str, &str); 4]| Sources {
        files: files.into_iter().map(|(name, code)| (path(name), File::parse(code))).collect(),
    };
    let lib = "mod left; mod right; pub use left::Left; fn start() { right::go() }";
    let circles = |left, inner| {
        let right = ("right", "use crate::Left; pub fn go() {} #[cfg(test)] mod tests { use crate::nothing; }");
        sources([("", lib), ("left", left), ("left::inner", inner), right]).circles()
    };
    assert_eq!(circles("mod inner; pub struct Left;", "pub fn one() {}"), Vec::<String>::new());
    assert_eq!(circles("pub struct Left; fn turn() { super::right::go() }", ""), ["left → right → left"]);
    assert_eq!(
        circles("mod inner; pub struct Left(inner::One);", "pub struct One(super::Left);"),
        ["left → left::inner → left"]
    );
}

#[test]
fn a_source_is_no_longer_than_a_person_reads() {
    let mut long = Vec::new();
    for file in SOURCES.iter().flat_map(|source| sources_of(&real(source))) {
        let text = std::fs::read_to_string(&file).unwrap();
        let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().count();
        if own > MOST_LINES {
            long.push(format!("{}: {own} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "more than {MOST_LINES} lines without their tests:\n{}", long.join("\n"));
}

/// A module by the names that lead to it.
type Module = Vec<String>;

fn path(names: &str) -> Module {
    names.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn sources_of(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if GENERATED.iter().any(|generated| path.ends_with(generated)) {
            continue;
        }
        if path.is_dir() {
            found.extend(sources_of(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The sources of a crate.
struct Sources {
    files: BTreeMap<Module, File>,
}

/// What a file defines, and the paths that it names.
#[derive(Default)]
struct File {
    defines: BTreeSet<String>,
    /// What it hands on under a name of its own: the name, or `*`, and the path.
    hands_on: Vec<(String, Module)>,
    names: Vec<Module>,
}

impl Sources {
    fn read(source: &str) -> Self {
        let folder = real(source);
        let mut files = BTreeMap::new();
        for file in sources_of(&folder) {
            let relative = file.strip_prefix(&folder).unwrap().with_extension("");
            let mut module: Module = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                module.pop();
            }
            files.insert(module, File::parse(&std::fs::read_to_string(&file).unwrap()));
        }
        assert!(files.len() > 1, "{source} holds no modules");
        Self { files }
    }

    /// Every circle once, as the modules that it goes through.
    fn circles(&self) -> Vec<String> {
        let arrows: BTreeMap<&Module, BTreeSet<&Module>> =
            self.files.keys().map(|one| (one, self.arrows(one))).collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for start in self.files.keys() {
            if !seen.contains(start)
                && let Some(circle) = way_back(start, &arrows)
            {
                seen.extend(circle.iter().copied());
                found.push(circle.iter().map(|one| one.join("::")).collect::<Vec<_>>().join(" → "));
            }
        }
        found
    }

    /// The modules that a file takes something from. A parent that hands on what its children define takes nothing.
    fn arrows(&self, from: &Module) -> BTreeSet<&Module> {
        let names = self.files[from].names.iter();
        names.filter_map(|name| self.home(from, name, 0)).filter(|home| *home != from).collect()
    }

    /// Where what a path names is defined.
    fn home(&self, from: &Module, name: &[String], depth: usize) -> Option<&Module> {
        let mut at = from.clone();
        let mut rest = name;
        match rest.first().map(String::as_str)? {
            "crate" => (at, rest) = (Module::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            child => {
                let below: Module = at.iter().cloned().chain([child.to_owned()]).collect();
                self.files.get(&below)?;
            }
        }
        while let Some(part) = rest.first() {
            let below: Module = at.iter().cloned().chain([part.clone()]).collect();
            if !self.files.contains_key(&below) {
                break;
            }
            (at, rest) = (below, &rest[1..]);
        }
        let (place, file) = self.files.get_key_value(&at)?;
        if let Some(wanted) = rest.first().filter(|wanted| depth < 8 && !file.defines.contains(*wanted)) {
            for (name, path) in &file.hands_on {
                let mut path = path.clone();
                if name == "*" {
                    path.push(wanted.clone());
                } else if name != wanted {
                    continue;
                }
                if let Some(home) = self.home(place, &path, depth + 1) {
                    return Some(home);
                }
            }
        }
        // A path that ends at a parent names a module, not what it holds: `use crate::jobs;`.
        (!rest.is_empty() || !self.is_face(place)).then_some(place)
    }

    /// Whether a module defines nothing itself.
    fn is_face(&self, module: &Module) -> bool {
        self.files[module].defines.is_empty()
    }
}

/// The shortest way from a module to itself.
fn way_back<'a>(start: &'a Module, arrows: &BTreeMap<&'a Module, BTreeSet<&'a Module>>) -> Option<Vec<&'a Module>> {
    let mut ways = vec![vec![start]];
    let mut reached = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().into_iter().flat_map(|last| &arrows[last]) {
                let whole: Vec<&Module> = way.iter().copied().chain([*next]).collect();
                if *next == start {
                    return Some(whole);
                }
                if reached.insert(*next) {
                    longer.push(whole);
                }
            }
        }
        ways = longer;
    }
    None
}

impl File {
    fn parse(code: &str) -> Self {
        let mut file = Self::default();
        file.visit_file(&syn::parse_file(code).unwrap());
        file
    }

    /// Takes a tree of `use` apart.
    fn take(&mut self, tree: &UseTree, before: &[String], handed: bool) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Module>();
        let (name, path) = match tree {
            UseTree::Path(path) => return self.take(&path.tree, &with(&path.ident), handed),
            UseTree::Group(group) => return group.items.iter().for_each(|item| self.take(item, before, handed)),
            UseTree::Name(name) => (name.ident.to_string(), with(&name.ident)),
            UseTree::Rename(rename) => (rename.rename.to_string(), with(&rename.ident)),
            UseTree::Glob(_) => ("*".to_owned(), before.to_vec()),
        };
        self.hands_on.push((name, path.clone()));
        if !handed {
            self.names.push(path);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|one| {
        one.path().is_ident("test")
            || one.path().is_ident("cfg") && one.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

impl<'ast> Visit<'ast> for File {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item;
        let (attributes, name) = match item {
            Item::Fn(one) => (&one.attrs, Some(&one.sig.ident)),
            Item::Struct(one) => (&one.attrs, Some(&one.ident)),
            Item::Enum(one) => (&one.attrs, Some(&one.ident)),
            Item::Trait(one) => (&one.attrs, Some(&one.ident)),
            Item::Type(one) => (&one.attrs, Some(&one.ident)),
            Item::Const(one) => (&one.attrs, Some(&one.ident)),
            Item::Static(one) => (&one.attrs, Some(&one.ident)),
            Item::Macro(one) => (&one.attrs, one.ident.as_ref()),
            Item::Mod(one) => (&one.attrs, None),
            Item::Impl(one) => (&one.attrs, None),
            Item::Use(one) => (&one.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if is_test(attributes) {
            return;
        }
        self.defines.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.take(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 && path.leading_colon.is_none() {
            self.names.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}
