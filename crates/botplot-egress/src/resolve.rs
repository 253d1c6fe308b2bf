//! Names to vetted addresses: the client connects only to what this hands out, so a name that changes its
//! address between check and connection (DNS rebinding) gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::Allow;
use crate::vet::{self, Reach};

/// The addresses of a host name, being looked up.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where host names are looked up: the system, or what a test says.
pub trait Lookup: Send + Sync + 'static {
    /// Looks up all addresses of `host`.
    fn addresses(&self, host: &str) -> Looking;
}

/// The operating system's resolver.
pub(crate) struct System;

impl Lookup for System {
    fn addresses(&self, host: &str) -> Looking {
        let host = host.to_string();
        Box::pin(
            async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|a| a.ip()).collect()) },
        )
    }
}

/// Why no address was handed out; found again in the client's error by its type.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAddress {
    /// The address rules forbid every address of the name.
    #[error("{0}")]
    Refused(String),
    /// The name has no address.
    #[error("{0}")]
    Unknown(String),
}

/// A resolver for one [`Reach`], handed to the HTTP client.
pub(crate) struct Vetting {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) allow: Arc<[Allow]>,
    pub(crate) reach: Reach,
}

impl Resolve for Vetting {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_string();
        let looking = self.lookup.addresses(&host);
        let (allow, reach) = (Arc::clone(&self.allow), self.reach);
        Box::pin(async move {
            let found = match looking.await {
                Ok(found) if !found.is_empty() => found,
                Ok(_) => return Err(NoAddress::Unknown(format!("`{host}` has no address")).into()),
                Err(e) => return Err(NoAddress::Unknown(format!("`{host}` has no address ({e})")).into()),
            };
            let vetted = vet::addresses(&host, found, reach, &allow).map_err(NoAddress::Refused)?;
            let addresses: Addrs = Box::new(vetted.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
