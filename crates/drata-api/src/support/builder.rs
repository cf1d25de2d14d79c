//! What generated builders have in common.

/// Defines the builder of an operation: `builder! { /// Docs. pub struct List(Json<RiskPage>); }`.
///
/// The brackets hold `Form` first if the request is a form, then the kind of response: `Json<T>`, `JsonOptional<T>` (a body is
/// documented, yet a write may come without), `Text<"media/type">`, `Binary<"media/type">` or `Nothing`. The contract decides
/// that; setters of the operation's own parameters stand in an `impl` beside it.
macro_rules! builder {
    ($(#[$doc:meta])* pub struct $name:ident(Form, $($response:tt)+);) => {
        $crate::support::builder::builder! { $(#[$doc])* pub struct $name($($response)+); }

        impl $name {
            /// Sends the parts called `from` under another name: for a service that expects another than the contract says.
            pub fn rename_part(mut self, from: &str, to: impl ::core::convert::Into<::std::string::String>) -> Self {
                self.call.rename_part(from, to);
                self
            }
        }
    };
    ($(#[$doc:meta])* pub struct $name:ident(Json<$body:ty>);) => {
        $crate::support::builder::builder! { @parts $(#[$doc])* $name => $body, receive_json() }
    };
    ($(#[$doc:meta])* pub struct $name:ident(JsonOptional<$body:ty>);) => {
        $crate::support::builder::builder! { @parts $(#[$doc])* $name => $body, receive_json() }

        impl $name {
            /// Sends the request; `None` when the service accepted it without returning the documented body.
            ///
            /// # Errors
            /// As [`send`](Self::send), but for the missing body.
            pub async fn send_optional(
                self,
            ) -> ::core::result::Result<::core::option::Option<$body>, $crate::Error> {
                ::core::result::Result::map(self.call.receive_optional().await, $crate::Response::into_body)
            }
        }
    };
    ($(#[$doc:meta])* pub struct $name:ident(Text<$media:literal>);) => {
        $crate::support::builder::builder! { @parts $(#[$doc])* $name => ::std::string::String, receive_text($media) }
    };
    ($(#[$doc:meta])* pub struct $name:ident(Binary<$media:literal>);) => {
        $crate::support::builder::builder! { @parts $(#[$doc])* $name => $crate::Bytes, receive_bytes($media) }
    };
    ($(#[$doc:meta])* pub struct $name:ident(Nothing);) => {
        $crate::support::builder::builder! { @parts $(#[$doc])* $name => (), receive_nothing() }
    };
    (@parts $(#[$doc:meta])* $name:ident => $body:ty, $receive:ident($($media:literal)?)) => {
        $(#[$doc])*
        ///
        /// `.await` sends it; so does [`send`](Self::send). [`Operation`](crate::Operation) has deadlines, attempts and what the
        /// contract does not know.
        #[derive(Clone)]
        #[must_use = "a request does nothing until it is sent or awaited"]
        pub struct $name {
            call: $crate::Call,
        }

        impl $name {
            pub(super) fn new(call: $crate::Call) -> Self {
                Self { call }
            }

            /// Sends the request and returns the body of the response.
            ///
            /// # Errors
            /// See [`Error`](crate::Error): the request breaks a rule of the contract, does not arrive, is rejected, or its
            /// response is not what the contract says.
            pub async fn send(self) -> ::core::result::Result<$body, $crate::Error> {
                ::core::result::Result::map(self.call.$receive($($media)?).await, $crate::Response::into_body)
            }

            /// Sends the request and returns the response with its status, headers and request id.
            ///
            /// # Errors
            /// As [`send`](Self::send).
            pub async fn send_response(self) -> ::core::result::Result<$crate::Response<$body>, $crate::Error> {
                self.call.$receive($($media)?).await
            }
        }

        impl ::core::future::IntoFuture for $name {
            type Output = ::core::result::Result<$body, $crate::Error>;
            type IntoFuture = ::core::pin::Pin<
                ::std::boxed::Box<dyn ::core::future::Future<Output = Self::Output> + ::core::marker::Send>,
            >;

            // Inline, so that the crate that awaits it compiles the decoder of this response, and no other crate does.
            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                ::std::boxed::Box::pin(self.send())
            }
        }

        impl $crate::support::operation::Built for $name {
            type Output = $body;

            fn call(&self) -> &$crate::Call {
                &self.call
            }

            fn call_mut(&mut self) -> &mut $crate::Call {
                &mut self.call
            }
        }

        /// The shape of the request, without the values in it.
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(::core::stringify!($name)).field(&self.call).finish()
            }
        }
    };
}
pub(crate) use builder;

/// Adds the methods of a response in a media type other than JSON: `media!(Get: "text/csv", send_for_csv, stream_csv)`, with
/// `binary` before the media type where it is read as bytes, or without the first of the methods where the builder's `send`
/// returns it already.
macro_rules! media {
    ($name:ident: $media:literal, $send:ident, $stream:ident) => {
        $crate::support::builder::media! {
            @send $name $media $send ::std::string::String, receive_text, "; and when the response is not UTF-8."
        }
        $crate::support::builder::media!($name: $media, $stream);
    };
    ($name:ident: binary $media:literal, $send:ident, $stream:ident) => {
        $crate::support::builder::media!(@send $name $media $send $crate::Bytes, receive_bytes, ".");
        $crate::support::builder::media!($name: $media, $stream);
    };
    (@send $name:ident $media:literal $send:ident $body:ty, $receive:ident, $fails:literal) => {
        impl $name {
            #[doc = ::core::concat!("Sends the request and reads the response as `", $media, "`.")]
            ///
            /// # Errors
            #[doc = ::core::concat!("As [`send`](Self::send)", $fails)]
            pub async fn $send(self) -> ::core::result::Result<$body, $crate::Error> {
                ::core::result::Result::map(self.call.$receive($media).await, $crate::Response::into_body)
            }
        }
    };
    ($name:ident: binary $media:literal, $stream:ident) => {
        $crate::support::builder::media!($name: $media, $stream);
    };
    ($name:ident: $media:literal, $stream:ident) => {
        impl $name {
            #[doc = ::core::concat!("Sends the request and streams the response as `", $media, "`.")]
            ///
            /// # Errors
            /// As [`send`](Self::send); the stream itself ends with an error when the response breaks off.
            pub async fn $stream(self) -> ::core::result::Result<$crate::ByteStream, $crate::Error> {
                self.call.receive_stream($media).await
            }
        }
    };
}
pub(crate) use media;

#[cfg(test)]
mod tests {
    // What it defines is used as far as the tests need it.
    #[allow(dead_code, unreachable_pub)]
    mod area {
        builder! {
            /// A download.
            pub struct Fetch(Binary<"application/pdf">);
        }

        builder! {
            /// A write.
            pub struct Write(Form, JsonOptional<i64>);
        }
        media!(Write: "text/csv", send_for_csv, stream_csv);
        media!(Write: binary "application/zip", send_for_zip, stream_zip);

        pub(super) fn fetch(call: crate::Call) -> Fetch {
            Fetch::new(call)
        }

        pub(super) fn write(call: crate::Call) -> Write {
            Write::new(call)
        }
    }

    use std::future::{IntoFuture, ready};
    use std::task::{Context, Poll, Waker};

    use http::{HeaderMap, HeaderValue, Method, StatusCode};

    use crate::{ApiVersion, Call, Client, Error, Request, Response, ResponseBody, SendFuture, Transport};

    /// Returns the same response to every request.
    #[derive(Debug)]
    struct Canned(u16, &'static str);

    impl Transport for Canned {
        fn send(&self, _: Request) -> SendFuture<'_> {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("x-request-id"),
                HeaderValue::from_static("r-1"),
            )]);
            let status = StatusCode::from_u16(self.0).unwrap();
            Box::pin(ready(Ok(Response::new(status, headers, ResponseBody::Buffered(self.1.into())))))
        }
    }

    fn call(body: &'static str) -> Call {
        let client = Client::new(Canned(201, body));
        Call::from_request(&client, Request::new(ApiVersion::V2, Method::POST, "/secret-path"))
    }

    fn now<T>(future: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, Error> {
        let mut future = std::pin::pin!(future.into_future());
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("nothing to wait for"),
        }
    }

    #[test]
    fn awaiting_a_builder_sends_it() {
        assert_eq!(now(area::write(call("7"))).unwrap(), 7);
        assert_eq!(now(area::write(call("7")).send()).unwrap(), 7);
        assert_eq!(now(area::fetch(call("%PDF"))).unwrap(), "%PDF");
    }

    #[test]
    fn a_write_without_its_documented_body_is_an_error_that_says_it_happened() {
        let error = now(area::write(call(" "))).unwrap_err();
        assert!(error.is_missing_body() && !error.is_decode(), "{error}");
        assert!(error.to_string().contains("so the write happened"), "{error}");
        assert_eq!(now(area::write(call("")).send_optional()).unwrap(), None);
        assert_eq!(now(area::write(call("3")).send_optional()).unwrap(), Some(3));
    }

    #[test]
    fn a_response_has_status_headers_and_request_id() {
        let response = now(area::write(call("7")).send_response()).unwrap();
        assert_eq!((response.status.as_u16(), response.request_id(), response.body), (201, Some("r-1"), 7));
        assert_eq!(now(area::write(call("a,b")).send_for_csv()).unwrap(), "a,b");
        assert_eq!(now(area::write(call("PK")).send_for_zip()).unwrap(), "PK");
    }

    #[test]
    fn debug_shows_shapes_and_no_contents() {
        let mut call = call("").json(&serde_json::json!({"ssn": "123-45-6789"}));
        call.query("email", "ada@example.com");
        let shown = format!("{:?}", area::write(call));
        assert!(!shown.contains("45-6789") && !shown.contains("ada@") && !shown.contains("secret"), "{shown}");
        assert!(shown.contains("email") && shown.contains("Json(21 bytes)"), "{shown}");
    }
}
