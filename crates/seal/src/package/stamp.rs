//! RFC 3161 answers: over what, when, by whom.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{AnyRef, GeneralizedTime, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader};
use ring::digest::{self, SHA256, SHA384, SHA512};
use ring::signature::{self as ring_signature, UnparsedPublicKey, VerificationAlgorithm};

use crate::certificate::{Certificate, oid};
use crate::moment::Moment;
use crate::signed_data::value;

/// The largest answer that is read, in bytes.
const MAX_STAMP: usize = 256 * 1024;

/// A time stamp whose own signature holds. Whether its service is trusted is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When, as the service says.
    pub time: Moment,
    /// The service's certificate.
    pub service: Certificate,
    /// The other certificates that came along.
    pub chain: Vec<Certificate>,
}

/// Why a time stamp was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// No answer in DER, or one that grants nothing.
    #[error("the time stamp cannot be read")]
    Malformed,
    /// It is about something else.
    #[error("the time stamp is about something else")]
    Other,
    /// Its signature does not hold, or the certificate is none of a time-stamping service.
    #[error("the signature of the time stamp does not hold")]
    Signature,
    /// The service's certificate did not come along.
    #[error("the time stamp came without the certificate of its service")]
    NoCertificate,
}

impl From<der::Error> for StampError {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

impl Stamp {
    /// Reads an answer (`.tsr`) and checks that it is about these bytes and signed by the
    /// certificate that came with it.
    ///
    /// # Errors
    /// With the reason why it says nothing about these bytes.
    pub fn read(answer: &[u8], about: &[u8]) -> Result<Self, StampError> {
        if answer.len() > MAX_STAMP {
            return Err(StampError::Malformed);
        }
        let parts: Vec<AnyRef<'_>> = Vec::from_der(answer)?;
        let token = parts.get(1).ok_or(StampError::Malformed)?.to_der()?;
        let token = ContentInfo::from_der(&token)?;
        let data: SignedData = token.content.decode_as()?;
        let content = &data.encap_content_info;
        if token.content_type != oid::SIGNED_DATA || content.econtent_type != oid::TST_INFO {
            return Err(StampError::Malformed);
        }
        let content = content.econtent.as_ref().ok_or(StampError::Malformed)?;
        let content: OctetString = content.decode_as()?;
        let time = tst_info(content.as_bytes(), about)?;
        let [info] = data.signer_infos.0.as_slice() else { return Err(StampError::Malformed) };
        let mut chain = certificates(&data)?;
        let place = chain.iter().position(|c| names(info, c)).ok_or(StampError::NoCertificate)?;
        let service = chain.remove(place);
        check_signature(info, content.as_bytes(), &service)?;
        if !names_certificate(info, &service) {
            return Err(StampError::Signature);
        }
        if !service.may_stamp() || !service.holds_at(time) {
            return Err(StampError::Signature);
        }
        Ok(Self { time, service, chain })
    }
}

/// The time of a TSTInfo, if it is about these bytes.
fn tst_info(der: &[u8], about: &[u8]) -> Result<Moment, StampError> {
    let mut outer = SliceReader::new(der)?;
    let time = outer.sequence(|reader| {
        let version: u8 = reader.decode()?;
        let _policy: ObjectIdentifier = reader.decode()?;
        let imprint: Vec<AnyRef<'_>> = reader.decode()?;
        let _serial: AnyRef<'_> = reader.decode()?;
        let time = any_time(reader.decode()?)?;
        // Accuracy, ordering, nonce and the rest change nothing of what is shown here.
        while !reader.is_finished() {
            let _rest: AnyRef<'_> = reader.decode()?;
        }
        Ok((version, imprint_of(&imprint), time))
    })?;
    let (version, imprint, time) = time;
    let (algorithm, hash) = imprint.ok_or(StampError::Malformed)?;
    let algorithm = digest_algorithm(algorithm).ok_or(StampError::Malformed)?;
    if version != 1 || digest::digest(algorithm, about).as_ref() != hash {
        return Err(StampError::Other);
    }
    Ok(time)
}

/// The time to the second; services may add fractions, which DER of certificates does not know.
fn any_time(value: AnyRef<'_>) -> der::Result<Moment> {
    let text = value.value();
    let whole = match text.iter().position(|b| *b == b'.') {
        Some(dot) => [text.get(..dot).unwrap_or_default(), b"Z"].concat(),
        None => text.to_vec(),
    };
    let whole = AnyRef::new(value.tag_of(), &whole)?.decode_as::<GeneralizedTime>()?;
    Ok(Moment::from_generalized(&whole))
}

trait TagOf {
    fn tag_of(&self) -> der::Tag;
}

impl TagOf for AnyRef<'_> {
    fn tag_of(&self) -> der::Tag {
        der::Tagged::tag(self)
    }
}

