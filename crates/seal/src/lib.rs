#![doc = include_str!("../README.md")]

mod alphabet;
pub mod archive;
pub mod certificate;
pub mod dsse;
mod key;
mod moment;
pub mod names;
pub mod package;
mod paper;
mod pkcs12;
pub mod receipt;
pub mod signed_data;
mod signer;
pub mod statement;
mod stream;

pub use certificate::{Certificate, CertificateError, Fingerprint, KeyKind};
pub use key::{FileKey, MasterKey, UnwrapError, WRAP_OVERHEAD};
pub use moment::{BadMoment, Moment};
pub use paper::PaperError;
pub use pkcs12::Pkcs12Error;
pub use signer::{Holder, Signature, Signer, SignerError};
pub use stream::{HEADER_LEN, OpenError, SealError, Sealed, decrypt_reader, encrypt_reader};
