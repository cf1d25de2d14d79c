//! The metadata of each operation.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::code::Code;
use crate::document::{JSON, MULTIPART};
use crate::model::{Api, Area, Body, Operation};

pub(crate) fn file(api: &Api, area: &Area) -> Result<Code> {
    let all: Vec<_> = area.operations.iter().map(|operation| format_ident!("{}", operation.constant)).collect();
    let mut code = Code::new(&format!("The metadata of the operations of the area `{}`.", area.name));
    code.items(quote! {
        use http::Method;

        use crate::{ApiVersion, Idempotency, OperationMeta, Pagination};

        /// Every operation of the area.
        pub static ALL: &[&OperationMeta] = &[#(&#all),*];
    })?;
    for operation in &area.operations {
        code.items(one(api, area, operation))?;
    }
    Ok(code)
}

fn one(api: &Api, area: &Area, operation: &Operation) -> TokenStream {
    let static_name = format_ident!("{}", operation.constant);
    let words = format!(" [`{}`](super::{}::{})", operation.name, area.handle, operation.name);
    let version = format_ident!("{}", api.version.name().to_uppercase());
    let method = format_ident!("{}", operation.method.to_uppercase());
    let meta = &operation.meta;
    let (id, path, area) = (&operation.id, &operation.path, &operation.area);
    let rust_path = api.rust_path(operation);
    let (permission, permission_name, beta) = (&meta.permission, &meta.permission_name, meta.beta);
    let entitlement = meta.entitlement.as_ref().map_or_else(|| quote!(None), |name| quote!(Some(#name)));
    let idempotency = format_ident!(
        "{}",
        match (operation.method.as_str(), meta.upsert) {
            ("get" | "head" | "options" | "trace", _) => "Safe",
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
    let bodies = operation.body.iter().map(|body| match body {
        Body::Json { .. } => JSON,
        Body::Form { .. } => MULTIPART,
        Body::Raw { media } => media.as_str(),
    });
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
