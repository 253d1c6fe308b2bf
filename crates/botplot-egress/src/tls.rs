//! TLS for outgoing requests: rustls on ring, trusting the machine's certificate store.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::Error;

/// The machine's trusted roots, or Mozilla's list (compiled in) where the machine has none, as in a bare container.
pub(crate) fn config() -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted == 0 {
        tracing::debug!("no certificate store on this machine: taking the compiled-in one");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::Setup(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
