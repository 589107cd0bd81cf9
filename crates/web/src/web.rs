//! What every page has at hand: the application, the configuration, the limits.

use crate::guard::Limits;
use okiagari_app::App;
use okiagari_app::auth::Auth;
use std::net::IpAddr;
use std::sync::Arc;

/// How the server is reached and what it allows.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The address people use, as browsers send it in `Origin` (`https://okiagari.example`).
    /// `None`: plain HTTP on the machine itself.
    pub origin: Option<String>,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Net>,
    /// Widens every limit on how often somebody may ask; only benches set more than 1.
    pub limit_factor: u32,
    /// Largest evidence file, in bytes.
    pub evidence_max: u64,
    /// Largest file for import, in bytes.
    pub import_max: usize,
    /// Largest other request, in bytes.
    pub body_max: usize,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            origin: None,
            trusted_proxies: Vec::new(),
            limit_factor: 1,
            evidence_max: 2 << 30,
            import_max: 20 << 20,
            body_max: 1 << 20,
        }
    }
}

impl WebConfig {
    /// Whether people reach the server by HTTPS.
    pub fn https(&self) -> bool {
        self.origin.as_deref().is_some_and(|o| o.starts_with("https://"))
    }
}

/// A network: an address and how many leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    addr: IpAddr,
    bits: u32,
}

impl Net {
    /// Reads `192.0.2.0/24` or a single address.
    pub fn parse(text: &str) -> Option<Self> {
        let (addr, bits) = match text.split_once('/') {
            Some((a, b)) => (a, Some(b.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let addr: IpAddr = addr.trim().parse().ok()?;
        let most = if addr.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { addr, bits })
    }

    /// Whether an address lies in it.
    pub fn has(&self, other: IpAddr) -> bool {
        let shift = |n: u128, size: u32| if self.bits == 0 { 0 } else { n >> (size - self.bits) };
        match (self.addr, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                shift(u32::from(a).into(), 32) == shift(u32::from(b).into(), 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => shift(a.into(), 128) == shift(b.into(), 128),
            _ => false,
        }
    }
}

/// What every page has at hand. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// The application.
    pub app: App,
    /// Sign-in.
    pub auth: Auth,
    /// How the server is reached and what it allows.
    pub config: Arc<WebConfig>,
    /// Who asked how often lately.
    pub limits: Arc<Limits>,
    /// Tells live pages of commits.
    pub live: Arc<crate::respond::live::Hub>,
    /// Verifications that run in the background.
    pub checks: Arc<crate::public::verify_pages::Runs>,
    /// The demo: made-up companies, privileged roles without a second factor.
    pub demo: bool,
}

/// Setting of the server by which the demo, and only the demo over its own folder, lets
/// privileged roles in without a second factor. Pages say so.
const DEMO: &str = "demo.no_second_factor";

impl Web {
    /// With a configuration.
    pub fn new(app: App, config: WebConfig) -> Self {
        let auth = app.auth().clone();
        let set = app.store().read(|tx| okiagari_store::server::setting::get(tx.db(), DEMO));
        let demo = match set {
            Ok(value) => value.as_deref() == Some("1") && only_demo(&app),
            Err(e) => {
                tracing::error!(error.cause = %e, "whether this is the demo could not be read");
                false
            }
        };
        let live = crate::respond::live::Hub::listening(&app);
        let limits = Arc::new(Limits::new(config.limit_factor));
        Self { app, auth, config: Arc::new(config), limits, live, checks: Arc::default(), demo }
    }
}

/// Whether the server holds made-up organisations alone: nothing of a real one goes without a
/// second factor, whatever a setting says.
fn only_demo(app: &App) -> bool {
    use okiagari_store::server::organisation::Kind;
    app.organisations().is_ok_and(|all| all.iter().all(|o| o.kind == Kind::Demo))
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let net = Net::parse("10.1.0.0/16").unwrap();
        assert!(net.has("10.1.2.3".parse().unwrap()));
        assert!(!net.has("10.2.0.1".parse().unwrap()));
        assert!(Net::parse("::1").unwrap().has("::1".parse().unwrap()));
        assert!(Net::parse("0.0.0.0/0").unwrap().has("203.0.113.9".parse().unwrap()));
        assert_eq!(Net::parse("10.0.0.0/33"), None);
    }
}
