//! Proofs of single revisions, and checks of what somebody brings back.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use okiagari_log::{
    Checkpoint, Hash, LeafHeader, TlogProof, VerifierKey, leaf_hash, verify_consistency,
};
use okiagari_model::{Message, RecordId, RegisterDef};

/// What proves one revision.
#[derive(Debug, Clone)]
pub struct ProofView {
    /// Index of the leaf.
    pub leaf: u64,
    /// Exact bytes of the leaf.
    pub header: String,
    /// Hash of the leaf, base64.
    pub leaf_hash: String,
    /// Commitment to the fields of this revision, base64.
    pub commitment: String,
    /// Size of the signed log.
    pub size: u64,
    /// Hashes from the leaf to the root, base64.
    pub path: Vec<String>,
    /// Signed checkpoint.
    pub checkpoint: String,
    /// All of it as one C2SP proof file.
    pub tlog_proof: String,
    /// Public key to check it with.
    pub vkey: String,
}

/// One check of something uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLine {
    /// Whether it holds; `None` where it could not be shown here.
    pub ok: Option<bool>,
    /// In words.
    pub text: Message,
}

/// What was found out about something uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadCheck {
    /// Log that it speaks of.
    pub origin: String,
    /// Size of that log.
    pub size: u64,
    /// Checks.
    pub lines: Vec<UploadLine>,
}

impl UploadCheck {
    fn say(&mut self, ok: Option<bool>, ja: impl Into<String>, en: impl Into<String>) {
        self.lines.push(UploadLine { ok, text: Message::new(ja, en) });
    }

    /// Whether every check that could be made holds.
    pub fn good(&self) -> bool {
        self.lines.iter().any(|l| l.ok == Some(true))
            && self.lines.iter().all(|l| l.ok != Some(false))
    }
}

impl App {
    /// What proves a revision: leaf, path and a signed checkpoint.
    ///
    /// # Errors
    /// Not found where the record may not be seen.
    pub fn proof(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        id: &RecordId,
        rev: u32,
    ) -> Result<ProofView, AppError> {
        let org = &ctx.subject.org;
        let rows = self.readable(ctx, def)?;
        let record = self
            .store()
            .read(|tx| Ok::<_, AppError>(tx.revision(org, def, id, rev, &rows)?))?
            .filter(|r| crate::read::shown(ctx, r))
            .ok_or(AppError::NotFound)?;
        let (note, checkpoint) = self.current_checkpoint(org)?;
        let inclusion = self.store().read(|tx| {
            Ok::<_, AppError>(tx.inclusion(org, record.leaf, Some(checkpoint.size))?)
        })?;
        let header = LeafHeader::decode(inclusion.header.as_bytes())
            .map_err(|e| AppError::Internal(format!("leaf {}: {e}", record.leaf)))?;
        let commitment = header
            .items
            .iter()
            .find(|i| i.register == def.id && i.id == id.as_str())
            .map(|i| i.commitment.to_base64())
            .unwrap_or_default();
        let file = TlogProof {
            extra: None,
            index: inclusion.index,
            path: inclusion.path.clone(),
            checkpoint: note.clone(),
        };
        Ok(ProofView {
            leaf: inclusion.index,
            leaf_hash: leaf_hash(inclusion.header.as_bytes()).to_base64(),
            header: inclusion.header,
            commitment,
            size: checkpoint.size,
            path: inclusion.path.iter().map(Hash::to_base64).collect(),
            checkpoint: note,
            tlog_proof: file.to_text(),
            vkey: self.verifier(org)?.to_string(),
        })
    }

