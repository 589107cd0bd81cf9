//! Whether those whom the statement names signed it, in both forms, with certificates that hold.

use std::collections::BTreeMap;

use super::{SKEW, Terms};
use crate::certificate::{Certificate, Fingerprint, to_pem};
use crate::dsse::{Envelope, EnvelopeError, pae};
use crate::moment::Moment;
use crate::package::report::{Failure, Form, SignerReport, Trust};
use crate::package::trust::leads_to_anchor;
use crate::signed_data::{self, Found, signed_attributes};
use crate::signer::Signature;
use crate::statement::{NamedSigner, Statement};

/// The files that bear on it.
pub(super) struct Files<'a> {
    pub statement: &'a [u8],
    pub envelope: &'a [u8],
    pub cms: &'a [u8],
    pub chain: &'a [u8],
}

/// What was found.
#[derive(Default)]
pub(super) struct Signers {
    pub signers: Vec<SignerReport>,
    pub failures: Vec<Failure>,
}

pub(super) fn check(
    statement: &Statement,
    files: &Files<'_>,
    terms: &Terms<'_>,
    proven: Option<Moment>,
) -> Signers {
    let mut found = Signers::default();
    let pool = match chain(files.chain, statement) {
        Ok(pool) => pool,
        Err(failure) => {
            found.failures.push(failure);
            return found;
        }
    };
    let dsse = found.envelope(files);
    let cms = found.cms(files);
    let named = &statement.predicate.signers;
    found.unnamed(named, dsse.keys().map(|print| (*print, Form::Dsse)));
    found.unnamed(named, cms.keys().map(|print| (*print, Form::Cms)));
    let mut signatures = Vec::new();
    for person in named {
        let chain: Vec<Certificate> =
            person.certificates.iter().filter_map(|print| pool.get(print)).cloned().collect();
        let Some(own) = chain.first().cloned() else { continue };
        let (dsse, cms) = (dsse.get(&own.fingerprint()), cms.get(&own.fingerprint()));
        let holds = found.signatures(person, &own, files.statement, dsse, cms);
        let signed_at = cms.map(|cms| cms.signed_at);
        let trust = found.certificate(person, &chain, terms, proven);
        found.time(person, &own, statement, signed_at, terms);
        found.signers.push(SignerReport {
            name: person.name.clone(),
            post: person.post.clone(),
            responsibility: person.responsibility.clone(),
            subject: own.subject(),
            certificate: own.fingerprint(),
            certificate_until: own.not_after(),
            signed_at,
            holds,
            trust,
        });
        if let (Some(dsse), Some(cms)) = (dsse, cms) {
            signatures.push(Signature {
                chain,
                signed_at: cms.signed_at,
                dsse: dsse.clone(),
                cms: cms.signature.clone(),
            });
        }
    }
    // What is not signed in the file follows from what is: so no byte of it is free.
    let whole = signed_data::write(files.statement, &signatures);
    if found.failures.is_empty() && whole.as_deref() != Ok(files.cms) {
        found.failures.push(Failure::CmsOther);
    }
    found
}

/// The certificates by fingerprint, if the file holds exactly those that the statement names.
fn chain(
    file: &[u8],
    statement: &Statement,
) -> Result<BTreeMap<Fingerprint, Certificate>, Failure> {
    let unreadable = |detail: String| Failure::ChainUnreadable { detail };
    let text = std::str::from_utf8(file).map_err(|error| unreadable(error.to_string()))?;
    let all = Certificate::from_pem(text).map_err(|error| unreadable(error.to_string()))?;
    let mut named = Vec::new();
    for print in statement.predicate.signers.iter().flat_map(|signer| &signer.certificates) {
        if !named.contains(print) {
            named.push(*print);
        }
    }
    if !all.iter().map(Certificate::fingerprint).eq(named) || to_pem(&all) != text {
        return Err(Failure::ChainOther);
    }
    Ok(all.into_iter().map(|certificate| (certificate.fingerprint(), certificate)).collect())
}

