#![doc = include_str!("../README.md")]

pub mod conn;
mod dialect;
mod error;
pub mod schema;

pub use dialect::Dialect;
pub use error::StoreError;
