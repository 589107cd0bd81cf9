//! Certificates: read, named, and asked whether a signature is theirs.

use std::fmt;
use std::str::FromStr;

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode, EncodePem, Header, Reader, SliceReader};
use ring::signature::{self as ring_signature, UnparsedPublicKey, VerificationAlgorithm};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};
use x509_cert::der::pem::LineEnding;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::moment::Moment;

pub(crate) mod oid {
    use der::asn1::ObjectIdentifier;

    const fn oid(text: &str) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(text)
    }

    pub const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
    pub const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
    pub const P384: ObjectIdentifier = oid("1.3.132.0.34");
    pub const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
    pub const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
    pub const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
    pub const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
    pub const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
    pub const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
    pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
    pub const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
    pub const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
    pub const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
    pub const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
    pub const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
    pub const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
    pub const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
    pub const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
    pub const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
}

/// The largest certificate that is read, in bytes.
const MAX_CERTIFICATE: usize = 64 * 1024;

/// How many certificates one PEM file may hold.
const MAX_CERTIFICATES: usize = 64;

/// SHA-256 over the DER of a certificate: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Not 64 hexadecimal digits, with or without colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 fingerprint: 64 hexadecimal digits are needed")]
pub struct BadFingerprint;

/// A certificate, with the exact bytes it was given in.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    /// How many bytes at the start of `der` stand before what the issuer signed, and where it ends.
    signed: std::ops::Range<usize>,
    pub(crate) parsed: x509_cert::Certificate,
}

/// Why a certificate was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not DER, or a form that does not come out the same when it is written again.
    #[error("not a certificate in DER")]
    Malformed,
    /// Larger than any honest certificate, or too many of them.
    #[error("too large, or too many certificates in one file")]
    TooLarge,
    /// Not a PEM file of certificates in the plain form.
    #[error("not a file of certificates in PEM")]
    Pem,
}

/// The kinds of keys that sign packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// ECDSA over P-256 with SHA-256.
    P256,
    /// RSA, PKCS #1 v1.5 with SHA-256.
    Rsa,
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// When it is too large or not exactly DER.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE {
            return Err(CertificateError::TooLarge);
        }
        let bad = |_| CertificateError::Malformed;
        let parsed = x509_cert::Certificate::from_der(der).map_err(bad)?;
        // What was read is what will be written into the CMS file: it must not change on the way.
        if parsed.to_der().map_err(bad)? != der {
            return Err(CertificateError::Malformed);
        }
        let signed = signed_part(der).ok_or(CertificateError::Malformed)?;
        Ok(Self { der: der.to_vec(), signed, parsed })
    }

    /// Reads the certificates of a PEM file that [`to_pem`] could have written.
    ///
    /// # Errors
    /// When anything else stands in the file.
    pub fn from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        let mut found = Vec::new();
        for block in text.split_inclusive("-----END CERTIFICATE-----\n") {
            if found.len() == MAX_CERTIFICATES {
                return Err(CertificateError::TooLarge);
            }
            let (label, der) =
                der::pem::decode_vec(block.as_bytes()).map_err(|_| CertificateError::Pem)?;
            if label != "CERTIFICATE" {
                return Err(CertificateError::Pem);
            }
            found.push(Self::from_der(&der)?);
        }
        if found.is_empty() { Err(CertificateError::Pem) } else { Ok(found) }
    }

    /// Reads certificates from a file that people hand over: DER, or PEM with other text around.
    ///
    /// # Errors
    /// When there is no certificate in it or one cannot be read.
    pub fn from_file(bytes: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Ok(vec![Self::from_der(bytes)?]) };
        let text = text.replace('\r', "");
        let (begin, end) = ("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----");
        let blocks = text.split(begin).skip(1).map(|rest| {
            let (body, _) = rest.split_once(end).ok_or(CertificateError::Pem)?;
            Self::from_pem(&format!("{begin}{body}{end}\n"))
        });
        let found: Result<Vec<Vec<Self>>, _> = blocks.take(MAX_CERTIFICATES).collect();
        let found = found?.concat();
        if found.is_empty() { Err(CertificateError::Pem) } else { Ok(found) }
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 over the bytes.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.der).into())
    }

    /// Whom it names, as one line (RFC 4514).
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate.subject.to_string()
    }

    /// Who issued it, as one line (RFC 4514).
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate.issuer.to_string()
    }

    /// It holds from this second on.
    pub fn not_before(&self) -> Moment {
        Moment::from_x509(&self.parsed.tbs_certificate.validity.not_before)
    }

    /// It holds up to and including this second.
    pub fn not_after(&self) -> Moment {
        Moment::from_x509(&self.parsed.tbs_certificate.validity.not_after)
    }

    /// The kind of its key, if it is one that signs packages.
    pub fn key_kind(&self) -> Option<KeyKind> {
        let key = &self.parsed.tbs_certificate.subject_public_key_info;
        match key.algorithm.oid {
            oid::EC if curve(&key.algorithm) == Some(oid::P256) => Some(KeyKind::P256),
            oid::RSA => Some(KeyKind::Rsa),
            _ => None,
        }
    }

    /// The bytes of the public key: the point, or the modulus and exponent in DER.
    pub fn public_key(&self) -> &[u8] {
        self.parsed.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes()
    }

    /// Whether the key of this certificate made the signature over the message, with SHA-256.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match self.key_kind() {
            Some(KeyKind::P256) => &ring_signature::ECDSA_P256_SHA256_ASN1,
            Some(KeyKind::Rsa) => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
            None => return false,
        };
        UnparsedPublicKey::new(algorithm, self.public_key()).verify(message, signature).is_ok()
    }

    /// Whether it may sign statements: it says nothing about its use, or says so.
    pub fn may_sign(&self) -> bool {
        match self.parsed.tbs_certificate.get::<KeyUsage>() {
            Ok(Some((_, usage))) => {
                let usage = usage.0;
                usage.contains(KeyUsages::DigitalSignature)
                    || usage.contains(KeyUsages::NonRepudiation)
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Whether it may stamp times (RFC 3161 2.3): its extended use is exactly that.
    pub(crate) fn may_stamp(&self) -> bool {
        let uses = self.parsed.tbs_certificate.extensions.iter().flatten();
        let mut uses = uses.filter(|ext| ext.extn_id == oid::EXTENDED_KEY_USAGE);
        uses.next().is_some_and(|ext| {
            let listed = Vec::<ObjectIdentifier>::from_der(ext.extn_value.as_bytes());
            listed.is_ok_and(|listed| listed == [oid::TIME_STAMPING])
        })
    }

    /// Whether it is the certificate of an authority.
    pub fn is_authority(&self) -> bool {
        let basic = self.parsed.tbs_certificate.get::<BasicConstraints>();
        let usage = self.parsed.tbs_certificate.get::<KeyUsage>();
        let ca = matches!(basic, Ok(Some((_, ref basic))) if basic.ca);
        let issues = match usage {
            Ok(Some((_, usage))) => usage.0.contains(KeyUsages::KeyCertSign),
            Ok(None) => true,
            Err(_) => false,
        };
        ca && issues
    }

    /// How many further authorities may stand below this one, where it says so.
    pub(crate) fn path_length(&self) -> Option<u8> {
        let basic = self.parsed.tbs_certificate.get::<BasicConstraints>().ok().flatten();
        basic.and_then(|(_, basic)| basic.path_len_constraint)
    }

    /// Whether it holds at an instant.
    pub fn holds_at(&self, at: Moment) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// Whether the other certificate is that of its issuer: the name fits, and so does the signature.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        let named = self.parsed.tbs_certificate.issuer == issuer.parsed.tbs_certificate.subject;
        named && self.is_signed_by(issuer)
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let tbs = &self.parsed.tbs_certificate;
        let key = &issuer.parsed.tbs_certificate.subject_public_key_info;
        // The inner algorithm is what the issuer signed; the outer one is only a copy.
        if tbs.signature != self.parsed.signature_algorithm {
            return false;
        }
        let Some(algorithm) = algorithm(&tbs.signature, &key.algorithm) else { return false };
        let Some(signature) = self.parsed.signature.as_bytes() else { return false };
        let message = self.der.get(self.signed.clone()).unwrap_or_default();
        UnparsedPublicKey::new(algorithm, issuer.public_key()).verify(message, signature).is_ok()
    }
}

/// The certificates one after another in PEM.
pub fn to_pem<'c>(certificates: impl IntoIterator<Item = &'c Certificate>) -> String {
    let blocks = certificates.into_iter().map(|c| c.parsed.to_pem(LineEnding::LF));
    // It was encoded before, when it was read: a second time cannot fail.
    blocks.map(Result::unwrap_or_default).collect()
}

