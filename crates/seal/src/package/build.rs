//! Building a package.

use std::io::{self, Read, Seek, Write};

use ring::digest::{Context, SHA256};
use sha2::{Digest, Sha256};

use super::{LogFiles, README, list_line, path};
use crate::archive::Writer;
use crate::certificate::{Certificate, Fingerprint, to_pem};
use crate::dsse::Envelope;
use crate::signed_data::{self, CmsError};
use crate::signer::Signature;
use crate::statement::{Disclosure, Evidence, Statement, StatementError};

/// What goes into a package beside the evidence.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// The exact bytes that were signed.
    pub statement: &'a [u8],
    /// One signature of each signer that the statement names, in that order.
    pub signatures: &'a [Signature],
    /// Its proof of standing in the log.
    pub log: Option<&'a LogFiles>,
    /// An RFC 3161 answer over the checkpoint.
    pub stamp: Option<&'a [u8]>,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// SHA-256 of the statement.
    pub statement: Fingerprint,
    /// Names of the evidence that is enclosed.
    pub enclosed: Vec<String>,
    /// Names of the evidence that is withheld.
    pub withheld: Vec<String>,
}

/// Why no package was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Reading evidence or writing failed, or the package became too large.
    #[error("the package could not be written: {0}")]
    Io(#[from] io::Error),
    /// The bytes are no statement.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The signatures are not those of the signers named, in that order, or do not fit.
    #[error("the signatures are not those of the signers that the statement names")]
    Signers,
    /// The CMS file could not be written.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// The envelope could not be written.
    #[error("the envelope could not be written")]
    Envelope,
    /// The content of a file is not what the statement says.
    #[error("the evidence {0:?} is not what the statement says")]
    Evidence(String),
    /// A file that must be enclosed was not handed in.
    #[error("the evidence {0:?} must be enclosed")]
    Missing(String),
    /// A time stamp without the checkpoint that it is about, or a proof without a checkpoint.
    #[error("there is no checkpoint")]
    Checkpoint,
}

/// The content of an evidence file, or nothing where it is withheld.
pub type Content = Option<Box<dyn Read>>;

/// Writes a package. `open` hands in the content of each evidence file, or nothing where it is
/// withheld; `progress` hears how many bytes of evidence are done.
///
/// # Errors
/// When something does not fit the statement or cannot be written: what was written is then no
/// package.
pub fn build<W: Write + Seek>(
    out: W,
    contents: &Contents<'_>,
    open: &mut dyn FnMut(&Evidence) -> io::Result<Content>,
    progress: &mut dyn FnMut(u64),
) -> Result<(W, Packed), BuildError> {
    let statement = Statement::from_bytes(contents.statement)?;
    check_signers(&statement, contents)?;
    let mut writer = Writer::new(out);
    for (name, bytes) in fixed(contents)? {
        writer.add(name, &mut bytes.as_slice(), &mut |_| ())?;
    }
    let fingerprint = Fingerprint(Sha256::digest(contents.statement).into());
    let mut packed = Packed { statement: fingerprint, enclosed: vec![], withheld: vec![] };
    let mut list = String::new();
    let mut done = 0;
    for evidence in &statement.predicate.evidence {
        let Some(mut content) = open(evidence)? else {
            if evidence.disclosure == Disclosure::Enclosed {
                return Err(BuildError::Missing(evidence.name.clone()));
            }
            packed.withheld.push(evidence.name.clone());
            continue;
        };
        let mut digest = Context::new(&SHA256);
        let size = writer.add(&evidence.path(), &mut content, &mut |piece| {
            digest.update(piece);
            done += piece.len() as u64;
            progress(done);
        })?;
        if digest.finish().as_ref() != evidence.sha256.0 || size != evidence.size {
            return Err(BuildError::Evidence(evidence.name.clone()));
        }
        list.push_str(&list_line(evidence));
        packed.enclosed.push(evidence.name.clone());
    }
    writer.add(path::LIST, &mut list.as_bytes(), &mut |_| ())?;
    Ok((writer.finish()?, packed))
}

fn check_signers(statement: &Statement, contents: &Contents<'_>) -> Result<(), BuildError> {
    let named = &statement.predicate.signers;
    let fits = named.len() == contents.signatures.len()
        && named.iter().zip(contents.signatures).all(|(named, signature)| {
            signature.chain.iter().map(Certificate::fingerprint).eq(named.certificates.clone())
        });
    if fits { Ok(()) } else { Err(BuildError::Signers) }
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn fixed(contents: &Contents<'_>) -> Result<Files, BuildError> {
    let signatures = contents.signatures.iter();
    let signatures: Option<Vec<_>> = signatures
        .map(|s| s.certificate().map(|own| (own.fingerprint(), s.dsse.clone())))
        .collect();
    let signatures = signatures.ok_or(BuildError::Signers)?;
    let envelope = Envelope { payload: contents.statement.to_vec(), signatures };
    let envelope = envelope.to_text().map_err(|_| BuildError::Envelope)?;
    let chain = chain(contents.signatures);
    let mut files = vec![
        (path::README, README.as_bytes().to_vec()),
        (path::STATEMENT, contents.statement.to_vec()),
        (path::ENVELOPE, envelope.into_bytes()),
        (path::CMS, signed_data::write(contents.statement, contents.signatures)?),
        (path::CHAIN, to_pem(chain).into_bytes()),
    ];
    if let Some(log) = contents.log {
        let checkpoint = log.checkpoint().ok_or(BuildError::Checkpoint)?;
        files.extend([
            (path::PROOF, log.proof.clone()),
            (path::CHECKPOINT, checkpoint.to_vec()),
            (path::LEAF, log.leaf.clone()),
            (path::DISCLOSURE, log.disclosure.clone()),
        ]);
    }
    match (contents.stamp, contents.log) {
        (Some(stamp), Some(_)) => files.push((path::STAMP, stamp.to_vec())),
        (Some(_), None) => return Err(BuildError::Checkpoint),
        (None, _) => {}
    }
    Ok(files)
}

/// Every certificate once, in the order of the signers.
pub(super) fn chain(signatures: &[Signature]) -> Vec<&Certificate> {
    let mut chain: Vec<&Certificate> = Vec::new();
    for certificate in signatures.iter().flat_map(|signature| &signature.chain) {
        if !chain.contains(&certificate) {
            chain.push(certificate);
        }
    }
    chain
}
