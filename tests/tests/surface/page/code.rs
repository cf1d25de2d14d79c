//! Generated code as a person writes it, and the calls of its macros as data.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::{VisitMut, visit_expr_path_mut};
use syn::{
    Attribute, Expr, ExprLit, ExprPath, FnArg, Ident, ImplItemFn, Lit, LitStr, Meta, Pat, ReturnType, Token, Type,
};

/// Code without the paths that say where a type of ours stands, and without the spaces of tokens.
pub(crate) fn short(code: &impl ToTokens) -> String {
    const SPACED: [(&str, &str); 14] = [
        (" < ", "<"),
        (" >", ">"),
        ("< ", "<"),
        (" :: ", "::"),
        (":: ", "::"),
        (" , ", ", "),
        (" ,", ","),
        ("& ", "&"),
        ("[ ", "["),
        (" ]", "]"),
        (" . ", "."),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
    ];
    let tight =
        SPACED.iter().fold(code.to_token_stream().to_string(), |text, (spaced, tight)| text.replace(spaced, tight));
    let tight = tight.replace(",>", ">").replace(", }", " }").replace(" : ", ": ");
    ["v1::shared", "v1::ids", "v2::shared", "v2::ids"]
        .iter()
        .map(|module| format!("crate::{module}::"))
        .chain(
            ["super::", "crate::", "serde_json::", "std::collections::", "std::borrow::", "impl "].map(str::to_owned),
        )
        .fold(tight, |text, path| text.replace(&path, ""))
}

/// The text of the doc comments: a line a paragraph.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let mut paragraphs = vec![String::new()];
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let line = match &attribute.meta {
            Meta::NameValue(pair) => literal(&pair.value).unwrap_or_default(),
            other => short(other),
        };
        let last = paragraphs.last_mut().expect("there is always one");
        match line.trim() {
            "" => paragraphs.push(String::new()),
            line if last.is_empty() => last.push_str(line),
            line => *last += &format!(" {line}"),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n")
}

/// The first sentence of a text.
pub(crate) fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_inclusive(". ").next().unwrap_or_default().trim()
}

/// What the attributes say beside documentation and what is usual: conditions, deprecations, anything that is not known.
pub(crate) fn notes(attributes: &[Attribute], usual: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut missing: Vec<&str> = usual.to_vec();
    // Documentation is read elsewhere, and what a lint allows is nobody's business.
    for attribute in attributes.iter().filter(|one| !one.path().is_ident("doc") && !one.path().is_ident("allow")) {
        let text = short(&attribute.meta);
        if let Some(index) = missing.iter().position(|usual| *usual == text) {
            missing.remove(index);
        } else if attribute.path().is_ident("cfg") {
            found.push(features(&text));
        } else {
            found.push(text);
        }
    }
    found.extend(missing.iter().map(|missing| format!("not {missing}")));
    found
}

/// `cfg(any(feature = "a", feature = "b"))` as `if a, b`.
fn features(condition: &str) -> String {
    let bare = condition.replace("feature = ", "").replace('"', "");
    let list = bare.strip_prefix("cfg(any(").and_then(|rest| rest.strip_suffix("))"));
    format!(
        "if {}",
        list.or_else(|| bare.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')'))).unwrap_or(&bare)
    )
}

/// The string or the character of a literal.
pub(crate) fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Lit(ExprLit { lit: Lit::Char(one), .. }) => Some(one.value().to_string()),
        _ => None,
    }
}

/// A name, and the one on the wire beside it where they differ.
pub(crate) fn named(ident: &impl ToString, wire: &str) -> String {
    let ident = ident.to_string();
    if ident == wire { ident } else { format!("{ident} {wire:?}") }
}

/// The arguments of a function but for `self`: names and types.
pub(crate) fn arguments(function: &ImplItemFn) -> Vec<(String, String)> {
    let typed = function.sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let name = |pattern: &Pat| match pattern {
        Pat::Ident(pattern) => pattern.ident.to_string(),
        other => short(other),
    };
    typed.map(|typed| (name(&typed.pat), short(&*typed.ty))).collect()
}

pub(crate) fn returned(function: &ImplItemFn) -> String {
    match &function.sig.output {
        ReturnType::Type(_, ty) => short(&**ty),
        ReturnType::Default => "()".to_owned(),
    }
}

/// A chain of method calls, innermost first: what it begins with, and each method with its arguments.
pub(crate) fn chain(expression: &Expr) -> (&Expr, Vec<(String, Vec<&Expr>)>) {
    let mut calls = Vec::new();
    let mut inner = expression;
    while let Expr::MethodCall(call) = inner {
        calls.push((call.method.to_string(), call.args.iter().collect()));
        inner = &call.receiver;
    }
    calls.reverse();
    (inner, calls)
}

