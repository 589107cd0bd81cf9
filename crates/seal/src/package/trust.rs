//! From a signer's certificate to one that the reader trusts.

use crate::certificate::{Certificate, Fingerprint};
use crate::moment::Moment;

/// What the reader trusts, received beforehand by another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A certificate by its fingerprint: the signer's own, or an authority's in the package.
    Fingerprint(Fingerprint),
    /// A certificate.
    Certificate(Box<Certificate>),
}

impl Anchor {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Fingerprint(print) => *print == certificate.fingerprint(),
            Self::Certificate(own) => **own == *certificate,
        }
    }

    fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Fingerprint(_) => None,
            Self::Certificate(own) => Some(own),
        }
    }
}

/// More authorities than any real chain has.
const MAX_DEPTH: u8 = 8;

/// Whether a chain of authorities, each holding at that instant, leads to an anchor.
pub(super) fn leads_to_anchor(
    own: &Certificate,
    pool: &[Certificate],
    anchors: &[Anchor],
    at: Moment,
) -> bool {
    let mut current = own;
    for depth in 0..MAX_DEPTH {
        if anchors.iter().any(|anchor| anchor.is(current)) {
            return true;
        }
        let issues = |issuer: &Certificate| {
            // `depth` authorities already stand below this one.
            let room = issuer.path_length().is_none_or(|most| depth <= most);
            issuer.is_authority() && room && issuer.holds_at(at) && current.is_issued_by(issuer)
        };
        if anchors.iter().filter_map(Anchor::certificate).any(issues) {
            return true;
        }
        match pool.iter().find(|issuer| *issuer != current && issues(issuer)) {
            Some(issuer) => current = issuer,
            None => return false,
        }
    }
    false
}
