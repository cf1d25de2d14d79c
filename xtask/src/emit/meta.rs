//! What is known of each operation before it is called.

use anyhow::Result;
use heck::ToShoutySnakeCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::area::handle;
use super::code::Code;
use crate::document::{JSON, MULTIPART};
use crate::surface::{Area, Operation, Surface};

/// The name of an operation's metadata.
pub(crate) fn name(operation: &Operation) -> String {
    operation.name.to_shouty_snake_case()
}

pub(crate) fn file(surface: &Surface, area: &Area) -> Result<Code> {
    let statics: Vec<TokenStream> = area.operations.iter().map(|operation| one(surface, area, operation)).collect();
    let all: Vec<_> = area.operations.iter().map(|operation| format_ident!("{}", name(operation))).collect();
    let mut code =
        Code::new(&format!("What is known of the operations of the area `{}` before they are called.", area.name));
    code.items(quote! {
        use http::Method;

        use crate::{ApiVersion, Idempotency, OperationMeta, Pagination};

        /// Every operation of the area.
        pub static ALL: &[&OperationMeta] = &[#(&#all),*];
    })?;
    for item in statics {
        code.items(item)?;
    }
    Ok(code)
}

fn one(surface: &Surface, area: &Area, operation: &Operation) -> TokenStream {
    let static_name = format_ident!("{}", name(operation));
    let words = format!(" [`{}`](super::{}::{})", operation.name, handle(&area.name), operation.name);
    let version = format_ident!("{}", surface.version.name().to_uppercase());
    let method = format_ident!("{}", operation.method.to_uppercase());
    let meta = &operation.meta;
    let (id, path, area) = (&operation.id, &operation.path, &operation.area);
    let rust_path = operation.rust_path(surface.version);
    let (permission, permission_name, beta) = (&meta.permission, &meta.permission_name, meta.beta);
    let entitlement = meta.entitlement.as_ref().map_or_else(|| quote!(None), |name| quote!(Some(#name)));
    let idempotency = format_ident!(
        "{}",
        match (operation.method.as_str(), meta.upsert) {
            ("get", _) => "Safe",
            ("put" | "delete", _) => "Idempotent",
            (_, true) => "Upsert",
            _ => "Unsafe",
        }
    );
    let pagination = match &operation.paging {
        None => quote!(Pagination::None),
        Some(paging) => {
            let most = proc_macro2::Literal::i64_unsuffixed(paging.max_size);
            if paging.by_cursor {
                let total = paging.counts;
                quote!(Pagination::Cursor { max_size: #most, total: #total })
            } else {
                let last = paging.max_page.map_or_else(
                    || quote!(None),
                    |last| {
                        let last = proc_macro2::Literal::i64_unsuffixed(last);
                        quote!(Some(#last))
                    },
                );
                quote!(Pagination::Number { max_limit: #most, max_page: #last })
            }
        }
    };
    let body = operation.body.as_ref().map(|body| if body.form { MULTIPART } else { JSON });
    let bodies = body.into_iter();
    let successes = meta.successes.iter().map(|(status, media)| {
        let status = proc_macro2::Literal::u64_unsuffixed(*status);
        quote!((#status, #media))
    });
    quote! {
        #[doc = #words]
        pub static #static_name: OperationMeta = OperationMeta {
            version: ApiVersion::#version,
            operation_id: #id,
            method: Method::#method,
            path: #path,
            area: #area,
            rust_path: #rust_path,
            permission: #permission,
            permission_name: #permission_name,
            entitlement: #entitlement,
            beta: #beta,
            idempotency: Idempotency::#idempotency,
            pagination: #pagination,
            request_bodies: &[#(#bodies),*],
            successes: &[#(#successes),*],
        };
    }
}
