//! Who signs: a P-256 key made here with a certificate of its own, or a company's key with the
//! chain it came with.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::asn1::{AnyRef, BitString, OctetString, SetOfVec, Utf8StringRef};
use der::{Any, Decode, Encode};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as EcSignature, SigningKey};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Validity;
use zeroize::Zeroizing;

use crate::certificate::{Certificate, CertificateError, KeyKind, oid};
use crate::dsse;
use crate::moment::Moment;
use crate::signed_data;

/// PKCS #8 of a P-256 key up to the private scalar.
const P256_HEAD: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02,
    0x01, 0x01, 0x04, 0x20,
];

/// Between the scalar and the public point.
const P256_MIDDLE: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];

/// A key with its certificates. The key is never shown.
pub struct Signer {
    key: Key,
    /// PKCS #8, to be kept under the master key.
    secret: Zeroizing<Vec<u8>>,
    chain: Vec<Certificate>,
}

enum Key {
    P256(SigningKey),
    Rsa(RsaKeyPair),
}

/// Whom a certificate made here names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Name of the person.
    pub name: String,
    /// Their post.
    pub post: Option<String>,
    /// Legal name of the organisation.
    pub organisation: String,
    /// Country, two letters.
    pub country: String,
}

/// Why there is no signer or no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The random bytes are no key: draw again.
    #[error("these random bytes make no key")]
    NotAScalar,
    /// Neither P-256 nor RSA of 2048 to 4096 bits, or malformed.
    #[error("the key is of a kind that cannot be used: P-256 or RSA from 2048 bits is needed")]
    Key,
    /// The first certificate is not that of the key.
    #[error("the certificate does not belong to the key")]
    Mismatch,
    /// No certificate came with the key.
    #[error("there is no certificate with the key")]
    NoCertificate,
    /// The certificate is for another use.
    #[error("the certificate may not be used to sign")]
    Use,
    /// A certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A name that no certificate can hold, or an instant out of order.
    #[error("the certificate cannot be written: {0}")]
    Der(String),
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Sign,
    /// A kept signature cannot be read.
    #[error("the kept signature cannot be read")]
    Kept,
}

impl From<der::Error> for SignerError {
    fn from(error: der::Error) -> Self {
        Self::Der(error.to_string())
    }
}

/// What one signer gives to a package: made at any time before the package is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The signer's certificate, then its chain.
    pub chain: Vec<Certificate>,
    /// When it was signed, as the signer says.
    pub signed_at: Moment,
    /// The signature of the DSSE envelope.
    pub dsse: Vec<u8>,
    /// The signature of the CMS file.
    pub cms: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    chain: Vec<String>,
    signed_at: Moment,
    dsse: String,
    cms: String,
}

impl Signer {
    /// A key from 32 random bytes, with a certificate that it signs itself. `serial` is 16 further
    /// random bytes.
    ///
    /// # Errors
    /// When the bytes are no key (draw again; it happens once in 2^32) or the names cannot stand
    /// in a certificate.
    pub fn make(
        seed: &[u8; 32],
        serial: [u8; 16],
        holder: &Holder,
        from: Moment,
        until: Moment,
    ) -> Result<Self, SignerError> {
        let key = SigningKey::from_slice(seed).map_err(|_| SignerError::NotAScalar)?;
        let certificate = own_certificate(&key, serial, holder, from, until)?;
        let secret = p256_pkcs8(seed, &key);
        Self::of(Key::P256(key), secret, vec![certificate])
    }