/// The limits of `crate::Limits::NONE.minimum(1.0)`, as `minimum 1`; `None` for what is none.
pub(crate) fn limits(expression: &Expr) -> Option<Vec<String>> {
    let (start, calls) = chain(expression);
    let is_none = short(start) == "Limits::NONE";
    is_none.then(|| {
        let one = |(name, values): &(String, Vec<&Expr>)| limit(name, &values.iter().map(short).collect::<String>());
        calls.iter().map(one).collect()
    })
}

/// A limit; whether a number is written with a fraction of zero says nothing.
pub(crate) fn limit(name: &str, value: &str) -> String {
    format!("{name} {}", value.strip_suffix(".0").unwrap_or(value))
}

/// The variables in an expression.
pub(crate) fn variables(expression: &Expr) -> Vec<String> {
    struct Found(Vec<String>);
    impl VisitMut for Found {
        fn visit_expr_path_mut(&mut self, path: &mut ExprPath) {
            self.0.extend(path.path.get_ident().map(ToString::to_string));
            visit_expr_path_mut(self, path);
        }
    }
    let mut found = Found(Vec::new());
    found.visit_expr_mut(&mut expression.clone());
    found.0
}

/// A call of `model!`, `request_model!` or `form_model!`.
pub(crate) struct Model {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<ModelField>,
    /// The rules about fields behind the braces, as sentences have them.
    pub(crate) rules: Vec<String>,
}

/// A field in such a call: its name in Rust, its name on the wire, and what stands behind: `null`, limits.
pub(crate) struct ModelField {
    pub(crate) ident: Ident,
    pub(crate) wire: String,
    pub(crate) notes: Vec<String>,
}

impl Parse for Model {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let body;
        syn::braced!(body in input);
        let fields = body.parse_terminated(ModelField::parse, Token![,])?.into_iter().collect();
        let mut rules = Vec::new();
        while input.peek(Ident::peek_any) {
            let rule = input.call(Ident::parse_any)?.to_string().replace('_', " ");
            let of;
            syn::parenthesized!(of in input);
            let of = of.parse_terminated(ModelField::parse, Token![,])?;
            let of: Vec<String> = of.into_iter().map(|field| field.wire).collect();
            rules.push(format!("{rule} {}", of.join(", ")));
        }
        Ok(Self { name, fields, rules })
    }
}

impl Parse for ModelField {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ident = input.call(Ident::parse_any)?;
        input.parse::<Token![:]>()?;
        let wire = input.parse::<LitStr>()?.value();
        let mut notes = Vec::new();
        while input.peek(Ident::peek_any) {
            notes.push(input.call(Ident::parse_any)?.to_string());
        }
        if input.peek(syn::token::Brace) {
            let body;
            syn::braced!(body in input);
            let limits = body.parse_terminated(
                |limit| {
                    let name = limit.call(Ident::parse_any)?;
                    limit.parse::<Token![:]>()?;
                    Ok((name, limit.parse::<Expr>()?))
                },
                Token![,],
            )?;
            notes.extend(limits.iter().map(|(name, value)| limit(&name.to_string(), &short(value))));
        }
        Ok(Self { ident, wire, notes })
    }
}

/// An enumeration in `open_enum!` or `id_forms!`: its type in brackets if it has one, names and values.
pub(crate) struct Enumeration {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) number: Option<Type>,
    pub(crate) values: Vec<Variant>,
}

/// A value of an enumeration.
pub(crate) struct Variant {
    pub(crate) notes: Vec<String>,
    pub(crate) name: Ident,
    pub(crate) wire: String,
}

impl Parse for Enumeration {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Token![pub]>()?;
        input.parse::<Token![enum]>()?;
        let name = input.parse()?;
        let number = if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            Some(inner.parse()?)
        } else {
            None
        };
        let body;
        syn::braced!(body in input);
        let values = body.parse_terminated(Variant::parse, Token![,])?.into_iter().collect();
        Ok(Self { attributes, name, number, values })
    }
}

impl Parse for Variant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let notes = notes(&input.call(Attribute::parse_outer)?, &[]);
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        Ok(Self { notes, name, wire: input.parse::<LitStr>()?.value() })
    }
}

/// The identifiers of `id_types!`: each with its docs, its name and what it identifies.
pub(crate) struct Ids(pub(crate) Vec<(Vec<Attribute>, Ident, Ident)>);

impl Parse for Ids {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let one = |input: ParseStream<'_>| {
            let attributes = input.call(Attribute::parse_outer)?;
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            Ok((attributes, name, input.parse()?))
        };
        Ok(Self(input.parse_terminated(one, Token![,])?.into_iter().collect()))
    }
}

/// The name of the macro that is called.
pub(crate) fn macro_name(item: &syn::ItemMacro) -> String {
    item.mac.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// What a macro is called with.
pub(crate) fn parsed<T: Parse>(tokens: &TokenStream) -> T {
    syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"))
}
