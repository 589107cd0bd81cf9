#![doc = include_str!("../README.md")]
#![expect(
    clippy::expect_used,
    reason = "only tests call this crate: a broken harness must stop the test, with a message"
)]

pub mod browser;
pub mod disk;
pub mod gateway;
pub mod http;
pub mod judges;
pub mod openapi;
pub mod part;
pub mod poll;
pub mod postgres;
pub mod process;
pub mod program;
pub mod s3;
pub mod smtp;