    /// A key in PKCS #8 with its certificates, its own first.
    ///
    /// # Errors
    /// When the key is of another kind, is not that of the first certificate, or may not sign.
    pub fn from_pkcs8(pkcs8: &[u8], chain: Vec<Certificate>) -> Result<Self, SignerError> {
        let secret = Zeroizing::new(pkcs8.to_vec());
        let kind = chain.first().ok_or(SignerError::NoCertificate)?.key_kind();
        let key = match kind.ok_or(SignerError::Key)? {
            KeyKind::P256 => Key::P256(read_p256(pkcs8).ok_or(SignerError::Key)?),
            KeyKind::Rsa => Key::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| SignerError::Key)?),
        };
        Self::of(key, secret, chain)
    }

    fn of(
        key: Key,
        secret: Zeroizing<Vec<u8>>,
        chain: Vec<Certificate>,
    ) -> Result<Self, SignerError> {
        let own = chain.first().ok_or(SignerError::NoCertificate)?;
        let public = match &key {
            Key::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Key::Rsa(key) => key.public().as_ref().to_vec(),
        };
        if own.public_key() != public {
            return Err(SignerError::Mismatch);
        }
        if !own.may_sign() {
            return Err(SignerError::Use);
        }
        Ok(Self { key, secret, chain })
    }

    /// The key in PKCS #8, for the one place that wraps and keeps it.
    pub fn expose(&self) -> &[u8] {
        &self.secret
    }

    /// Its certificate, then its chain.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// Signs bytes. The same bytes always give the same signature: no randomness is used.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        match &self.key {
            Key::P256(key) => {
                let signature: EcSignature =
                    key.try_sign(message).map_err(|_| SignerError::Sign)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // PKCS #1 v1.5 draws nothing from it.
                let unused = SystemRandom::new();
                let done = key.sign(&RSA_PKCS1_SHA256, &unused, message, &mut signature);
                done.map_err(|_| SignerError::Sign)?;
                Ok(signature)
            }
        }
    }

    /// Signs a statement in both forms.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign_statement(&self, statement: &[u8], at: Moment) -> Result<Signature, SignerError> {
        let own = self.chain.first().ok_or(SignerError::NoCertificate)?;
        let attributes = signed_data::signed_attributes(statement, own, at)?;
        Ok(Signature {
            chain: self.chain.clone(),
            signed_at: at,
            dsse: self.sign(&dsse::pae(statement))?,
            cms: self.sign(&attributes)?,
        })
    }
}

impl Signature {
    /// The certificate of the signer.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.chain.first()
    }

    /// Text to keep it as.
    ///
    /// # Errors
    /// Never in practice; an error of the JSON writer is handed on.
    pub fn to_text(&self) -> Result<String, SignerError> {
        let kept = Kept {
            chain: self.chain.iter().map(|c| STANDARD.encode(c.der())).collect(),
            signed_at: self.signed_at,
            dsse: STANDARD.encode(&self.dsse),
            cms: STANDARD.encode(&self.cms),
        };
        serde_json::to_string(&kept).map_err(|_| SignerError::Kept)
    }
}

impl FromStr for Signature {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        let kept: Kept = serde_json::from_str(text).map_err(|_| SignerError::Kept)?;
        let decode = |text: &String| STANDARD.decode(text).map_err(|_| SignerError::Kept);
        let read = |text| Ok(Certificate::from_der(&decode(text)?)?);
        Ok(Self {
            chain: kept.chain.iter().map(read).collect::<Result<_, SignerError>>()?,
            signed_at: kept.signed_at,
            dsse: decode(&kept.dsse)?,
            cms: decode(&kept.cms)?,
        })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("chain", &self.chain).finish_non_exhaustive()
    }
}