fn imprint_of<'a>(imprint: &[AnyRef<'a>]) -> Option<(ObjectIdentifier, &'a [u8])> {
    let [algorithm, hash] = imprint else { return None };
    let algorithm: Vec<AnyRef<'_>> = algorithm.decode_as().ok()?;
    let oid = algorithm.first()?.decode_as().ok()?;
    Some((oid, hash.value()))
}

fn certificates(data: &SignedData) -> Result<Vec<Certificate>, StampError> {
    let all = data.certificates.iter().flat_map(|set| set.0.iter());
    all.filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    })
    .map(|certificate| {
        Certificate::from_der(&certificate.to_der()?).map_err(|_| StampError::Malformed)
    })
    .collect()
}

fn names(info: &SignerInfo, certificate: &Certificate) -> bool {
    let tbs = &certificate.parsed.tbs_certificate;
    match &info.sid {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == tbs.issuer && named.serial_number == tbs.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(_) => false,
    }
}

/// Whether the signed attributes name exactly this certificate (RFC 5035, RFC 5816), so that none
/// with the same key can stand in its place.
fn names_certificate(info: &SignerInfo, service: &Certificate) -> bool {
    let (listed, by_default) = match value(info, oid::SIGNING_CERTIFICATE_V2) {
        Ok(listed) => (listed, &SHA256),
        Err(_) => match value(info, SIGNING_CERTIFICATE) {
            Ok(listed) => (listed, &digest::SHA1_FOR_LEGACY_USE_ONLY),
            Err(_) => return false,
        },
    };
    let first = || -> Option<(&'static digest::Algorithm, Vec<u8>)> {
        let der = listed.to_der().ok()?;
        let parts: Vec<AnyRef<'_>> = Vec::from_der(&der).ok()?;
        let all: Vec<AnyRef<'_>> = parts.first()?.decode_as().ok()?;
        let first: Vec<AnyRef<'_>> = all.first()?.decode_as().ok()?;
        let hash = first.iter().find(|part| der::Tagged::tag(*part) == der::Tag::OctetString)?;
        let named = first.first().filter(|part| der::Tagged::tag(*part) == der::Tag::Sequence);
        // A sequence after the hash is the issuer, one before it the algorithm.
        let algorithm = match named {
            Some(named) => {
                let named: Vec<AnyRef<'_>> = named.decode_as().ok()?;
                digest_algorithm(named.first()?.decode_as().ok()?)?
            }
            None => by_default,
        };
        Some((algorithm, hash.value().to_vec()))
    };
    first()
        .is_some_and(|(algorithm, hash)| digest::digest(algorithm, service.der()).as_ref() == hash)
}

fn check_signature(
    info: &SignerInfo,
    content: &[u8],
    service: &Certificate,
) -> Result<(), StampError> {
    let bad = StampError::Signature;
    let algorithm = digest_algorithm(info.digest_alg.oid).ok_or(bad.clone())?;
    let digest: OctetString =
        value(info, oid::MESSAGE_DIGEST).map_err(|_| bad.clone())?.decode_as()?;
    if digest::digest(algorithm, content).as_ref() != digest.as_bytes() {
        return Err(bad);
    }
    let attributes = info.signed_attrs.as_ref().ok_or(bad.clone())?.to_der()?;
    let verifier = verifier(info.digest_alg.oid, service).ok_or(bad.clone())?;
    UnparsedPublicKey::new(verifier, service.public_key())
        .verify(&attributes, info.signature.as_bytes())
        .map_err(|_| bad)
}

const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SHA384_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

fn digest_algorithm(id: ObjectIdentifier) -> Option<&'static digest::Algorithm> {
    match id {
        oid::SHA256 => Some(&SHA256),
        SHA384_OID => Some(&SHA384),
        SHA512_OID => Some(&SHA512),
        _ => None,
    }
}

fn verifier(
    digest: ObjectIdentifier,
    service: &Certificate,
) -> Option<&'static dyn VerificationAlgorithm> {
    use crate::certificate::KeyKind::{P256, Rsa};
    Some(match (service.key_kind()?, digest) {
        (P256, oid::SHA256) => &ring_signature::ECDSA_P256_SHA256_ASN1,
        (P256, SHA384_OID) => &ring_signature::ECDSA_P256_SHA384_ASN1,
        (Rsa, oid::SHA256) => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
        (Rsa, SHA384_OID) => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        (Rsa, SHA512_OID) => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}
