//! An S3-compatible server in memory (moto), for as long as the test runs.

use crate::http;
use crate::part::{Part, need};
use crate::process::{Guarded, Signal, announced_port, find_program, log_to};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// `moto_server`, if the machine has it.
pub fn program() -> Option<PathBuf> {
    find_program(&["moto_server"], &[])
}

/// A running server. It refuses who does not sign, but checks no signature: any access key and
/// secret will do.
#[derive(Debug)]
pub struct Server {
    _process: Guarded,
    _folder: TempDir,
    port: u16,
}

impl Server {
    /// The region that the server speaks for.
    pub const REGION: &'static str = "us-east-1";

    /// What a plain client sends as `authorization` to be let in.
    pub const AUTHORIZATION: &'static str = "AWS4-HMAC-SHA256 \
         Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

    /// Starts it. `None` (after one visible line) where it is missing.
    ///
    /// # Panics
    /// If it is there and does not start, or is required and missing.
    pub fn start() -> Option<Server> {
        if !need(Part::S3) {
            return None;
        }
        let program = program().expect("the part is here");
        let folder = tempfile::Builder::new().prefix("okiagari-s3-").tempdir().expect("a folder");
        let log = folder.path().join("log");
        let mut command = Command::new(&program);
        log_to(command.args(["-H", "127.0.0.1", "-p", "0"]), &log);
        let mut process = Guarded::spawn(&mut command, Signal::TERM, Some(folder.path()));
        let port = announced_port(&mut process, &log, "Running on http://127.0.0.1:");
        Some(Server { _process: process, _folder: folder, port })
    }

    /// The endpoint, without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes an empty bucket (a name of three letters or more) and returns its address in path style.
    pub fn bucket(&self, name: &str) -> String {
        let address = format!("{}/{name}", self.endpoint());
        let signed = [("authorization", Server::AUTHORIZATION)];
        let answer = http::Client::new().send("PUT", &address, &signed, b"");
        assert_eq!(answer.status, 200, "the bucket is made: {}", answer.text());
        address
    }
}
