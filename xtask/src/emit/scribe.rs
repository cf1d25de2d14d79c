//! Types as they stand in generated code. Whatever is not of the same file is named by its whole path, so that no name of
//! the contract can clash with one of the runtime, and no file needs imports.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Api, Ty};

/// Where in the generated code a type is written.
pub(crate) enum At<'a> {
    /// In an area's module, which has its own types, the shared ones and identifiers in scope.
    Module,
    /// In a module below it.
    Below,
    /// In a file that declares these types.
    Declared(BTreeSet<&'a str>),
}

/// Writes types at one place.
pub(crate) struct Scribe<'a> {
    pub(crate) api: &'a Api,
    pub(crate) at: At<'a>,
}

impl<'a> Scribe<'a> {
    pub(crate) fn new(api: &'a Api, at: At<'a>) -> Self {
        Self { api, at }
    }

    /// The module of the version.
    pub(crate) fn version(&self) -> Ident {
        format_ident!("{}", self.api.module)
    }

    /// A named type of the contract.
    pub(crate) fn named(&self, name: &str) -> TokenStream {
        let (ident, version) = (format_ident!("{name}"), self.version());
        match &self.at {
            At::Module => quote!(#ident),
            At::Below => quote!(super::#ident),
            At::Declared(own) if own.contains(name) => quote!(#ident),
            At::Declared(_) => quote!(crate::#version::shared::#ident),
        }
    }

    fn id(&self, name: &str) -> TokenStream {
        let (ident, version) = (format_ident!("{name}"), self.version());
        match &self.at {
            At::Module => quote!(#ident),
            At::Below => quote!(super::#ident),
            At::Declared(_) => quote!(crate::#version::ids::#ident),
        }
    }

    pub(crate) fn ty(&self, ty: &Ty) -> TokenStream {
        let inner = |ty: &Ty| self.ty(ty);
        match ty {
            Ty::Bool => quote!(bool),
            Ty::Int => quote!(i64),
            Ty::Float => quote!(f64),
            Ty::Str => quote!(String),
            Ty::Time => quote!(crate::Timestamp),
            Ty::File => quote!(crate::Upload),
            Ty::Json => quote!(serde_json::Value),
            Ty::Object => quote!(serde_json::Map<String, serde_json::Value>),
            Ty::Named(name) => self.named(name),
            Ty::Id(name) => self.id(name),
            Ty::Vec(item) => {
                let item = inner(item);
                quote!(Vec<#item>)
            }
            Ty::List(item) => {
                let item = inner(item);
                quote!(crate::List<#item>)
            }
            Ty::Map(value) => {
                let value = inner(value);
                quote!(std::collections::BTreeMap<String, #value>)
            }
            Ty::Option(some) => {
                let some = inner(some);
                quote!(Option<#some>)
            }
            Ty::Patch(some) => {
                let some = inner(some);
                quote!(crate::Patch<#some>)
            }
            Ty::Boxed(boxed) => {
                let boxed = inner(boxed);
                quote!(Box<#boxed>)
            }
        }
    }
}