fn own_certificate(
    key: &SigningKey,
    mut serial: [u8; 16],
    holder: &Holder,
    from: Moment,
    until: Moment,
) -> Result<Certificate, SignerError> {
    // Positive and never shorter, whatever was drawn.
    serial[0] = (serial[0] & 0x3f) | 0x40;
    let point = key.verifying_key().to_sec1_point(false);
    let public = SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: oid::EC,
            parameters: Some(Any::encode_from(&oid::P256)?),
        },
        subject_public_key: BitString::from_bytes(point.as_bytes())?,
    };
    let signature = AlgorithmIdentifierOwned { oid: oid::ECDSA_SHA256, parameters: None };
    let identifier: [u8; 32] = Sha256::digest(point.as_bytes()).into();
    let usage = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
    let identifier = SubjectKeyIdentifier(OctetString::new(&identifier[..20])?);
    let basic = BasicConstraints { ca: false, path_len_constraint: None };
    let name = name_of(holder)?;
    let tbs = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&serial)?,
        signature: signature.clone(),
        issuer: name.clone(),
        validity: Validity { not_before: from.to_x509(), not_after: until.to_x509() },
        subject: name,
        subject_public_key_info: public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(vec![
            extension("2.5.29.19", Criticality::Critical, &basic)?,
            extension("2.5.29.15", Criticality::Critical, &KeyUsage(usage))?,
            extension("2.5.29.14", Criticality::Plain, &identifier)?,
        ]),
    };
    let signed: EcSignature = key.try_sign(&tbs.to_der()?).map_err(|_| SignerError::Sign)?;
    let whole = x509_cert::Certificate {
        tbs_certificate: tbs,
        signature_algorithm: signature,
        signature: BitString::from_bytes(signed.to_der().as_bytes())?,
    };
    Ok(Certificate::from_der(&whole.to_der()?)?)
}

#[derive(PartialEq)]
enum Criticality {
    Critical,
    Plain,
}

fn extension(
    id: &'static str,
    criticality: Criticality,
    value: &impl Encode,
) -> Result<Extension, SignerError> {
    Ok(Extension {
        extn_id: id.parse().map_err(|_| SignerError::Der(id.to_owned()))?,
        critical: criticality == Criticality::Critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

fn name_of(holder: &Holder) -> Result<Name, SignerError> {
    let utf8 =
        |text: &str| -> Result<Any, der::Error> { Any::encode_from(&Utf8StringRef::new(text)?) };
    let country = der::asn1::PrintableStringRef::new(&holder.country)?;
    let mut parts =
        vec![("2.5.4.6", Any::encode_from(&country)?), ("2.5.4.10", utf8(&holder.organisation)?)];
    if let Some(post) = &holder.post {
        parts.push(("2.5.4.12", utf8(post)?));
    }
    parts.push(("2.5.4.3", utf8(&holder.name)?));
    let parts: Result<Vec<_>, SignerError> = parts
        .into_iter()
        .map(|(id, value)| {
            let oid = id.parse().map_err(|_| SignerError::Der(id.to_owned()))?;
            let one = SetOfVec::try_from(vec![AttributeTypeAndValue { oid, value }])?;
            Ok(RelativeDistinguishedName(one))
        })
        .collect();
    Ok(RdnSequence(parts?))
}

fn p256_pkcs8(seed: &[u8; 32], key: &SigningKey) -> Zeroizing<Vec<u8>> {
    let point = key.verifying_key().to_sec1_point(false);
    let mut secret = Zeroizing::new(Vec::with_capacity(138));
    for part in [P256_HEAD.as_slice(), seed, P256_MIDDLE.as_slice(), point.as_bytes()] {
        secret.extend_from_slice(part);
    }
    secret
}

/// The scalar of a P-256 key in PKCS #8 (RFC 5958 with RFC 5915 inside).
fn read_p256(pkcs8: &[u8]) -> Option<SigningKey> {
    let outer: Vec<AnyRef<'_>> = Vec::from_der(pkcs8).ok()?;
    let algorithm = AlgorithmIdentifierOwned::from_der(&outer.get(1)?.to_der().ok()?).ok()?;
    let curve = algorithm.parameters.as_ref()?.decode_as::<der::asn1::ObjectIdentifier>().ok()?;
    if algorithm.oid != oid::EC || curve != oid::P256 {
        return None;
    }
    let inner: Vec<AnyRef<'_>> = Vec::from_der(outer.get(2)?.value()).ok()?;
    SigningKey::from_slice(inner.get(1)?.value()).ok()
}
