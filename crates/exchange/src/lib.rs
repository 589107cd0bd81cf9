#![doc = include_str!("../README.md")]

mod archive;
mod csv;
mod encoding;
mod error;
mod image;
mod mail;
mod table;
mod xlsx;

pub use encoding::Encoding;
pub use error::{ExchangeError, Place};
pub use image::{ImageKind, strip_image_metadata};
pub use mail::{ATTACHMENTS, Attachment, MAIL_MAX, Mail, MailError, read_mail};
pub use table::{ColumnHead, Format, Limits, Row, Table, read_table};
