//! What an error of the HTTP library says underneath its wrappings.
//!
//! Owns that reading; the errors of ours are [`super::error`]'s. Invariant: no URL comes out of here.

use std::error::Error;
use std::io;

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}

/// Returns the words of the innermost cause, which hold no URL.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    match chain(error).last() {
        Some(cause) if error.source().is_some() => cause.to_string(),
        _ => "the connection failed".to_owned(),
    }
}

/// Says whether a server's certificate was refused.
pub(super) fn is_certificate(error: &reqwest::Error) -> bool {
    let tls = |cause: &(dyn Error + 'static)| matches!(cause.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)));
    chain(error).any(|cause| {
        // An `io::Error` hides what it wraps from the chain.
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        tls(cause) || wrapped.is_some_and(|wrapped| tls(wrapped))
    })
}
