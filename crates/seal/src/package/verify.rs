//! Checking a package. Nothing in it is believed; every refusal has its own reason.

mod signers;

use std::io::{Read, Seek};

use ring::digest::{Context, SHA256};
use sha2::{Digest, Sha256};

use super::report::{
    EvidenceReport, EvidenceState, Failure, LogSeen, NotShown, Report, StampSeen, Trust,
};
use super::stamp::Stamp;
use super::trust::{Anchor, leads_to_anchor};
use super::{LogFiles, list_line, path};
use crate::archive::{Archive, ArchiveError, Limits};
use crate::certificate::Fingerprint;
use crate::moment::Moment;
use crate::statement::{Disclosure, Evidence, MAX_STATEMENT, Statement, StatementError};

/// The largest file that a package has beside statement and evidence, in bytes. An envelope holds
/// the statement once more, a third longer.
const MAX_FILE: usize = 2 * MAX_STATEMENT;

/// How far two clocks may be apart, in seconds.
const SKEW: u64 = 300;

/// Judges the files of the log: whether they show that the statement with this SHA-256 stands in a
/// log. Nothing where the log is not one that is known; the reason where it does not hold.
pub type LogJudge<'a> = &'a dyn Fn(&LogFiles, Fingerprint) -> Result<Option<LogSeen>, String>;

/// The newest version that the reader has seen of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The id of the declaration; others are not compared.
    pub id: String,
    /// The newest version seen.
    pub version: u32,
    /// SHA-256 of its statement.
    pub statement_sha256: Fingerprint,
}

/// By what a package is judged.
#[derive(Clone)]
pub struct Terms<'a> {
    /// The present.
    pub at: Moment,
    /// Which signers' certificates, or authorities, are trusted.
    pub anchors: &'a [Anchor],
    /// Which time-stamping services, or their authorities, are trusted.
    pub stamp_anchors: &'a [Anchor],
    /// Certificates that are known to be revoked.
    pub revoked: &'a [Fingerprint],
    /// The newest versions seen.
    pub known: &'a [Known],
    /// Who judges the proof of the log; nobody where no log is known.
    pub log: Option<LogJudge<'a>>,
    /// How much is read.
    pub limits: Limits,
}

impl Terms<'_> {
    /// Only the present is known.
    pub fn at(at: Moment) -> Self {
        Self {
            at,
            anchors: &[],
            stamp_anchors: &[],
            revoked: &[],
            known: &[],
            log: None,
            limits: Limits::default(),
        }
    }
}

/// Checks a package. `progress` hears how many bytes of evidence are done, of how many.
pub fn verify<R: Read + Seek>(
    input: R,
    terms: &Terms<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Report {
    let report = Report {
        at: terms.at,
        statement_sha256: None,
        statement: None,
        signers: Vec::new(),
        evidence: Vec::new(),
        stamp: None,
        log: None,
        failures: Vec::new(),
        not_shown: Vec::new(),
    };
    match Archive::open(input, terms.limits) {
        Ok(archive) => {
            let mut check = Check { archive, terms, report };
            check.all(progress);
            check.report
        }
        Err(error) => Report { failures: vec![error.into()], ..report },
    }
}

struct Check<'a, R> {
    archive: Archive<R>,
    terms: &'a Terms<'a>,
    report: Report,
}

