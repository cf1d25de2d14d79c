//! The types that a surface is made of.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{GenericArgument, PathArguments, Type};

use crate::generate::UPLOAD;

/// A type of a field, a parameter, a body or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Bool,
    Int,
    Float,
    Text,
    Time,
    File,
    Json,
    Object,
    Named(String),
    /// A list in a request.
    Vec(Box<Ty>),
    /// A list in an answer, tolerant of bad items.
    List(Box<Ty>),
    Map(Box<Ty>),
    Option(Box<Ty>),
    Patch(Box<Ty>),
    Boxed(Box<Ty>),
}

impl Ty {
    /// Reads a type that progenitor wrote; `None` when it is one that no rule knows.
    pub(crate) fn parse(ty: &Type) -> Option<Self> {
        let path = match ty {
            Type::Path(path) => &path.path,
            Type::Reference(reference) => return Self::parse(&reference.elem),
            _ => return None,
        };
        let last = path.segments.last()?;
        let inner: Vec<Self> = match &last.arguments {
            PathArguments::AngleBracketed(arguments) => arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    GenericArgument::Type(inner) => Some(Self::parse(inner)),
                    _ => None,
                })
                .collect::<Option<_>>()?,
            _ => Vec::new(),
        };
        let first = || inner.first().cloned().map(Box::new);
        Some(match last.ident.to_string().as_str() {
            "bool" => Self::Bool,
            "i64" => Self::Int,
            "f64" => Self::Float,
            "str" | "String" => Self::Text,
            "DateTime" => Self::Time,
            "Utc" => Self::Json,
            "Value" => Self::Json,
            "Vec" => Self::Vec(first()?),
            "Option" => Self::Option(first()?),
            "Box" => Self::Boxed(first()?),
            "Map" => Self::Object,
            "HashMap" => Self::Map(Box::new(inner.get(1)?.clone())),
            UPLOAD => Self::File,
            name => Self::Named(name.to_owned()),
        })
    }

    /// The same type with `Option` around it, once.
    pub(crate) fn optional(self) -> Self {
        match self {
            Self::Option(_) => self,
            other => Self::Option(Box::new(other)),
        }
    }

    /// The type within `Option` or `Patch`.
    pub(crate) fn present(&self) -> &Self {
        match self {
            Self::Option(inner) | Self::Patch(inner) => inner,
            other => other,
        }
    }

    /// The type without `Box`.
    pub(crate) fn unboxed(&self) -> &Self {
        match self {
            Self::Boxed(inner) => inner,
            other => other,
        }
    }

    /// The same type, every list of it tolerant.
    pub(crate) fn tolerant(self) -> Self {
        self.map(&|ty| match ty {
            Self::Vec(inner) => Self::List(inner),
            other => other,
        })
    }

    fn map(self, change: &impl Fn(Self) -> Self) -> Self {
        let inner = |ty: Box<Self>| Box::new(ty.map(change));
        change(match self {
            Self::Vec(ty) => Self::Vec(inner(ty)),
            Self::List(ty) => Self::List(inner(ty)),
            Self::Map(ty) => Self::Map(inner(ty)),
            Self::Option(ty) => Self::Option(inner(ty)),
            Self::Patch(ty) => Self::Patch(inner(ty)),
            Self::Boxed(ty) => Self::Boxed(inner(ty)),
            other => other,
        })
    }

    /// The type that is named within, if one is.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Vec(inner)
            | Self::List(inner)
            | Self::Map(inner)
            | Self::Option(inner)
            | Self::Patch(inner)
            | Self::Boxed(inner) => inner.named(),
            _ => None,
        }
    }

    /// Adds the names within to `names`.
    pub(crate) fn collect(&self, names: &mut BTreeSet<String>) {
        names.extend(self.named().map(str::to_owned));
    }

    /// The type as it stands in generated code.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Bool => quote!(bool),
            Self::Int => quote!(i64),
            Self::Float => quote!(f64),
            Self::Text => quote!(String),
            Self::Time => quote!(Timestamp),
            Self::File => quote!(Upload),
            Self::Json => quote!(Value),
            Self::Object => quote!(Map<String, Value>),
            Self::Named(name) => {
                let name = format_ident!("{name}");
                quote!(#name)
            }
            Self::Vec(inner) => {
                let inner = inner.tokens();
                quote!(Vec<#inner>)
            }
            Self::List(inner) => {
                let inner = inner.tokens();
                quote!(List<#inner>)
            }
            Self::Map(inner) => {
                let inner = inner.tokens();
                quote!(BTreeMap<String, #inner>)
            }
            Self::Option(inner) => {
                let inner = inner.tokens();
                quote!(Option<#inner>)
            }
            Self::Patch(inner) => {
                let inner = inner.tokens();
                quote!(Patch<#inner>)
            }
            Self::Boxed(inner) => {
                let inner = inner.tokens();
                quote!(Box<#inner>)
            }
        }
    }
}
