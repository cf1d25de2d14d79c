//! TLS, with certificates that no machine trusts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use drata_ext::{Builder, Drata, RateLimiter, RetryPolicy};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use crate::operations::{CREATE, READ, call, error_of};
use crate::server::KEY;

const CA: &str = include_str!("tls/ca.pem");
const SERVER: &str = include_str!("tls/server.pem");
const CLIENT: &str = include_str!("tls/client.pem");

#[cfg(feature = "rustls")]
fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

#[cfg(not(feature = "rustls"))]
fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// Asks who connects for a certificate, and counts the connections.
async fn server() -> (Builder, Arc<AtomicUsize>, AbortOnDropHandle<()>) {
    let provider = Arc::new(provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CA.as_bytes()).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let certificate = CertificateDer::from_pem_slice(SERVER.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(SERVER.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                let response = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n7";
                let _ = stream.write_all(response).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    let builder = Drata::builder()
        .api_key(KEY)
        .base_url(format!("https://{address}/public"))
        .rate_limiter(RateLimiter::unlimited())
        .retry_policy(RetryPolicy::default().with_backoff(Duration::from_millis(1), Duration::from_millis(2)));
    (builder, connections, AbortOnDropHandle::new(task))
}

#[tokio::test]
async fn a_certificate_of_the_program_s_is_presented_and_one_of_its_authority_is_trusted() {
    let (builder, _, _server) = server().await;
    let drata = builder.root_certificates(CA).client_certificate(CLIENT).build().unwrap();
    for operation in [&READ, &CREATE] {
        assert_eq!(call(&drata, operation).receive::<i64>().await.unwrap(), 7);
    }
}

#[tokio::test]
async fn certificates_that_are_not_accepted_on_either_side_are_no_reason_to_try_again() {
    let (builder, connections, _server) = server().await;
    let nobody = builder.clone().root_certificates(CA).build().unwrap();
    let stranger = builder.client_certificate(CLIENT).build().unwrap();
    for drata in [&nobody, &stranger] {
        for operation in [&READ, &CREATE] {
            let before = connections.load(Ordering::Relaxed);
            let error = error_of(call(drata, operation)).await;
            assert!(error.is_connect() && error.attempts() == 1 && !error.outcome_unknown(), "{error} {error:?}");
            assert_eq!(connections.load(Ordering::Relaxed) - before, 1, "{error}");
        }
    }
}
