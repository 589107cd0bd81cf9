//! Company keys as they are handed out: PKCS #12 files (RFC 7292), in the forms of OpenSSL, Java and
//! Windows: AES with PBKDF2, and the older triple DES and 40-bit RC2.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Tag, Tagged};
use ring::{digest, hmac, pbkdf2};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::signer::{Signer, SignerError};

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 1024 * 1024;

/// More rounds than any program writes; each costs time.
const MAX_ROUNDS: u32 = 5_000_000;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.1");
const SHROUDED_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.3");
const TRIPLE_DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.3");
const RC2_40: ObjectIdentifier = oid("1.2.840.113549.1.12.1.6");
const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");
const HMAC_SHA1: ObjectIdentifier = oid("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = oid("1.2.840.113549.2.9");
const HMAC_SHA512: ObjectIdentifier = oid("1.2.840.113549.2.11");
const AES_128: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.2");
const AES_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.42");
const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");

/// Why a PKCS #12 file gave no signer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Pkcs12Error {
    /// Not a PKCS #12 file in DER.
    #[error("the file is no PKCS #12 file, or is damaged")]
    Malformed,
    /// The password is wrong, or the file was altered: the two cannot be told apart.
    #[error("the password is wrong, or the file was altered")]
    Password,
    /// Locked in a way that is not known here.
    #[error("the file is locked in a way that is not known here: {0}")]
    Unknown(String),
    /// No key, or more than one.
    #[error("the file holds {0} keys; one is needed")]
    Keys(usize),
    /// The key and its certificates are of no use.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

impl From<der::Error> for Pkcs12Error {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

type Parts<'a> = Vec<AnyRef<'a>>;
type Bytes = Zeroizing<Vec<u8>>;

impl Signer {
    /// The key of a PKCS #12 file with its chain.
    ///
    /// # Errors
    /// When the password does not open it or there is not one key with its certificate in it.
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, Pkcs12Error> {
        if file.len() > MAX_FILE {
            return Err(Pkcs12Error::Malformed);
        }
        let outer: Parts<'_> = Vec::from_der(file)?;
        let content = data(&part::<Parts<'_>>(&outer, 1)?)?;
        check_mac(&part::<Parts<'_>>(&outer, 2)?, content, password)?;
        let mut found = Found::default();
        for info in Parts::from_der(content)? {
            let info: Parts<'_> = info.decode_as()?;
            if part::<ObjectIdentifier>(&info, 0)? == ENCRYPTED_DATA {
                found.safe(&encrypted(&info, password)?, password)?;
            } else {
                found.safe(data(&info)?, password)?;
            }
        }
        found.signer()
    }
}

#[derive(Default)]
struct Found {
    keys: Vec<Bytes>,
    certificates: Vec<Certificate>,
}

impl Found {
    /// The bags of one safe.
    fn safe(&mut self, content: &[u8], password: &str) -> Result<(), Pkcs12Error> {
        for bag in Parts::from_der(content)? {
            let bag: Parts<'_> = bag.decode_as()?;
            let inside = bag.get(1).ok_or(Pkcs12Error::Malformed)?.value();
            match part::<ObjectIdentifier>(&bag, 0)? {
                KEY_BAG => self.keys.push(Zeroizing::new(inside.to_vec())),
                SHROUDED_BAG => {
                    let locked: Parts<'_> = Vec::from_der(inside)?;
                    let secret = locked.get(1).ok_or(Pkcs12Error::Malformed)?.value();
                    self.keys.push(unlock(&part::<Parts<'_>>(&locked, 0)?, secret, password)?);
                }
                CERT_BAG => {
                    let certificate: Parts<'_> = Vec::from_der(inside)?;
                    let der = explicit(certificate.get(1))?;
                    let read = Certificate::from_der(der.value());
                    self.certificates.push(read.map_err(SignerError::from)?);
                }
                // Revocation lists and secrets of other kinds are none of our business.
                _ => {}
            }
        }
        Ok(())
    }

    /// The key with its own certificate first, then each one's issuer.
    fn signer(self) -> Result<Signer, Pkcs12Error> {
        let [key] = self.keys.as_slice() else { return Err(Pkcs12Error::Keys(self.keys.len())) };
        let mut rest = self.certificates;
        let fits = |own: &Certificate| Signer::from_pkcs8(key, vec![own.clone()]).is_ok();
        // Where none fits the first says best why.
        let place = rest.iter().position(fits).unwrap_or_default();
        if rest.is_empty() {
            return Err(SignerError::NoCertificate.into());
        }
        let mut chain = vec![rest.remove(place)];
        while let Some(place) =
            chain.last().and_then(|last| rest.iter().position(|issuer| last.is_issued_by(issuer)))
        {
            chain.push(rest.remove(place));
        }
        Ok(Signer::from_pkcs8(key, chain)?)
    }
}

fn part<'a, T>(parts: &[AnyRef<'a>], place: usize) -> Result<T, Pkcs12Error>
where
    T: der::Choice<'a> + der::DecodeValue<'a>,
{
    Ok(parts.get(place).ok_or(Pkcs12Error::Malformed)?.decode_as()?)
}

/// What stands in an explicit tag.
fn explicit<'a>(outer: Option<&AnyRef<'a>>) -> Result<AnyRef<'a>, Pkcs12Error> {
    let outer = outer.ok_or(Pkcs12Error::Malformed)?;
    Ok(AnyRef::from_der(outer.value())?)
}

/// The bytes of a ContentInfo that holds plain data.
fn data<'a>(info: &[AnyRef<'a>]) -> Result<&'a [u8], Pkcs12Error> {
    let kind = info.first().ok_or(Pkcs12Error::Malformed)?;
    if kind.decode_as::<ObjectIdentifier>()? != DATA {
        return Err(Pkcs12Error::Unknown("not protected by a password".to_owned()));
    }
    let inside = explicit(info.get(1))?;
    if inside.tag() == Tag::OctetString { Ok(inside.value()) } else { Err(Pkcs12Error::Malformed) }
}

