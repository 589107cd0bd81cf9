//! The package: a statement, who signed it, and the evidence, in one zip that is checked with
//! public tools alone or with [`verify()`].

mod build;
mod report;
mod stamp;
mod trust;
mod verify;
mod words;

pub use build::{BuildError, Content, Contents, Packed, build};
pub use report::{
    EvidenceReport, EvidenceState, Failure, Form, LogSeen, NotShown, Report, SignerReport,
    StampSeen, Trust,
};
pub use stamp::{Stamp, StampError};
pub use trust::Anchor;
pub use verify::{Known, LogJudge, Terms, verify};
pub use words::Words;

/// The README in every package of form 1: Japanese, then English. It is a subject of the statement,
/// so no byte of it can be changed later.
pub const README: &str = include_str!("package/README.txt");

/// Paths in a package.
pub mod path {
    /// How to check it.
    pub const README: &str = "README.txt";
    /// The statement.
    pub const STATEMENT: &str = "statement.json";
    /// Its DSSE envelope.
    pub const ENVELOPE: &str = "statement.dsse.json";
    /// Its CMS signatures.
    pub const CMS: &str = "statement.p7s";
    /// The certificates.
    pub const CHAIN: &str = "chain.pem";
    /// Its proof of standing in the log.
    pub const PROOF: &str = "statement.tlog-proof";
    /// The leaf that the proof is about.
    pub const LEAF: &str = "log/leaf.json";
    /// The one field of the record that names the statement, with its proof.
    pub const DISCLOSURE: &str = "log/disclosure.json";
    /// The checkpoint at the end of the proof, apart.
    pub const CHECKPOINT: &str = "checkpoint";
    /// A time stamp over the checkpoint.
    pub const STAMP: &str = "checkpoint.tsr";
    /// SHA-256 of the evidence that is enclosed.
    pub const LIST: &str = "evidence.sha256";

    pub(super) const FIXED: [&str; 5] = [README, STATEMENT, ENVELOPE, CMS, CHAIN];
    pub(super) const LOG: [&str; 4] = [PROOF, CHECKPOINT, LEAF, DISCLOSURE];
}

/// The files that tie a statement to the log it stands in. What they say is for the log's own
/// reader to judge; here they are bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFiles {
    /// A `.tlog-proof` file with its checkpoint.
    pub proof: Vec<u8>,
    /// The exact bytes of the leaf.
    pub leaf: Vec<u8>,
    /// The disclosed field of the leaf's record that holds the statement's SHA-256.
    pub disclosure: Vec<u8>,
}

impl LogFiles {
    /// The checkpoint at the end of the proof: all that follows the first blank line.
    pub fn checkpoint(&self) -> Option<&[u8]> {
        let at = self.proof.windows(2).position(|two| two == b"\n\n")?;
        self.proof.get(at + 2..)
    }
}

/// One line of `evidence.sha256`, as `sha256sum -c` reads it.
fn list_line(evidence: &crate::statement::Evidence) -> String {
    format!("{}  {}\n", evidence.sha256, evidence.path())
}
