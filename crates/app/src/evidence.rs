//! Evidence: a file and its record, kept together.

use crate::error::AppError;
use crate::facade::{App, Ctx, earlier, stored};
use crate::write::{self, Actor, Receipt, Request};
use okiagari_model::respond::access_entry::Way;
use okiagari_model::respond::evidence::Evidence;
use okiagari_model::respond::report::Report;
use okiagari_model::{
    Action, Body, Change, Cond, OrgId, Record, RecordId, Register, RowFilter, Time, policy,
};
use okiagari_store::blob::{self, Blob, BlobError};
use okiagari_store::{ListQuery, WriteTx};
use sha2::{Digest as _, Sha256};
use std::io::{Read, Write};

/// What is said of a file that is sent.
#[derive(Debug)]
pub struct Named<'a> {
    /// Fields of the evidence record.
    pub fields: Body,
    /// Its name.
    pub file_name: &'a str,
    /// Its media type, as claimed.
    pub media_type: &'a str,
}

impl Named<'_> {
    /// Tells what is said apart from anything else said.
    fn digest(&self) -> Result<String, AppError> {
        let all = (&self.fields, self.file_name, self.media_type);
        let text = serde_json::to_vec(&all).map_err(|e| AppError::Internal(e.to_string()))?;
        Ok(blob::hex(&Sha256::digest(&text)))
    }
}

impl App {
    /// Keeps a file, encrypted and addressed by the SHA-256 of the original, and makes its
    /// evidence record.
    ///
    /// # Errors
    /// Too large, cut off on the way, fields that do not fit; no record is made then.
    pub fn add_evidence(
        &self,
        ctx: &Ctx,
        fields: Body,
        file_name: &str,
        media_type: &str,
        reader: impl Read,
    ) -> Result<Receipt, AppError> {
        let about = Named { fields, file_name, media_type };
        self.add_evidence_keyed(ctx, about, None, reader).map(|(receipt, _)| receipt)
    }