/// The bytes of a ContentInfo that holds data under a password.
fn encrypted(info: &[AnyRef<'_>], password: &str) -> Result<Bytes, Pkcs12Error> {
    let inside: Parts<'_> = explicit(info.get(1))?.decode_as()?;
    let content: Parts<'_> = inside.get(1).ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let algorithm: Parts<'_> = content.get(1).ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let secret = content.get(2).ok_or(Pkcs12Error::Malformed)?;
    unlock(&algorithm, secret.value(), password)
}

fn rounds(value: Option<&AnyRef<'_>>) -> Result<NonZeroU32, Pkcs12Error> {
    let rounds = match value {
        Some(value) => value.decode_as::<u32>()?,
        None => 1,
    };
    let rounds = NonZeroU32::new(rounds).filter(|rounds| rounds.get() <= MAX_ROUNDS);
    rounds.ok_or(Pkcs12Error::Malformed)
}

fn check_mac(mac: &[AnyRef<'_>], content: &[u8], password: &str) -> Result<(), Pkcs12Error> {
    let info: Parts<'_> = mac.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let algorithm: Parts<'_> = info.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let (digest, hmac) = match algorithm.first().ok_or(Pkcs12Error::Malformed)?.decode_as()? {
        SHA1 => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        SHA256 => (&digest::SHA256, hmac::HMAC_SHA256),
        other => return Err(Pkcs12Error::Unknown(other.to_string())),
    };
    let expected = info.get(1).ok_or(Pkcs12Error::Malformed)?.value();
    let salt = mac.get(1).ok_or(Pkcs12Error::Malformed)?.value();
    let length = digest.output_len();
    let key = derive(digest, Purpose::Mac, password, salt, rounds(mac.get(2))?, length);
    let key = hmac::Key::new(hmac, &key);
    hmac::verify(&key, content, expected).map_err(|_| Pkcs12Error::Password)
}

fn unlock(algorithm: &[AnyRef<'_>], secret: &[u8], password: &str) -> Result<Bytes, Pkcs12Error> {
    let kind: ObjectIdentifier = algorithm.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let parameters: Parts<'_> = algorithm.get(1).ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    if kind == PBES2 {
        return pbes2(&parameters, secret, password);
    }
    let salt = parameters.first().ok_or(Pkcs12Error::Malformed)?.value();
    let rounds = rounds(parameters.get(1))?;
    let sha1 = &digest::SHA1_FOR_LEGACY_USE_ONLY;
    let of = |purpose, length| derive(sha1, purpose, password, salt, rounds, length);
    let iv = of(Purpose::Iv, 8);
    match kind {
        TRIPLE_DES => open::<cbc::Decryptor<des::TdesEde3>>(&of(Purpose::Key, 24), &iv, secret),
        RC2_40 => open::<cbc::Decryptor<rc2::Rc2>>(&of(Purpose::Key, 5), &iv, secret),
        other => Err(Pkcs12Error::Unknown(other.to_string())),
    }
}

fn pbes2(parameters: &[AnyRef<'_>], secret: &[u8], password: &str) -> Result<Bytes, Pkcs12Error> {
    let derivation: Parts<'_> = parameters.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let cipher: Parts<'_> = parameters.get(1).ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let kind: ObjectIdentifier = derivation.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    if kind != PBKDF2 {
        return Err(Pkcs12Error::Unknown(kind.to_string()));
    }
    let derivation: Parts<'_> = derivation.get(1).ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let salt = derivation.first().ok_or(Pkcs12Error::Malformed)?.value();
    let rounds = rounds(Some(derivation.get(1).ok_or(Pkcs12Error::Malformed)?))?;
    // The length of the key follows from the cipher; the function, if named, stands last.
    let function = derivation.iter().skip(2).find(|part| part.tag() == Tag::Sequence);
    let function = match function {
        Some(named) => {
            let named: Parts<'_> = named.decode_as()?;
            named.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?
        }
        None => HMAC_SHA1,
    };
    let function = match function {
        HMAC_SHA1 => pbkdf2::PBKDF2_HMAC_SHA1,
        HMAC_SHA256 => pbkdf2::PBKDF2_HMAC_SHA256,
        HMAC_SHA512 => pbkdf2::PBKDF2_HMAC_SHA512,
        other => return Err(Pkcs12Error::Unknown(other.to_string())),
    };
    let kind: ObjectIdentifier = cipher.first().ok_or(Pkcs12Error::Malformed)?.decode_as()?;
    let iv = cipher.get(1).ok_or(Pkcs12Error::Malformed)?.value();
    let key = |length| {
        let mut key = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(function, rounds, salt, password.as_bytes(), &mut key);
        key
    };
    match kind {
        AES_128 => open::<cbc::Decryptor<aes::Aes128>>(&key(16), iv, secret),
        AES_256 => open::<cbc::Decryptor<aes::Aes256>>(&key(32), iv, secret),
        other => Err(Pkcs12Error::Unknown(other.to_string())),
    }
}

fn open<C: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    iv: &[u8],
    secret: &[u8],
) -> Result<Bytes, Pkcs12Error> {
    let cipher = C::new_from_slices(key, iv).map_err(|_| Pkcs12Error::Malformed)?;
    let plain = cipher.decrypt_padded_vec::<Pkcs7>(secret);
    plain.map(Zeroizing::new).map_err(|_| Pkcs12Error::Password)
}

/// What a derived key is for (RFC 7292 B.3).
#[derive(Clone, Copy)]
enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// The key derivation of PKCS #12 (RFC 7292 B.2), for functions with blocks of 64 bytes.
fn derive(
    function: &'static digest::Algorithm,
    purpose: Purpose,
    password: &str,
    salt: &[u8],
    rounds: NonZeroU32,
    length: usize,
) -> Bytes {
    const BLOCK: usize = 64;
    let utf16 = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes);
    let password: Bytes = Zeroizing::new(utf16.collect());
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let whole = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(whole).collect()
    };
    let mut input = Zeroizing::new([filled(salt), filled(&password)].concat());
    let mut out = Zeroizing::new(Vec::with_capacity(length + BLOCK));
    while out.len() < length {
        let first = [[purpose as u8; BLOCK].as_slice(), &input].concat();
        let mut hash = digest::digest(function, &Zeroizing::new(first));
        for _ in 1..rounds.get() {
            hash = digest::digest(function, hash.as_ref());
        }
        out.extend_from_slice(hash.as_ref());
        let add: Vec<u8> = hash.as_ref().iter().copied().cycle().take(BLOCK).collect();
        for block in input.chunks_mut(BLOCK) {
            let mut carry = 1_u16;
            for (byte, more) in block.iter_mut().zip(&add).rev() {
                carry += u16::from(*byte) + u16::from(*more);
                *byte = (carry & 0xff) as u8;
                carry >>= 8;
            }
        }
    }
    out.truncate(length);
    out
}
