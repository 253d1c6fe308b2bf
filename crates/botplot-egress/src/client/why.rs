//! Why a connection gave no answer, in words for the owner of what was called.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};

/// What is said of an answer that ended early.
pub(super) const CUT: &str = "it closed the connection before its answer was complete";
const UNTRUSTED: &str =
    "its certificate is self-signed, or lacks the chain to an authority that this server trusts";

/// The innermost cause in plain words, or as it is told where nobody knows better.
pub(super) fn plain(error: &(dyn Error + 'static)) -> String {
    match tls_fault(error) {
        Some(fault) => tls(fault),
        None => io_words(&super::innermost(error)),
    }
}

/// The TLS library's own error, wherever it is wrapped; `io::Error` names the cause of what it wraps, not that itself.
fn tls_fault<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let wrapped = wrapped.and_then(|inner| tls_fault(inner as &'a (dyn Error + 'static)));
    wrapped.or_else(|| tls_fault(error.source()?))
}

fn tls(fault: &rustls::Error) -> String {
    match fault {
        rustls::Error::InvalidCertificate(fault) => certificate(fault),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            "it offers no TLS of version 1.2 or 1.3".into()
        }
        rustls::Error::AlertReceived(alert) => format!("it ended the TLS handshake ({alert:?})"),
        rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => {
            "what it says is no TLS: is `https` right for this port?".into()
        }
        other => format!("the TLS handshake failed ({other})"),
    }
}

fn certificate(fault: &CertificateError) -> String {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host name".into()
        }
        CertificateError::Revoked => "its certificate was revoked".into(),
        // The two after the first come of an authority that has the name of a trusted one, and not its key.
        CertificateError::UnknownIssuer
        | CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => UNTRUSTED.into(),
        // A self-signed certificate that says to be an authority's, as `openssl req -x509` makes it.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            UNTRUSTED.into()
        }
        other => format!("its certificate is not accepted ({other})"),
    }
}

fn io_words(text: &str) -> String {
    if text == "tls handshake eof" {
        return "it closed the connection during the TLS handshake".into();
    }
    let cut = [
        "connection closed before message completed",
        "peer closed connection without sending tls close_notify",
    ];
    if cut.iter().any(|start| text.to_ascii_lowercase().starts_with(start)) {
        return CUT.into();
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_inside_what_wraps_it() {
        let inner = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, inner));
        assert_eq!(plain(&wrapped), "its certificate has expired");
        assert_eq!(plain(&io::Error::other("Odd")), "odd");
    }

    #[test]
    fn nobody_is_shown_the_librarys_names_for_what_is_common() {
        for fault in [
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer),
            rustls::Error::InvalidCertificate(CertificateError::NotValidForName),
            rustls::Error::AlertReceived(AlertDescription::ProtocolVersion),
            rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType),
        ] {
            let words = tls(&fault);
            assert!(!words.contains('(') && words.starts_with(|c: char| c.is_lowercase()), "{words}");
        }
    }
}
