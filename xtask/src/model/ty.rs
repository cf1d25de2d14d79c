//! The types that a model is made of.

use std::collections::BTreeSet;

/// A type of a field, a parameter, a body or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Bool,
    Int,
    Float,
    Str,
    Time,
    File,
    Json,
    Object,
    /// An identifier of a type of its own.
    Id(String),
    Named(String),
    /// A list in a request.
    Vec(Box<Ty>),
    /// A list in a response, tolerant of bad items.
    List(Box<Ty>),
    Map(Box<Ty>),
    Option(Box<Ty>),
    Patch(Box<Ty>),
    Boxed(Box<Ty>),
}

impl Ty {
    /// The same type with `Option` around it, once.
    #[must_use]
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

    /// What is within the type, whatever stands around it.
    pub(crate) fn innermost(&self) -> &Self {
        match self.inner() {
            Some(inner) => inner.innermost(),
            None => self,
        }
    }

    fn inner(&self) -> Option<&Self> {
        match self {
            Self::Vec(inner)
            | Self::List(inner)
            | Self::Map(inner)
            | Self::Option(inner)
            | Self::Patch(inner)
            | Self::Boxed(inner) => Some(inner),
            _ => None,
        }
    }

    /// The same type, every list of it tolerant.
    #[must_use]
    pub(crate) fn tolerant(self) -> Self {
        self.map(&|ty| match ty {
            Self::Vec(inner) => Self::List(inner),
            other => other,
        })
    }

    /// The same type with every part changed, the inner ones first.
    #[must_use]
    pub(crate) fn map(self, change: &impl Fn(Self) -> Self) -> Self {
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
        match self.innermost() {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }

    /// Adds the names within to `names`.
    pub(crate) fn collect(&self, names: &mut BTreeSet<String>) {
        names.extend(self.named().map(str::to_owned));
    }
}
