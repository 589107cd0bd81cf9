//! One message to the address that the organisation has set, and to no other.

use super::smtp::Tried;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Where a webhook may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only, encrypted.
    Public,
    /// Also inside our own network, also without encryption.
    Private,
}

/// Tries once: POST of a JSON text. Redirects are not followed and no proxy is asked, since both
/// would lead past the check of the address.
pub fn post(url: &str, id: &str, json: &str, reach: Reach, timeout: Duration) -> Tried {
    if reach == Reach::Public && !url.starts_with("https://") {
        return Tried::Refused("only https:// is allowed".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .build();
    let guard = Guard { reach, inner: DefaultResolver::default() };
    let agent = Agent::with_parts(config, DefaultConnector::default(), guard);
    let sent = agent
        .post(url)
        .header("content-type", "application/json")
        .header("idempotency-key", id)
        .send(json);
    match sent {
        Ok(answer) => {
            let status = answer.status();
            match status.as_u16() {
                200..=299 => Tried::Accepted(status.to_string()),
                408 | 425 | 429 | 500..=599 => Tried::Again(status.to_string()),
                _ => Tried::Refused(status.to_string()),
            }
        }
        Err(error) => of_error(&error),
    }
}

/// Before the request left nothing has arrived; afterwards it may have.
fn of_error(error: &ureq::Error) -> Tried {
    use ureq::{Error, Timeout};
    let why = error.to_string();
    match error {
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::Tls(_)
        | Error::Rustls(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => Tried::Again(why),
        Error::BadUri(_) | Error::Other(_) => Tried::Refused(why),
        Error::Io(e)
            if matches!(
                e.kind(),
                std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound
            ) =>
        {
            Tried::Again(why)
        }
        _ => Tried::Unknown(why),
    }
}

/// Checks the very addresses that are connected to, so that a name cannot change in between.
#[derive(Debug)]
struct Guard {
    reach: Reach,
    inner: DefaultResolver,
}

/// The name leads to an address that is not allowed.
#[derive(Debug, thiserror::Error)]
#[error("the address lies inside a private network, which is not allowed")]
struct NotAllowed;

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if self.reach == Reach::Public && found.iter().any(|a| !is_public(a.ip())) {
            return Err(ureq::Error::Other(Box::new(NotAllowed)));
        }
        Ok(found)
    }
}

/// Whether an address lies in the open Internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
                || (a == 192 && b == 0 && v4.octets()[2] == 0))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            let [first, second, ..] = v6.segments();
            // Only global unicast is public; of it, Teredo and 6to4 wrap IPv4 addresses and
            // 2001:db8 is for documents.
            (first & 0xe000) == 0x2000
                && first != 0x2002
                && !(first == 0x2001 && (second == 0 || second == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_open_internet_are_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "::",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "203.1.2.3", "2606:4700::1111", "172.32.0.1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn private_addresses_and_plain_http_are_refused_unless_allowed() {
        let second = Duration::from_secs(1);
        let plain = post("http://example.com/", "i", "{}", Reach::Public, second);
        assert!(matches!(plain, Tried::Refused(_)), "{plain:?}");
        let inside = post("https://127.0.0.1:9/", "i", "{}", Reach::Public, second);
        assert!(matches!(&inside, Tried::Refused(why) if why.contains("private")), "{inside:?}");
        // Allowed, but nobody listens: it surely did not arrive.
        let nobody = post("http://127.0.0.1:9/", "i", "{}", Reach::Private, second);
        assert!(matches!(nobody, Tried::Again(_)), "{nobody:?}");
    }
}
