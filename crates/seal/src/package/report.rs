//! What a check found.

use serde::Serialize;

use crate::archive::ArchiveError;
use crate::certificate::Fingerprint;
use crate::moment::Moment;
use crate::names::NameError;
use crate::statement::{Disclosure, Statement};

/// What a check of a package found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The instant that everything was judged by.
    pub at: Moment,
    /// SHA-256 of the statement.
    pub statement_sha256: Option<Fingerprint>,
    /// What is stated; to be believed only if [`Report::ok`].
    pub statement: Option<Statement>,
    /// Who signed.
    pub signers: Vec<SignerReport>,
    /// The evidence, in the order of the statement.
    pub evidence: Vec<EvidenceReport>,
    /// The time stamp, if it holds.
    pub stamp: Option<StampSeen>,
    /// The place in the log, if it is shown.
    pub log: Option<LogSeen>,
    /// What failed. Empty: everything that was looked at holds.
    pub failures: Vec<Failure>,
    /// What this check cannot show, whether or not something failed.
    pub not_shown: Vec<NotShown>,
}

impl Report {
    /// Whether nothing failed.
    pub fn ok(&self) -> bool {
        self.failures.is_empty()
    }

    /// Evidence in one state.
    pub fn count(&self, state: EvidenceState) -> usize {
        self.evidence.iter().filter(|evidence| evidence.state == state).count()
    }
}

/// One signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignerReport {
    /// Name, as stated.
    pub name: String,
    /// Post, as stated.
    pub post: String,
    /// For what they answer, as stated.
    pub responsibility: String,
    /// Whom the certificate names.
    pub subject: String,
    /// Its fingerprint.
    pub certificate: Fingerprint,
    /// Until when it holds.
    pub certificate_until: Moment,
    /// When they signed, as they say themselves.
    pub signed_at: Option<Moment>,
    /// Whether both signatures hold.
    pub holds: bool,
    /// Whether the certificate leads to something that the reader trusts.
    pub trust: Trust,
}

/// Whether a certificate leads to an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// It does.
    Anchored,
    /// No anchor was given.
    NotShown,
    /// It does not.
    Unknown,
}

/// One evidence file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceReport {
    /// Its name.
    pub name: String,
    /// Its SHA-256, as stated.
    pub sha256: Fingerprint,
    /// Its size in bytes, as stated.
    pub size: u64,
    /// Whether it had to be enclosed.
    pub disclosure: Disclosure,
    /// What was found.
    pub state: EvidenceState,
}

/// What was found of an evidence file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceState {
    /// Enclosed and as stated.
    Present,
    /// Withheld, as the statement allows.
    Withheld,
    /// Not there, though it has to be.
    Missing,
    /// Enclosed, but not what is stated.
    Altered,
}

/// A time stamp that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StampSeen {
    /// When.
    pub time: Moment,
    /// By whom.
    pub service: String,
    /// Whether the service leads to an anchor.
    pub trust: Trust,
}

/// A place in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogSeen {
    /// The name of the log.
    pub origin: String,
    /// The leaf, from 0.
    pub index: u64,
    /// How many leaves the log had then.
    pub size: u64,
}

/// The two forms of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `statement.dsse.json`
    Dsse,
    /// `statement.p7s`
    Cms,
}