    /// Checks a proof file or checkpoint that somebody brings back, against the logs kept here.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn verify_upload(&self, bytes: &[u8]) -> Result<UploadCheck, AppError> {
        let text = std::str::from_utf8(bytes).map_err(|_| not_known())?;
        if let Ok(proof) = TlogProof::parse(text) {
            return self.check_proof(&proof);
        }
        let origin = text.lines().next().unwrap_or_default().to_owned();
        let (org, key) = self.key_of(&origin)?;
        let mut check = UploadCheck { origin, ..UploadCheck::default() };
        match Checkpoint::verify(text, &key) {
            Ok(checkpoint) => self.compare(&org, &checkpoint, &mut check)?,
            Err(e) => check.say(
                Some(false),
                format!(
                    "署名が合いません（{e}）。途中で書き換えられたか、別の鍵で署名されています。"
                ),
                format!("The signature does not fit ({e}): altered, or signed by another key."),
            ),
        }
        Ok(check)
    }

    fn check_proof(&self, proof: &TlogProof) -> Result<UploadCheck, AppError> {
        let origin = proof.checkpoint.lines().next().unwrap_or_default().to_owned();
        let (org, key) = self.key_of(&origin)?;
        let mut check = UploadCheck { origin, ..UploadCheck::default() };
        let Ok(checkpoint) = Checkpoint::verify(&proof.checkpoint, &key) else {
            check.say(
                Some(false),
                "証跡署名の署名が合いません。",
                "The checkpoint's signature does not fit.",
            );
            return Ok(check);
        };
        self.compare(&org, &checkpoint, &mut check)?;
        let header = self
            .store()
            .read(|tx| Ok::<_, AppError>(tx.header_text(&org, proof.index)?))?
            .unwrap_or_default();
        match proof.verify(header.as_bytes(), &key) {
            Ok(_) => check.say(
                Some(true),
                format!("証跡項目 {} は、この署名の範囲に変わらず含まれています。", proof.index),
                format!("Leaf {} is in the signed log, unaltered.", proof.index),
            ),
            Err(e) => check.say(
                Some(false),
                format!("証跡項目 {} は、この署名と合いません（{e}）。", proof.index),
                format!("Leaf {} does not fit the signed log ({e}).", proof.index),
            ),
        }
        Ok(check)
    }

    fn compare(
        &self,
        org: &okiagari_model::OrgId,
        checkpoint: &Checkpoint,
        check: &mut UploadCheck,
    ) -> Result<(), AppError> {
        check.size = checkpoint.size;
        check.say(
            Some(true),
            format!("{} の鍵で署名されています（{}件まで）。", checkpoint.origin, checkpoint.size),
            format!(
                "Signed by the key of {} (up to {} leaves).",
                checkpoint.origin, checkpoint.size
            ),
        );
        let (_, now) = self.current_checkpoint(org)?;
        if checkpoint.origin != now.origin {
            check.say(
                None,
                "以前の区切り（エポック）の署名です。続きとの一致は、その区切りの記録で確かめてください。",
                "It belongs to an earlier epoch; consistency with it is shown by the leaf that opened the present one.",
            );
            return Ok(());
        }
        if checkpoint.size > now.size {
            check.say(
                Some(false),
                "ここにある証跡のほうが短くなっています。復元で失われたか、切り取られています。",
                "The record kept here is shorter: lost in a restore, or cut off.",
            );
            return Ok(());
        }
        let path = self
            .store()
            .read(|tx| Ok::<_, AppError>(tx.consistency(org, checkpoint.size, now.size)?))?;
        let same =
            verify_consistency(checkpoint.size, now.size, &checkpoint.root, &now.root, &path)
                .is_ok();
        if same {
            check.say(
                Some(true),
                "いまの証跡は、この署名の時点からの続きです。途中は書き換えられていません。",
                "Today's record continues it; nothing before was altered.",
            );
        } else {
            check.say(
                Some(false),
                "いまの証跡は、この署名の時点と食い違っています。過去が書き換えられています。",
                "Today's record does not continue it: the past was altered.",
            );
        }
        Ok(())
    }

    /// The organisation and key of a log's origin.
    pub(crate) fn key_of(
        &self,
        origin: &str,
    ) -> Result<(okiagari_model::OrgId, VerifierKey), AppError> {
        let (base, _) = okiagari_log::split_origin(origin);
        for row in self.organisations()? {
            if self.origin_of(&row.id)? == base {
                let key = self.verifier(&row.id)?.renamed(origin).map_err(|_| not_known())?;
                return Ok((row.id, key));
            }
        }
        Err(not_known())
    }
}

fn not_known() -> AppError {
    AppError::input(
        "このファイルは、ここの証跡の証明ファイル（.tlog-proof）でも証跡署名でもありません。",
        "This file is neither a proof (.tlog-proof) nor a checkpoint of a record kept here.",
    )
}