    /// As [`App::add_evidence`], at most once for a key: the same file with the same fields and
    /// key gives the same receipt, and tells that it is one. A file that comes again is only
    /// measured: it may have been erased since, and must not come back by a repeated request.
    ///
    /// # Errors
    /// As [`App::add_evidence`]; [`AppError::KeyReused`] where the key came with something else.
    pub fn add_evidence_keyed(
        &self,
        ctx: &Ctx,
        about: Named<'_>,
        key: Option<&str>,
        reader: impl Read,
    ) -> Result<(Receipt, bool), AppError> {
        if policy::rows(&ctx.subject, Evidence::DEF, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        let org = ctx.subject.org.clone();
        let account = ctx.subject.account.clone();
        let asked = about.digest()?;
        if let Some(key) = key {
            let known = self.store().read(|tx| tx.idempotent(&org, &account, key))?;
            if known.is_some() {
                let digest = format!("{asked}{}", self.measure(reader)?);
                let receipt = earlier(known, &digest)?.ok_or(AppError::KeyReused)?;
                return Ok((receipt, true));
            }
        }
        let Named { mut fields, file_name, media_type } = about;
        let blob = self.files().put(&org, reader, file_name, media_type)?;
        let key = key.map(|key| (key.to_owned(), format!("{asked}{}", blob::hex(&blob.sha256))));
        describe(&mut fields, &blob, file_name);
        fields
            .entry("name")
            .or_insert_with(|| file_name.chars().take(200).collect::<String>().into());
        fields.entry("kind").or_insert_with(|| "other".into());
        fields.entry("taken_at").or_insert_with(|| self.now().millis().into());
        if let Some(person) = &ctx.subject.person {
            fields.entry("taken_by").or_insert_with(|| person.as_str().into());
        }
        let request = Request {
            org: org.clone(),
            actor: Actor::Person(ctx.subject.clone()),
            change: Change::Create { def: Evidence::DEF, body: fields, reason: None },
            now: self.now(),
        };
        let env = self.env().clone();
        self.store().write(&org, "evidence", move |tx| {
            let Some((key, digest)) = key else {
                return Ok((write::apply_with_file(tx, &env, &request)?, false));
            };
            if let Some(receipt) = earlier(tx.idempotent(&request.org, &account, &key)?, &digest)? {
                return Ok((receipt, true));
            }
            let receipt = write::apply_with_file(tx, &env, &request)?;
            let text = stored(&receipt)?;
            tx.remember(&request.org, &account, &key, &digest, &text, request.now)?;
            Ok((receipt, false))
        })
    }

    /// The SHA-256 of what is sent, hexadecimal, without keeping it.
    fn measure(&self, reader: impl Read) -> Result<String, AppError> {
        let limit = self.files().limit();
        let mut reader = reader.take(limit.saturating_add(1));
        let mut hash = Sha256::new();
        let mut piece = vec![0; 64 << 10];
        let mut size = 0;
        loop {
            let n = reader.read(&mut piece).map_err(BlobError::Upload)?;
            if n == 0 {
                break;
            }
            size += n as u64;
            hash.update(&piece[..n]);
        }
        if size > limit {
            return Err(BlobError::TooLarge { limit }.into());
        }
        Ok(blob::hex(&hash.finalize()))
    }

    /// Gives the file of an evidence record, decrypted, to a writer. On an error what was written
    /// is not the whole file.
    ///
    /// # Errors
    /// Not found where the record may not be seen or has no file.
    pub fn evidence_file(
        &self,
        ctx: &Ctx,
        id: &RecordId,
        writer: impl Write,
    ) -> Result<(), AppError> {
        let blob = self.evidence_blob(ctx, id)?;
        let record = self.record(ctx, Evidence::DEF, id, None)?.record;
        self.note_opening(ctx, &record, Way::File)?;
        self.files().get(&blob, writer)?;
        Ok(())
    }

    /// What is known of the file of an evidence record.
    ///
    /// # Errors
    /// Not found where the record may not be seen or has no file.
    pub fn evidence_blob(&self, ctx: &Ctx, id: &RecordId) -> Result<Blob, AppError> {
        let record = self.record(ctx, Evidence::DEF, id, None)?.record;
        // Whose file name was erased has no file any more, though another record may hold the same.
        let kept = !record.text("file_name").is_empty();
        let digest = blob::parse_sha256(record.text("sha256")).filter(|_| kept);
        Ok(self.files().info(&ctx.subject.org, &digest.ok_or(AppError::NotFound)?)?)
    }
}

/// Destroys the key of a record's file when the file's name is erased from the record, in the
/// transaction of that change: the record states the erasure, and hash and size stay as proof of
/// what there was. The same file under another record stays; the bytes are swept away afterwards.
pub(crate) fn forget_file(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    now: Time,
    current: Option<&Record>,
    change: &Change,
) -> Result<(), AppError> {
    let (Some(record), Change::Erase { def, fields, .. }) = (current, change) else {
        return Ok(());
    };
    let Some(digest) = blob::parse_sha256(record.text("sha256")) else { return Ok(()) };
    if def.id != Evidence::ID || !fields.iter().any(|f| f == "file_name") {
        return Ok(());
    }
    let everything = RowFilter::everything();
    let conds = [Cond::eq("sha256", record.text("sha256"))];
    let same = ListQuery {
        conds: &conds,
        limit: 100,
        include_ended: true,
        ..ListQuery::new(org, Evidence::DEF, &everything)
    };
    let others = tx.list(&same)?.records;
    if others.iter().any(|o| o.id != record.id && !o.text("file_name").is_empty()) {
        return Ok(());
    }
    // A report may have brought the same file.
    let mut reports = tx.all(org, Report::DEF, &everything)?.into_iter();
    if reports.any(|r| r.ids("files").iter().any(|f| f.starts_with(record.text("sha256")))) {
        return Ok(());
    }
    tx.erase_file(org, &digest, now)?;
    Ok(())
}

/// Puts what is known of the file into the record's own fields.
fn describe(fields: &mut Body, blob: &Blob, file_name: &str) {
    fields.insert("sha256".into(), blob::hex(&blob.sha256).into());
    fields.insert("size".into(), i64::try_from(blob.size).unwrap_or(i64::MAX).into());
    let name: String = file_name.chars().filter(|c| !c.is_control()).take(200).collect();
    fields.insert("file_name".into(), name.into());
}