/// Why a package is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields carry their names; what each variant says is in words")]
pub enum Failure {
    /// It cannot be read from where it lies.
    Unreadable { detail: String },
    /// No zip, or cut off.
    NotAZip,
    /// Bytes stand after its end.
    Trailing { bytes: u64 },
    /// Bytes stand before or between its files.
    Gap,
    /// Larger than allowed.
    TooLarge { what: String },
    /// A path that leads elsewhere.
    Path { name: String, why: NameError },
    /// One name twice.
    NameTwice { name: String },
    /// A link, folder or device.
    NotAFile { name: String },
    /// Compressed.
    Compressed { name: String, ratio: u64 },
    /// Encrypted.
    Encrypted { name: String },
    /// Packed anew, or a header altered.
    Repacked { name: String },
    /// A check sum of the zip is wrong.
    Checksum { name: String },
    /// A file that every package has is not there.
    FileMissing { name: String },
    /// A file that does not belong there.
    FileUnexpected { name: String },
    /// A file that stands at another place than packages have it.
    FileOrder { name: String },
    /// The statement cannot be read.
    StatementUnreadable { detail: String },
    /// A statement of a kind or form that this program does not know.
    StatementUnknown { kind: String },
    /// The statement contradicts itself or lacks what it needs.
    StatementUnsound { detail: String },
    /// The README is not the one that the statement names.
    ReadmeAltered,
    /// The envelope cannot be read or was written anew.
    EnvelopeUnreadable { detail: String },
    /// The envelope is about another statement.
    EnvelopeOther,
    /// The certificates cannot be read.
    ChainUnreadable { detail: String },
    /// The certificates are not those that the statement names.
    ChainOther,
    /// A signer that the statement names has not signed in this form.
    SignerMissing { name: String, form: Form },
    /// Somebody signed whom the statement does not name.
    SignerUnnamed { certificate: Fingerprint, form: Form },
    /// A signature does not hold.
    SignatureWrong { name: String, form: Form },
    /// The CMS file cannot be read.
    CmsUnreadable,
    /// The CMS file is not exactly that of these signers and this statement.
    CmsOther,
    /// The certificate is for another use.
    CertificateUse { name: String },
    /// The certificate no longer holds.
    CertificateExpired { name: String, until: Moment },
    /// The certificate does not hold yet.
    CertificateNotYet { name: String, from: Moment },
    /// The certificate leads to nothing that the reader trusts.
    CertificateUnknown { name: String, certificate: Fingerprint },
    /// The certificate, or one of its chain, was revoked.
    CertificateRevoked { name: String, certificate: Fingerprint },
    /// Signed later than now.
    SignedInFuture { name: String, at: Moment },
    /// Signed before the statement was written.
    SignedTooEarly { name: String, at: Moment },
    /// Signed while the certificate did not hold.
    SignedOutside { name: String, at: Moment },
    /// Written later than now.
    WrittenInFuture { at: Moment },
    /// It does not hold yet.
    NotYetValid { from: Moment },
    /// It no longer holds.
    Expired { until: Moment },
    /// A newer version is known.
    Older { version: u32, newest: u32 },
    /// The same version with other content is known.
    OtherVersion { version: u32 },
    /// The known version was superseded by one that does not name it.
    NotASuccessor { version: u32 },
    /// An evidence file was altered.
    EvidenceAltered { name: String },
    /// An evidence file that has to be enclosed is not there.
    EvidenceMissing { name: String },
    /// `evidence.sha256` is not the list of what is enclosed.
    ListAltered,
    /// The time stamp is refused.
    Stamp { detail: String },
    /// The service of the time stamp leads to nothing that the reader trusts.
    StampUnknown { service: String },
    /// The time stamp contradicts the time of signing, or is later than now.
    StampTime { at: Moment },
    /// Some of the files of the log's proof are there and some not.
    LogIncomplete,
    /// `checkpoint` is not the checkpoint of the proof.
    CheckpointOther,
    /// The proof does not show what it should.
    LogWrong { detail: String },
}

/// What a check cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotShown {
    /// No anchor was given: the signatures fit the certificates, whose these are is open.
    NoAnchor,
    /// Whether a certificate was revoked: nothing is asked over a network.
    Revocation,
    /// Whether a newer version or a withdrawal exists.
    NewerVersion,
    /// When it was signed: only the signers say so.
    NoStamp,
    /// Whose time stamp it is: no anchor for it was given.
    NoStampAnchor,
    /// That it stands in the issuer's record: there is no proof in it.
    NoLog,
    /// That it stands in the issuer's record: the key of the log was not given.
    NoLogKey,
    /// What the withheld evidence says.
    Withheld,
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io(error) => Self::Unreadable { detail: error.to_string() },
            ArchiveError::NotAZip => Self::NotAZip,
            ArchiveError::Trailing(bytes) => Self::Trailing { bytes },
            ArchiveError::Gap => Self::Gap,
            ArchiveError::TooLarge(what) => Self::TooLarge { what: what.to_owned() },
            ArchiveError::Name { name, reason } => Self::Path { name, why: reason },
            ArchiveError::NameTwice(name) => Self::NameTwice { name },
            ArchiveError::NotAFile(name) => Self::NotAFile { name },
            ArchiveError::Compressed { name, ratio } => Self::Compressed { name, ratio },
            ArchiveError::Encrypted(name) => Self::Encrypted { name },
            ArchiveError::Repacked(name) => Self::Repacked { name },
            ArchiveError::Checksum(name) => Self::Checksum { name },
        }
    }
}
