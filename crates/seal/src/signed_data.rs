//! The detached CMS signature (`.p7s`): RFC 5652 with the attributes of CAdES-B, over the same
//! bytes as the envelope.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Null, ObjectIdentifier, OctetString, OctetStringRef, SetOfVec};
use der::{Any, Decode, Encode};
use sha2::{Digest, Sha256};
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::time::Time;

use crate::certificate::{Certificate, Fingerprint, KeyKind, oid};
use crate::moment::Moment;
use crate::signer::Signature;

/// Why a CMS file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// Not DER of a signed-data structure.
    #[error("the CMS file cannot be read")]
    Malformed,
    /// It is readable, but not exactly what belongs to these signers and this statement.
    #[error("the CMS file is not the one that belongs to this statement and these certificates")]
    NotCanonical,
}

impl From<der::Error> for CmsError {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

/// One signature found in a CMS file, with the time that its signer gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The certificate that it names.
    pub certificate: Fingerprint,
    /// When it was signed, as the signer says.
    pub signed_at: Moment,
    /// The signature.
    pub signature: Vec<u8>,
}

/// The bytes that a signer signs: content type, digest, time and own certificate.
///
/// # Errors
/// Never in practice; an error of the encoder is handed on.
pub fn signed_attributes(
    statement: &[u8],
    certificate: &Certificate,
    at: Moment,
) -> Result<Vec<u8>, der::Error> {
    attributes(statement, certificate, at)?.to_der()
}

fn attributes(
    statement: &[u8],
    certificate: &Certificate,
    at: Moment,
) -> Result<Attributes, der::Error> {
    let digest = Sha256::digest(statement);
    // SigningCertificateV2 with SHA-256, which is the default and therefore left out.
    let mut v2 = vec![0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20];
    v2.extend_from_slice(&certificate.fingerprint().0);
    let one = |oid, value: Any| -> Result<Attribute, der::Error> {
        Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
    };
    SetOfVec::try_from(vec![
        one(oid::CONTENT_TYPE, Any::encode_from(&oid::DATA)?)?,
        one(oid::MESSAGE_DIGEST, Any::encode_from(&OctetStringRef::new(&digest)?)?)?,
        one(oid::SIGNING_TIME, Any::encode_from(&at.to_x509())?)?,
        one(oid::SIGNING_CERTIFICATE_V2, Any::from_der(&v2)?)?,
    ])
}

/// The CMS file of several signers over one statement.
///
/// # Errors
/// When a signer's key is of no known kind.
pub fn write(statement: &[u8], signatures: &[Signature]) -> Result<Vec<u8>, CmsError> {
    let mut certificates: Vec<CertificateChoices> = Vec::new();
    let mut infos = Vec::new();
    for signature in signatures {
        let own = signature.certificate().ok_or(CmsError::Malformed)?;
        infos.push(signer_info(statement, own, signature)?);
        for certificate in &signature.chain {
            let choice = CertificateChoices::Certificate(certificate.parsed.clone());
            if !certificates.contains(&choice) {
                certificates.push(choice);
            }
        }
    }
    let data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha256()])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: oid::DATA, econtent: None },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos::try_from(infos)?,
    };
    let whole = ContentInfo { content_type: oid::SIGNED_DATA, content: Any::encode_from(&data)? };
    Ok(whole.to_der()?)
}

fn signer_info(
    statement: &[u8],
    own: &Certificate,
    signature: &Signature,
) -> Result<SignerInfo, CmsError> {
    let signature_algorithm = match own.key_kind().ok_or(CmsError::Malformed)? {
        KeyKind::P256 => AlgorithmIdentifierOwned { oid: oid::ECDSA_SHA256, parameters: None },
        KeyKind::Rsa => {
            AlgorithmIdentifierOwned { oid: oid::RSA, parameters: Some(Any::encode_from(&Null)?) }
        }
    };
    let tbs = &own.parsed.tbs_certificate;
    Ok(SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer.clone(),
            serial_number: tbs.serial_number.clone(),
        }),
        digest_alg: sha256(),
        signed_attrs: Some(attributes(statement, own, signature.signed_at)?),
        signature_algorithm,
        signature: OctetString::new(signature.cms.as_slice())?,
        unsigned_attrs: None,
    })
}

fn sha256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: oid::SHA256, parameters: None }
}

/// What each signer of a CMS file gave. Nothing is believed by that: the caller checks the
/// signatures and that the file is exactly what [`write()`] makes of them.
///
/// # Errors
/// When the bytes are no detached CMS file with one time, and one own certificate, per signer.
pub fn read(bytes: &[u8]) -> Result<Vec<Found>, CmsError> {
    let outer = ContentInfo::from_der(bytes)?;
    if outer.content_type != oid::SIGNED_DATA {
        return Err(CmsError::Malformed);
    }
    let data: SignedData = outer.content.decode_as()?;
    data.signer_infos.0.iter().map(found).collect()
}

fn found(info: &SignerInfo) -> Result<Found, CmsError> {
    let time = Time::from_der(&value(info, oid::SIGNING_TIME)?.to_der()?)?;
    let v2 = value(info, oid::SIGNING_CERTIFICATE_V2)?.to_der()?;
    let hash = v2.get(8..40).filter(|_| v2.len() == 40).ok_or(CmsError::NotCanonical)?;
    Ok(Found {
        certificate: Fingerprint(hash.try_into().map_err(|_| CmsError::Malformed)?),
        signed_at: Moment::from_x509(&time),
        signature: info.signature.as_bytes().to_vec(),
    })
}

/// The one value of a signed attribute.
pub(crate) fn value(info: &SignerInfo, id: ObjectIdentifier) -> Result<&Any, CmsError> {
    let mut all = info.signed_attrs.iter().flat_map(|attributes| attributes.iter());
    let attribute = all.find(|attribute| attribute.oid == id).ok_or(CmsError::Malformed)?;
    match (attribute.values.len(), attribute.values.get(0)) {
        (1, Some(value)) => Ok(value),
        _ => Err(CmsError::Malformed),
    }
}
