//! DSSE envelopes: the statement with one signature or several (DSSE 1.0.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::certificate::Fingerprint;

/// The payload type of in-toto statements.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// What is signed: type and payload with their lengths, so that neither can be taken for the other.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// An envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The exact bytes of the statement.
    pub payload: Vec<u8>,
    /// The signatures, each with the certificate it is to be checked with.
    pub signatures: Vec<(Fingerprint, Vec<u8>)>,
}

/// Why an envelope was refused.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not JSON of this form.
    #[error("the envelope cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Not base64 in its one form.
    #[error("the envelope holds something that is not base64")]
    Base64,
    /// Another payload type.
    #[error("the envelope holds another kind of payload")]
    PayloadType,
    /// The same content written in another way than ours.
    #[error("the envelope was written again by something else")]
    NotCanonical,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Json {
    payload_type: String,
    payload: String,
    signatures: Vec<JsonSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSignature {
    keyid: Fingerprint,
    sig: String,
}

impl Envelope {
    /// The text of the envelope: JSON on one line.
    ///
    /// # Errors
    /// Never in practice; an error of the JSON writer is handed on.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let signatures = self.signatures.iter();
        let json = Json {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: STANDARD.encode(&self.payload),
            signatures: signatures
                .map(|(keyid, sig)| JsonSignature { keyid: *keyid, sig: STANDARD.encode(sig) })
                .collect(),
        };
        serde_json::to_string(&json).map(|text| text + "\n")
    }

    /// Reads an envelope, which must be exactly what [`Envelope::to_text`] writes. Nothing in it
    /// is believed by that.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn parse(text: &[u8]) -> Result<Self, EnvelopeError> {
        let json: Json = serde_json::from_slice(text)?;
        if json.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType);
        }
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| EnvelopeError::Base64);
        let signatures = json.signatures.iter();
        let signatures: Result<Vec<_>, EnvelopeError> =
            signatures.map(|s| Ok((s.keyid, decode(&s.sig)?))).collect();
        let envelope = Self { payload: decode(&json.payload)?, signatures: signatures? };
        if envelope.to_text()?.as_bytes() != text {
            return Err(EnvelopeError::NotCanonical);
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_has_lengths_and_single_spaces() {
        assert_eq!(pae(b"{}"), b"DSSEv1 28 application/vnd.in-toto+json 2 {}");
        assert_eq!(pae("あ".as_bytes()).split(|b| *b == b' ').nth(3), Some(b"3".as_slice()));
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let signatures = vec![(Fingerprint([1; 32]), b"sig".to_vec())];
        let envelope = Envelope { payload: b"{}".to_vec(), signatures };
        let text = envelope.to_text().unwrap();
        assert_eq!(Envelope::parse(text.as_bytes()).unwrap(), envelope);
        for bad in [
            text.replace(',', ", "),
            text.replace("in-toto", "in-tutu"),
            text.replace("e30=", "e31="),
            text.replace("\"keyid\"", "\"keyid\":\"\",\"keyid\""),
            text.trim_end().to_owned(),
            String::new(),
        ] {
            assert!(Envelope::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
