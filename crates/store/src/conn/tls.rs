//! The line to PostgreSQL: where it is encrypted, and how the server is checked.
//!
//! | address | `sslmode` | line |
//! |---|---|---|
//! | this machine | none, `disable`, `allow`, `prefer` | plain |
//! | another machine | `disable` | plain: somebody has said so |
//! | another machine | `allow`, `prefer` | refused: whoever stands between could have it plain |
//! | any other | none, `require`, `verify-ca`, `verify-full` | encrypted, certificate and name checked |
//!
//! `sslrootcert=FILE` names the certificate (PEM) of an authority of one's own.

use postgres::Config;
use postgres::config::{Host, SslMode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How a server is reached.
#[derive(Debug)]
pub(super) struct Line {
    pub config: Config,
    /// Encrypted, with this file's authorities where one is named.
    pub encrypted: Option<Option<PathBuf>>,
}

/// Reads an address.
pub(super) fn line(url: &str) -> Result<Line, String> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => roots = Some(PathBuf::from(plain(value)?)),
            _ => rest.push(pair),
        }
    }
    let mut address = base.to_owned();
    if !rest.is_empty() {
        address.push('?');
        address.push_str(&rest.join("&"));
    }
    let mut config: Config = address.parse().map_err(|e: postgres::Error| e.to_string())?;
    let local = is_local(&config);
    let encrypted = match mode {
        Some("disable") => false,
        None => !local || roots.is_some(),
        Some("allow" | "prefer") if local => false,
        Some("allow" | "prefer") => {
            return Err("sslmode=prefer protects nobody on the way to another machine; \
                        use verify-full, or disable on a private network or tunnel"
                .to_owned());
        }
        Some("require" | "verify-ca" | "verify-full") => true,
        Some(other) => return Err(format!("sslmode={other} is not known")),
    };
    config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
    Ok(Line { config, encrypted: encrypted.then_some(roots) })
}

/// Whether nobody can stand between.
fn is_local(config: &Config) -> bool {
    let here = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(here) && config.get_hostaddrs().iter().all(|a| a.is_loopback())
}

/// A value of an address without `%XX`.
fn plain(value: &str) -> Result<String, String> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        let one = match byte {
            b'%' => match (hex(bytes.next()), hex(bytes.next())) {
                (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or(b'?'),
                _ => return Err(format!("{value:?} cannot be read")),
            },
            byte => byte,
        };
        out.push(one);
    }
    String::from_utf8(out).map_err(|_| format!("{value:?} is not UTF-8"))
}

/// What encrypts: checks certificate and name against the authorities of the file, or those that
/// the system trusts.
pub(super) fn encryption(roots: Option<&PathBuf>) -> Result<MakeRustlsConnect, String> {
    let mut store = RootCertStore::empty();
    match roots {
        Some(file) => {
            let failed = |e: &dyn std::fmt::Display| format!("sslrootcert {}: {e}", file.display());
            for one in CertificateDer::pem_file_iter(file).map_err(|e| failed(&e))? {
                store.add(one.map_err(|e| failed(&e))?).map_err(|e| failed(&e))?;
            }
        }
        None => {
            // Certificates of the system that cannot be read are passed over, as browsers do.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        return Err("no authority is known to check the server by; name one with sslrootcert=FILE"
            .to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted(url: &str) -> Result<bool, String> {
        line(url).map(|line| line.encrypted.is_some())
    }

    #[test]
    fn a_line_to_another_machine_is_encrypted_unless_somebody_says_otherwise() {
        for (url, yes) in [
            ("postgres://u:p@localhost/d", false),
            ("postgres://u:p@127.0.0.1:5433/d?sslmode=prefer", false),
            ("postgres://u@[::1]/d", false),
            ("postgres:///d?host=/run/postgresql", false),
            ("postgres://u:p@localhost/d?sslmode=verify-full", true),
            ("postgres://u:p@db.example/d", true),
            ("postgres://u:p@db.example/d?sslmode=require&connect_timeout=3", true),
            ("postgres://u:p@192.0.2.7/d?sslmode=disable", false),
            ("postgres://u:p@localhost,db.example/d", true),
        ] {
            assert_eq!(encrypted(url), Ok(yes), "{url}");
        }
        assert!(
            encrypted("postgres://u@db.example/d?sslmode=prefer").unwrap_err().contains("full")
        );
        assert!(encrypted("postgres://u@localhost/d?sslmode=maybe").unwrap_err().contains("maybe"));
        assert!(encrypted("postgres://u@localhost/d?no_such=1").is_err());
    }

    #[test]
    fn an_authority_is_named_by_its_file_and_a_missing_one_by_its_name() {
        let line = line("postgres://u@h/d?sslrootcert=/etc/my%20ca.pem&application_name=x");
        let roots = line.unwrap().encrypted.unwrap();
        assert_eq!(roots, Some(PathBuf::from("/etc/my ca.pem")));
        let error = encryption(roots.as_ref()).err().unwrap();
        assert!(error.contains("/etc/my ca.pem"), "{error}");
    }
}
