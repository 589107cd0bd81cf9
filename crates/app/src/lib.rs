#![doc = include_str!("../README.md")]

pub mod auth;
mod case;
mod check;
mod checkup;
mod clocks;
pub mod coverage;
mod env;
pub mod error;
mod evidence;
mod facade;
pub mod files;
pub mod history;
pub mod host;
pub mod intake;
mod look;
mod notices;
pub mod orgs;
mod period;
pub mod proof;
pub mod read;
pub mod sheets;
pub mod subject;
pub mod views;
mod worker;
pub mod write;

pub use env::{Env, Shelf, VERSION};
pub use error::AppError;
pub use facade::{App, BulkResult, Config, Ctx};
pub use host::Host;
pub use read::{ListPage, ListRequest, Names, RecordView};
pub use subject::Member;
pub use worker::Ticked;
pub use write::{Actor, Receipt};
