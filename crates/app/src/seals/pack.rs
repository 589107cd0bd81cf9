//! The package of a signed statement: one zip with the evidence and the proof of the record.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use okiagari_model::reconnect::attestation::Attestation;
use okiagari_model::reconnect::sealed_statement::{SealState, SealedStatement};
use okiagari_model::respond::access_entry::Way;
use okiagari_model::{Choice, Record, RecordId, Register, Value};
use okiagari_seal::Signature;
use okiagari_seal::package::{BuildError, Contents, LogFiles, Packed, build};
use okiagari_seal::statement::{Disclosure, Evidence, Statement};
use okiagari_store::blob::BlobError;
use std::fs::File;
use std::io::{Seek, SeekFrom};

/// A package, ready to be sent.
#[derive(Debug)]
pub struct Packet {
    /// A name for the file.
    pub name: String,
    /// Its bytes, in a temporary file without a name.
    pub file: File,
    /// What is in it.
    pub packed: Packed,
}

impl App {
    /// What a statement says.
    ///
    /// # Errors
    /// Not found where the record may not be seen; a damaged file.
    pub fn statement(&self, ctx: &Ctx, record: &Record) -> Result<Statement, AppError> {
        Statement::from_bytes(&self.statement_bytes(ctx, record)?)
            .map_err(|e| AppError::Internal(format!("the statement of {}: {e}", record.id)))
    }

    /// Writes the package of a statement that everybody has signed. `withheld` names evidence that
    /// stays here; the statement has to allow it.
    ///
    /// # Errors
    /// Not signed by all, or its attestation is not issued; evidence that is gone or must be
    /// enclosed.
    pub fn pack(&self, ctx: &Ctx, id: &RecordId, withheld: &[String]) -> Result<Packet, AppError> {
        let record = self.record(ctx, SealedStatement::DEF, id, None)?.record;
        self.may_leave(ctx, &record)?;
        let bytes = self.statement_bytes(ctx, &record)?;
        let signatures = signatures(&record)?;
        let log = self.log_files(ctx, &record)?;
        let contents =
            Contents { statement: &bytes, signatures: &signatures, log: Some(&log), stamp: None };
        let out = tempfile::tempfile().map_err(BlobError::Write)?;
        // The error of a store, told apart from that of the zip.
        let mut broken = None;
        let mut open = |evidence: &Evidence| {
            if evidence.disclosure == Disclosure::MayBeWithheld && withheld.contains(&evidence.name)
            {
                return Ok(None);
            }
            self.content(ctx, evidence).map(Some).map_err(|error| {
                let told = std::io::Error::other(error.to_string());
                broken = Some(error);
                told
            })
        };
        let built = build(out, &contents, &mut open, &mut |_| ());
        let (mut file, packed) = match (built, broken) {
            (_, Some(error)) => return Err(error),
            (built, None) => built.map_err(not_built)?,
        };
        file.seek(SeekFrom::Start(0)).map_err(BlobError::Write)?;
        self.note_opening(ctx, &record, Way::Export)?;
        let name = format!("{}-v{}.zip", record.text("number"), record.int("version").unwrap_or(1));
        Ok(Packet { name, file, packed })
    }

    /// Nothing leaves half signed, and no attestation before it is issued.
    fn may_leave(&self, ctx: &Ctx, record: &Record) -> Result<(), AppError> {
        if record.text("state") != SealState::Signed.id() {
            return Err(AppError::input(
                "まだ全員の署名がそろっていません。",
                "Not everybody has signed yet.",
            ));
        }
        let Some(id) = record.ids("attestation").first().map(|id| RecordId::new(*id)) else {
            return Ok(());
        };
        let of = self.record(ctx, Attestation::DEF, &id, None)?.record;
        if matches!(of.text("state"), "issued" | "superseded" | "withdrawn") {
            return Ok(());
        }
        Err(AppError::input(
            "認証書を発行してから渡してください。",
            "Issue the attestation before it is handed over.",
        ))
    }

    /// The decrypted content of a file, on disk while the package is written: memory stays flat.
    fn content(&self, ctx: &Ctx, evidence: &Evidence) -> Result<Box<dyn std::io::Read>, AppError> {
        let kept = self.files().info(&ctx.subject.org, &evidence.sha256.0)?;
        let mut file = tempfile::tempfile().map_err(BlobError::Write)?;
        self.files().get(&kept, &mut file)?;
        file.seek(SeekFrom::Start(0)).map_err(BlobError::Write)?;
        Ok(Box::new(file))
    }

    /// The proof that the statement's digest has stood in the record since it was prepared.
    fn log_files(&self, ctx: &Ctx, record: &Record) -> Result<LogFiles, AppError> {
        let def = SealedStatement::DEF;
        let proof = self.proof(ctx, def, &record.id, 1)?;
        let org = &ctx.subject.org;
        let field = self.store().read(|tx| {
            Ok::<_, AppError>(tx.disclose(org, def, &record.id, 1, "statement_sha256")?)
        })?;
        Ok(LogFiles {
            proof: proof.tlog_proof.into_bytes(),
            leaf: proof.header.into_bytes(),
            disclosure: serde_json::to_vec(&field)
                .map_err(|e| AppError::Internal(e.to_string()))?,
        })
    }
}

/// The signatures in the order in which the statement names their signers.
fn signatures(record: &Record) -> Result<Vec<Signature>, AppError> {
    let lost = |why: String| AppError::Internal(format!("a signature of {}: {why}", record.id));
    let of = |key: &str| {
        let row = record
            .rows("signatures")
            .find(|row| row.get("key").and_then(Value::as_str) == Some(key))
            .ok_or_else(|| lost("is not there".to_owned()))?;
        let text = row.get("value").and_then(Value::as_str).unwrap_or_default();
        text.parse::<Signature>().map_err(|e| lost(e.to_string()))
    };
    record.ids("signers").into_iter().map(of).collect()
}

fn not_built(error: BuildError) -> AppError {
    match error {
        BuildError::Io(error) => AppError::Blob(BlobError::Write(error)),
        other => AppError::Internal(other.to_string()),
    }
}
