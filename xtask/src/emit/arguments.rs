//! What functions take for a type: convenient for the caller, plain in the signature.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::scribe::Scribe;
use crate::model::{Body, Kind, Limits, Ty};

/// Who takes the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    /// A method or a setter of a builder, which only looks at strings.
    Builder,
    /// A constructor or a setter of a request, which keeps them.
    Request,
}

/// What is declared for an argument of this type.
pub(crate) fn accepted(scribe: &Scribe<'_>, ty: &Ty, taker: Taker) -> TokenStream {
    let exact = scribe.ty(ty);
    match ty {
        Ty::Str if taker == Taker::Builder => quote!(&str),
        Ty::Str | Ty::Time | Ty::File | Ty::Json | Ty::Id(_) => quote!(impl Into<#exact>),
        Ty::Named(_) if taker == Taker::Builder => quote!(impl Into<#exact>),
        Ty::Vec(item) => {
            let item = match (&**item, taker) {
                (Ty::Str, Taker::Builder) => quote!(impl AsRef<str>),
                (Ty::Named(_), _) => scribe.ty(item),
                (item, _) => accepted(scribe, item, Taker::Request),
            };
            quote!(impl IntoIterator<Item = #item>)
        }
        _ => exact,
    }
}

/// How what was taken becomes the value: of exactly this type, or for a list in a builder what gives such values.
pub(crate) fn converted(scribe: &Scribe<'_>, ty: &Ty, value: TokenStream, taker: Taker) -> TokenStream {
    let exact = scribe.ty(ty);
    let one = |ty: &Ty, value: TokenStream| match ty {
        Ty::Str if taker == Taker::Builder => value,
        Ty::Str | Ty::Time | Ty::File | Ty::Json | Ty::Id(_) => {
            let exact = scribe.ty(ty);
            quote!(Into::<#exact>::into(#value))
        }
        Ty::Named(_) if taker == Taker::Builder => quote!(Into::<#exact>::into(#value)),
        _ => value,
    };
    match ty {
        Ty::Vec(item) => match (&**item, taker) {
            (Ty::Str, Taker::Builder) => quote!(#value.into_iter().map(|it| it.as_ref().to_owned())),
            (Ty::Time | Ty::File | Ty::Json | Ty::Id(_), Taker::Builder) => {
                let item = scribe.ty(item);
                quote!(#value.into_iter().map(Into::<#item>::into))
            }
            (Ty::Vec(_), Taker::Builder) => {
                let inner = converted(scribe, item, quote!(it), Taker::Request);
                quote!(#value.into_iter().map(|it| #inner))
            }
            (_, Taker::Builder) => quote!(#value),
            (Ty::Str | Ty::Time | Ty::File | Ty::Json | Ty::Id(_), Taker::Request) => {
                quote!(#value.into_iter().map(Into::into).collect())
            }
            (Ty::Vec(_), Taker::Request) => {
                let inner = converted(scribe, item, quote!(it), taker);
                quote!(#value.into_iter().map(|it| #inner).collect())
            }
            (_, Taker::Request) => quote!(#value.into_iter().collect()),
        },
        ty => one(ty, value),
    }
}

/// The argument of a request body, and the step that puts it into the call.
pub(crate) fn body(scribe: &Scribe<'_>, body: &Body) -> (TokenStream, TokenStream) {
    match body {
        Body::Raw { media } => (quote!(body: impl Into<crate::Bytes>), quote!(.raw(#media, body))),
        Body::Form { ty } => {
            let ty = scribe.ty(ty);
            (
                quote!(form: impl std::borrow::Borrow<#ty>),
                quote!(.form(Clone::clone(std::borrow::Borrow::<#ty>::borrow(&form)))),
            )
        }
        Body::Json { ty, limits } => {
            let limits = self::limits(limits);
            let exact = scribe.ty(ty);
            let (argument, value) = match ty {
                Ty::Vec(item) => {
                    let item = scribe.ty(item);
                    (quote!(impl AsRef<[#item]>), quote!(AsRef::<[#item]>::as_ref(&body)))
                }
                Ty::Str => (quote!(&str), quote!(body)),
                Ty::Named(name) if is_struct(scribe, name) => {
                    (quote!(impl std::borrow::Borrow<#exact>), quote!(std::borrow::Borrow::<#exact>::borrow(&body)))
                }
                Ty::Named(_) | Ty::Time | Ty::Json | Ty::Id(_) => {
                    (quote!(impl Into<#exact>), quote!(&Into::<#exact>::into(body)))
                }
                Ty::Bool | Ty::Int | Ty::Float => (exact, quote!(&body)),
                _ => (quote!(&#exact), quote!(body)),
            };
            (quote!(body: #argument), quote!(.body(#value, #limits)))
        }
    }
}

fn is_struct(scribe: &Scribe<'_>, name: &str) -> bool {
    scribe.api.types.get(name).is_some_and(|def| !matches!(def.kind, Kind::Enum(_) | Kind::Forms(..)))
}

/// The limits as an expression.
pub(crate) fn limits(limits: &Limits) -> TokenStream {
    if limits.is_empty() {
        return quote!(crate::Limits::NONE);
    }
    let steps = limits.0.iter().map(|(name, value)| {
        let (name, value) = (format_ident!("{name}"), limit(name, *value).parse::<TokenStream>().unwrap_or_default());
        quote!(.#name(#value))
    });
    quote!(crate::Limits::NONE #(#steps)*)
}

/// A limit as a literal: a count, or a number with a fraction.
pub(crate) fn limit(name: &str, value: f64) -> String {
    if name.starts_with("min_") || name.starts_with("max_") {
        // A count that is negative or has a fraction limits like the nearest one that is none.
        format!("{}", value.max(0.0).ceil() as u64)
    } else {
        format!("{value:?}")
    }
}
