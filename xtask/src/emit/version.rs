//! The folder of a version: its areas, the types they share, its identifiers, and the handle they are reached through.

use std::path::PathBuf;

use anyhow::Result;
use quote::{format_ident, quote};

use super::code::Code;
use super::exercise::Samples;
use super::{area, docs, types};
use crate::files::Output;
use crate::model::{Api, TypeDef};
use crate::names::rules;

fn folder(api: &Api) -> PathBuf {
    PathBuf::from("crates/drata-api/src").join(&api.module)
}

pub(crate) fn emit(samples: &Samples<'_>, output: &mut Output) -> Result<()> {
    let api = samples.api;
    let folder = folder(api);
    output.own(&folder);
    for one in &api.areas {
        area::emit(samples, one, &folder.join(&one.name), output)?;
    }
    let shared: Vec<&TypeDef> = api.types.values().filter(|def| def.areas.len() > 1).collect();
    if !shared.is_empty() {
        let path = folder.join("shared.rs");
        let code =
            types::file("Types shared by several areas. Each area re-exports those that it uses.", api, &shared, true)?;
        output.add(path.clone(), code.finish(&path)?);
    }
    if !api.ids.is_empty() {
        output.add(folder.join("ids.rs"), ids(api));
    }
    output.add(folder.join("mod.rs"), module(api, !shared.is_empty())?);
    Ok(())
}

/// The types of identifiers.
fn ids(api: &Api) -> String {
    let mut code = Code::new("Identifiers, each of a type of its own. Each area re-exports those that it uses.");
    code.text("\ncrate::support::id::id_types! {\n");
    for id in api.ids.values() {
        let what = id.name.strip_suffix("Id").unwrap_or(&id.name);
        let article =
            if id.noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !id.noun.starts_with("us") { "an" } else { "a" };
        code.text(&format!("    /// Identifies {article} {}.\n    {} = {what},\n", id.noun, id.name));
    }
    code.text("}\n");
    code.text_only()
}

fn module(api: &Api, shared: bool) -> Result<String> {
    let handle = format_ident!("{}", rules::pascal(&api.module));
    let features: Vec<&str> = api.areas.iter().map(|area| area.feature.as_str()).collect();
    let modules: Vec<_> = api.areas.iter().map(|area| format_ident!("{}", area.name)).collect();
    let handles: Vec<_> = api.areas.iter().map(|area| format_ident!("{}", area.handle)).collect();
    let words: Vec<_> = api
        .areas
        .iter()
        .map(|area| {
            docs::attributes(&if area.doc.is_empty() {
                format!("The area `{}`.", area.name)
            } else {
                docs::linked(api, &area.doc)
            })
        })
        .collect();
    let shared = shared.then(|| {
        quote! {
            // Which of them an area re-exports depends on the features.
            #[allow(dead_code, unreachable_pub, unused_imports)]
            pub(crate) mod shared;
        }
    });
    let ids = (!api.ids.is_empty()).then(|| {
        quote!(
            pub mod ids;
        )
    });
    let doc = format!(" The areas of {}.", api.module);
    let mut code = Code::new(&format!("Version {} of the API, one module for each area.", &api.version.name()[1..]));
    code.items(quote! {
        #(#[cfg(feature = #features)] pub mod #modules;)*
        #ids
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
    code.finish(&folder(api).join("mod.rs"))
}