impl Signers {
    fn envelope(&mut self, files: &Files<'_>) -> BTreeMap<Fingerprint, Vec<u8>> {
        let envelope = match Envelope::parse(files.envelope) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.failures.push(envelope_failure(&error));
                return BTreeMap::new();
            }
        };
        if envelope.payload != files.statement {
            self.failures.push(Failure::EnvelopeOther);
        }
        let count = envelope.signatures.len();
        let signatures: BTreeMap<_, _> = envelope.signatures.into_iter().collect();
        if signatures.len() != count {
            let detail = "a signer stands twice".to_owned();
            self.failures.push(Failure::EnvelopeUnreadable { detail });
        }
        signatures
    }

    fn cms(&mut self, files: &Files<'_>) -> BTreeMap<Fingerprint, Found> {
        match signed_data::read(files.cms) {
            Ok(all) => all.into_iter().map(|found| (found.certificate, found)).collect(),
            Err(_) => {
                self.failures.push(Failure::CmsUnreadable);
                BTreeMap::new()
            }
        }
    }

    fn unnamed(
        &mut self,
        named: &[NamedSigner],
        signed: impl Iterator<Item = (Fingerprint, Form)>,
    ) {
        for (certificate, form) in signed {
            if !named.iter().any(|person| person.certificates.first() == Some(&certificate)) {
                self.failures.push(Failure::SignerUnnamed { certificate, form });
            }
        }
    }

    /// Whether both signatures of a person hold.
    fn signatures(
        &mut self,
        person: &NamedSigner,
        own: &Certificate,
        statement: &[u8],
        dsse: Option<&Vec<u8>>,
        cms: Option<&Found>,
    ) -> bool {
        let name = || person.name.clone();
        let before = self.failures.len();
        match dsse {
            None => self.failures.push(Failure::SignerMissing { name: name(), form: Form::Dsse }),
            Some(signature) if own.has_signed(&pae(statement), signature) => {}
            Some(_) => {
                self.failures.push(Failure::SignatureWrong { name: name(), form: Form::Dsse });
            }
        }
        match cms {
            None => self.failures.push(Failure::SignerMissing { name: name(), form: Form::Cms }),
            Some(found) => {
                let attributes = signed_attributes(statement, own, found.signed_at);
                let holds = attributes.is_ok_and(|a| own.has_signed(&a, &found.signature));
                if !holds {
                    self.failures.push(Failure::SignatureWrong { name: name(), form: Form::Cms });
                }
            }
        }
        self.failures.len() == before
    }

    fn certificate(
        &mut self,
        person: &NamedSigner,
        chain: &[Certificate],
        terms: &Terms<'_>,
        proven: Option<Moment>,
    ) -> Trust {
        let Some(own) = chain.first() else { return Trust::Unknown };
        let name = || person.name.clone();
        // A trusted stamp keeps a signature good beyond the end of its certificate.
        let at = proven.map_or(terms.at, |proven| proven.min(terms.at));
        if !own.may_sign() {
            self.failures.push(Failure::CertificateUse { name: name() });
        }
        if at < own.not_before() {
            let from = own.not_before();
            self.failures.push(Failure::CertificateNotYet { name: name(), from });
        }
        if at > own.not_after() {
            let until = own.not_after();
            self.failures.push(Failure::CertificateExpired { name: name(), until });
        }
        for certificate in chain.iter().map(Certificate::fingerprint) {
            if terms.revoked.contains(&certificate) {
                self.failures.push(Failure::CertificateRevoked { name: name(), certificate });
            }
        }
        if terms.anchors.is_empty() {
            return Trust::NotShown;
        }
        if leads_to_anchor(own, chain, terms.anchors, at) {
            return Trust::Anchored;
        }
        let certificate = own.fingerprint();
        self.failures.push(Failure::CertificateUnknown { name: name(), certificate });
        Trust::Unknown
    }

    fn time(
        &mut self,
        person: &NamedSigner,
        own: &Certificate,
        statement: &Statement,
        signed_at: Option<Moment>,
        terms: &Terms<'_>,
    ) {
        let Some(at) = signed_at else { return };
        let name = person.name.clone();
        if at.unix() > terms.at.unix() + SKEW {
            self.failures.push(Failure::SignedInFuture { name, at });
        } else if at.unix() + SKEW < statement.predicate.issued_at.unix() {
            self.failures.push(Failure::SignedTooEarly { name, at });
        } else if !own.holds_at(at) {
            self.failures.push(Failure::SignedOutside { name, at });
        }
    }
}

fn envelope_failure(error: &EnvelopeError) -> Failure {
    Failure::EnvelopeUnreadable { detail: error.to_string() }
}
