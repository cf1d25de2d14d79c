//! The folder of a version: its areas, the types they share, and the handle they are reached through.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use heck::ToUpperCamelCase as _;
use quote::{format_ident, quote};

use super::code::Code;
use super::{area, docs, types};
use crate::files::Output;
use crate::names;
use crate::surface::{Kind, Surface, TypeDef};

pub(crate) fn folder(surface: &Surface) -> PathBuf {
    PathBuf::from("crates/drata-api/src").join(surface.version.name())
}

pub(crate) fn emit(surface: &Surface, output: &mut Output) -> Result<()> {
    let folder = folder(surface);
    output.own(&folder);
    let shared: Vec<&TypeDef> = surface.types.values().filter(|def| def.areas.len() > 1).collect();
    let lost: Vec<&str> =
        surface.types.values().filter(|def| def.areas.is_empty()).map(|def| def.name.as_str()).collect();
    // The completeness guard: whatever is left by now is reached by an operation, and so has an area.
    ensure!(lost.is_empty(), "types that no area holds: {}", lost.join(", "));

    for one in &surface.areas {
        area::emit(surface, one, &folder.join(&one.name), output)?;
    }
    if !shared.is_empty() {
        let path = folder.join("shared.rs");
        let mut code = Code::new("Types where areas meet. Each area re-exports those that it uses.");
        types::emit(&mut code, surface, &shared, true)?;
        output.add(path.clone(), code.finish(&path)?);
    }
    output.add(folder.join("mod.rs"), module(surface, !shared.is_empty())?);
    Ok(())
}

fn module(surface: &Surface, shared: bool) -> Result<String> {
    let version = surface.version.name();
    let handle = format_ident!("{}", version.to_upper_camel_case());
    let features: Vec<String> = surface.areas.iter().map(|area| names::feature(version, &area.name)).collect();
    let modules: Vec<_> = surface.areas.iter().map(|area| format_ident!("{}", area.name)).collect();
    let handles: Vec<_> = surface.areas.iter().map(|one| format_ident!("{}", area::handle(&one.name))).collect();
    let words: Vec<_> = surface.areas.iter().map(|area| docs::attributes(&area.doc)).collect();
    let shared = shared.then(|| {
        quote! {
            // Which of them an area re-exports depends on the features.
            #[allow(dead_code, unreachable_pub, unused_imports)]
            pub(crate) mod shared;
        }
    });
    let doc = format!(" The areas of {version}.");
    let mut code = Code::new(&format!("Version {} of the API, one module for each area.", &version[1..]));
    code.items(quote! {
        #(#[cfg(feature = #features)] pub mod #modules;)*
        #shared

        use crate::{Access, Client, OperationMeta, ReadWrite};

        #[doc = #doc]
        #[derive(Clone, Debug)]
        pub struct #handle<A: Access = ReadWrite> {
            client: Client<A>,
        }

        impl<A: Access> #handle<A> {
            /// The areas, reached through `client`.
            pub fn new(client: &Client<A>) -> Self {
                Self { client: client.clone() }
            }

            #(
                #words
                #[cfg(feature = #features)]
                pub fn #modules(&self) -> #modules::#handles<A> {
                    #modules::#handles::new(&self.client)
                }
            )*
        }

        /// Every operation of the areas that are compiled in.
        pub fn operations() -> impl Iterator<Item = &'static OperationMeta> {
            static AREAS: &[&[&OperationMeta]] = &[#(#[cfg(feature = #features)] #modules::meta::ALL,)*];
            AREAS.iter().flat_map(|area| area.iter().copied())
        }
    })?;
    code.finish(&folder(surface).join("mod.rs"))
}

/// The feature condition of a shared type; none for an enumeration that so many areas use that naming them all would say
/// less than nothing.
pub(crate) fn condition(surface: &Surface, def: &TypeDef) -> Option<String> {
    let common = matches!(def.kind, Kind::Enum(_)) && def.areas.len() * 3 > surface.areas.len();
    if common || def.areas.len() == surface.areas.len() {
        return None;
    }
    let features: Vec<String> = def
        .areas
        .iter()
        .map(|area| format!("feature = \"{}\"", names::feature(surface.version.name(), area)))
        .collect();
    Some(format!("#[cfg(any({}))]", features.join(", ")))
}