impl<R: Read + Seek> Check<'_, R> {
    fn all(&mut self, progress: &mut dyn FnMut(u64, u64)) {
        let fixed: Vec<Option<Vec<u8>>> = path::FIXED.map(|name| self.needed(name)).into();
        let [readme, Some(bytes), envelope, cms, chain] = fixed.as_slice() else { return };
        let digest = Fingerprint(Sha256::digest(bytes).into());
        self.report.statement_sha256 = Some(digest);
        let statement = match Statement::from_bytes(bytes) {
            Ok(statement) => statement,
            Err(error) => return self.fail(unread(error)),
        };
        self.check_order(&statement);
        self.check_readme(&statement, readme.as_deref());
        self.check_times(&statement);
        self.check_version(&statement, digest);
        let log = self.check_log(digest);
        self.check_stamp(log.as_ref(), &statement);
        if let (Some(envelope), Some(cms), Some(chain)) = (envelope, cms, chain) {
            let files = signers::Files { statement: bytes, envelope, cms, chain };
            let proven = self.report.stamp.as_ref().filter(|s| s.trust == Trust::Anchored);
            let proven = proven.map(|stamp| stamp.time);
            let found = signers::check(&statement, &files, self.terms, proven);
            self.report.signers = found.signers;
            self.report.failures.extend(found.failures);
        }
        self.check_stamp_time();
        self.check_evidence(&statement, progress);
        self.tell_limits();
        self.report.statement = Some(statement);
    }

    fn fail(&mut self, failure: Failure) {
        self.report.failures.push(failure);
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.archive.entries().iter().position(|entry| entry.name() == name)
    }

    fn optional(&mut self, name: &str) -> Option<Vec<u8>> {
        let place = self.place(name)?;
        match self.archive.read_whole(place, MAX_FILE) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.fail(error.into());
                None
            }
        }
    }

    fn needed(&mut self, name: &str) -> Option<Vec<u8>> {
        if self.place(name).is_none() {
            self.fail(Failure::FileMissing { name: name.to_owned() });
        }
        self.optional(name)
    }

    /// Every file that is there belongs there, at its place.
    fn check_order(&mut self, statement: &Statement) {
        let evidence = statement.predicate.evidence.iter().map(Evidence::path);
        let names = path::FIXED.into_iter().chain(path::LOG).chain([path::STAMP]);
        let names = names.map(str::to_owned).chain(evidence).chain([path::LIST.to_owned()]);
        let order: std::collections::BTreeMap<String, usize> =
            names.enumerate().map(|(place, name)| (name, place)).collect();
        let mut last = None;
        let mut found = Vec::new();
        for entry in self.archive.entries() {
            let name = entry.name().to_owned();
            match order.get(&name) {
                None => found.push(Failure::FileUnexpected { name }),
                Some(place) if last >= Some(*place) => found.push(Failure::FileOrder { name }),
                Some(place) => last = Some(*place),
            }
        }
        self.report.failures.extend(found);
    }

    fn check_readme(&mut self, statement: &Statement, readme: Option<&[u8]>) {
        let named = statement.subject.first().map(|subject| subject.digest.sha256.0);
        let is = readme.map(|bytes| <[u8; 32]>::from(Sha256::digest(bytes)));
        if is.is_some() && is != named {
            self.fail(Failure::ReadmeAltered);
        }
    }

    fn check_times(&mut self, statement: &Statement) {
        let (declared, now) = (&statement.predicate, self.terms.at);
        if declared.issued_at.unix() > now.unix() + SKEW {
            self.fail(Failure::WrittenInFuture { at: declared.issued_at });
        }
        if now < declared.valid_from {
            self.fail(Failure::NotYetValid { from: declared.valid_from });
        }
        if now > declared.valid_until {
            self.fail(Failure::Expired { until: declared.valid_until });
        }
    }

    fn check_version(&mut self, statement: &Statement, digest: Fingerprint) {
        let declared = &statement.predicate;
        let Some(known) = self.terms.known.iter().find(|known| known.id == declared.id) else {
            return;
        };
        let version = declared.version;
        if version < known.version {
            self.fail(Failure::Older { version, newest: known.version });
        } else if version == known.version && digest != known.statement_sha256 {
            self.fail(Failure::OtherVersion { version });
        } else if let Some(before) = &declared.supersedes
            && before.version == known.version
            && before.statement_sha256 != known.statement_sha256
        {
            self.fail(Failure::NotASuccessor { version });
        }
    }

    fn check_log(&mut self, digest: Fingerprint) -> Option<LogFiles> {
        let [proof, checkpoint, leaf, disclosure] = path::LOG.map(|name| self.optional(name));
        let (proof, checkpoint, leaf, disclosure) = match (proof, checkpoint, leaf, disclosure) {
            (Some(proof), Some(point), Some(leaf), Some(field)) => (proof, point, leaf, field),
            (None, None, None, None) => {
                self.report.not_shown.push(NotShown::NoLog);
                return None;
            }
            _ => {
                self.fail(Failure::LogIncomplete);
                return None;
            }
        };
        let files = LogFiles { proof, leaf, disclosure };
        if files.checkpoint() != Some(&checkpoint) {
            self.fail(Failure::CheckpointOther);
        }
        match self.terms.log.map(|judge| judge(&files, digest)) {
            None | Some(Ok(None)) => self.report.not_shown.push(NotShown::NoLogKey),
            Some(Ok(seen)) => self.report.log = seen,
            Some(Err(detail)) => self.fail(Failure::LogWrong { detail }),
        }
        Some(files)
    }

    fn check_stamp(&mut self, log: Option<&LogFiles>, statement: &Statement) {
        let Some(answer) = self.optional(path::STAMP) else {
            self.report.not_shown.push(NotShown::NoStamp);
            return;
        };
        let about = log.and_then(LogFiles::checkpoint).unwrap_or_default();
        let stamp = match Stamp::read(&answer, about) {
            Ok(stamp) => stamp,
            Err(error) => return self.fail(Failure::Stamp { detail: error.to_string() }),
        };
        let anchors = self.terms.stamp_anchors;
        let service = stamp.service.subject();
        let trust = if anchors.is_empty() {
            self.report.not_shown.push(NotShown::NoStampAnchor);
            Trust::NotShown
        } else if leads_to_anchor(&stamp.service, &stamp.chain, anchors, stamp.time) {
            Trust::Anchored
        } else {
            self.fail(Failure::StampUnknown { service: service.clone() });
            Trust::Unknown
        };
        let early = stamp.time.unix() + SKEW < statement.predicate.issued_at.unix();
        if early || stamp.time.unix() > self.terms.at.unix() + SKEW {
            self.fail(Failure::StampTime { at: stamp.time });
        }
        self.report.stamp = Some(StampSeen { time: stamp.time, service, trust });
    }

    /// The log, and with it the stamp, comes after the last signature.
    fn check_stamp_time(&mut self) {
        let Some(time) = self.report.stamp.as_ref().map(|stamp| stamp.time) else { return };
        let signed = self.report.signers.iter().filter_map(|signer| signer.signed_at).max();
        let told = self.report.failures.contains(&Failure::StampTime { at: time });
        if !told && signed.is_some_and(|signed| time.unix() + SKEW < signed.unix()) {
            self.fail(Failure::StampTime { at: time });
        }
    }

    fn check_evidence(&mut self, statement: &Statement, progress: &mut dyn FnMut(u64, u64)) {
        let places: std::collections::BTreeMap<String, usize> = {
            let entries = self.archive.entries().iter().enumerate();
            entries.map(|(place, entry)| (entry.name().to_owned(), place)).collect()
        };
        let all = &statement.predicate.evidence;
        let there = all.iter().filter(|evidence| places.contains_key(&evidence.path()));
        let total = there.map(|evidence| evidence.size).fold(0, u64::saturating_add);
        let mut done = 0;
        let mut list = String::new();
        for evidence in all {
            let place = places.get(&evidence.path()).copied();
            let state = match place {
                Some(place) => {
                    list.push_str(&list_line(evidence));
                    self.compare(place, evidence, &mut |piece| {
                        done += piece;
                        progress(done, total);
                    })
                }
                None if evidence.disclosure == Disclosure::Enclosed => EvidenceState::Missing,
                None => EvidenceState::Withheld,
            };
            let name = evidence.name.clone();
            match state {
                EvidenceState::Missing => self.fail(Failure::EvidenceMissing { name }),
                EvidenceState::Altered => self.fail(Failure::EvidenceAltered { name }),
                EvidenceState::Present | EvidenceState::Withheld => {}
            }
            self.report.evidence.push(EvidenceReport {
                name: evidence.name.clone(),
                sha256: evidence.sha256,
                size: evidence.size,
                disclosure: evidence.disclosure,
                state,
            });
        }
        if self.needed(path::LIST).is_some_and(|bytes| bytes != list.as_bytes()) {
            self.fail(Failure::ListAltered);
        }
    }

    fn compare(
        &mut self,
        place: usize,
        evidence: &Evidence,
        piece: &mut dyn FnMut(u64),
    ) -> EvidenceState {
        let mut digest = Context::new(&SHA256);
        let mut size = 0;
        let read = self.archive.read(place, &mut |bytes| {
            digest.update(bytes);
            size += bytes.len() as u64;
            piece(bytes.len() as u64);
        });
        let same = size == evidence.size && digest.finish().as_ref() == evidence.sha256.0;
        match read {
            // The digest says more than the check sum.
            Err(ArchiveError::Checksum(_)) if !same => EvidenceState::Altered,
            Err(error) => {
                self.fail(error.into());
                EvidenceState::Altered
            }
            Ok(()) if same => EvidenceState::Present,
            Ok(()) => EvidenceState::Altered,
        }
    }

    fn tell_limits(&mut self) {
        if self.terms.anchors.is_empty() {
            self.report.not_shown.insert(0, NotShown::NoAnchor);
        }
        if self.report.count(EvidenceState::Withheld) > 0 {
            self.report.not_shown.push(NotShown::Withheld);
        }
        self.report.not_shown.extend([NotShown::Revocation, NotShown::NewerVersion]);
    }
}

fn unread(error: StatementError) -> Failure {
    match error {
        StatementError::UnknownKind(kind) => Failure::StatementUnknown { kind },
        StatementError::TooLarge | StatementError::Json(_) => {
            Failure::StatementUnreadable { detail: error.to_string() }
        }
        _ => Failure::StatementUnsound { detail: error.to_string() },
    }
}
