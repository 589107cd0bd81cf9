#![doc = include_str!("../README.md")]

mod alphabet;
mod key;
mod paper;
pub mod receipt;
mod stream;

pub use key::{FileKey, MasterKey, UnwrapError, WRAP_OVERHEAD};
pub use paper::PaperError;
pub use stream::{HEADER_LEN, OpenError, SealError, Sealed, decrypt_reader, encrypt_reader};