/// How an issuer's signature is checked. MD5 and SHA-1 are not among these.
fn algorithm(
    signature: &AlgorithmIdentifierOwned,
    key: &AlgorithmIdentifierOwned,
) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (signature.oid, key.oid, curve(key)) {
        (oid::ECDSA_SHA256, oid::EC, Some(oid::P256)) => &ring_signature::ECDSA_P256_SHA256_ASN1,
        (oid::ECDSA_SHA384, oid::EC, Some(oid::P256)) => &ring_signature::ECDSA_P256_SHA384_ASN1,
        (oid::ECDSA_SHA256, oid::EC, Some(oid::P384)) => &ring_signature::ECDSA_P384_SHA256_ASN1,
        (oid::ECDSA_SHA384, oid::EC, Some(oid::P384)) => &ring_signature::ECDSA_P384_SHA384_ASN1,
        (oid::RSA_SHA256, oid::RSA, _) => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
        (oid::RSA_SHA384, oid::RSA, _) => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        (oid::RSA_SHA512, oid::RSA, _) => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}

fn curve(key: &AlgorithmIdentifierOwned) -> Option<ObjectIdentifier> {
    key.parameters.as_ref()?.decode_as().ok()
}

/// The place of what the issuer signed: the first element inside the outer sequence.
fn signed_part(der: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut reader = SliceReader::new(der).ok()?;
    Header::decode(&mut reader).ok()?;
    let start = usize::try_from(reader.position()).ok()?;
    let inner = Header::decode(&mut reader).ok()?;
    let end = (reader.position() + inner.length).ok()?;
    let end = usize::try_from(end).ok()?;
    (end <= der.len()).then_some(start..end)
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.fingerprint())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    /// Reads what tools print: with or without colons or spaces, in either case.
    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b':' | b' ')).collect();
        let mut bytes = [0; 32];
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(BadFingerprint);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| BadFingerprint)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| BadFingerprint)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let print: Self = text.parse().map_err(D::Error::custom)?;
        // One spelling in what is signed.
        if print.to_string() == text { Ok(print) } else { Err(D::Error::custom(BadFingerprint)) }
    }
}
