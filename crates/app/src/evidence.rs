//! Evidence: a file and its record, kept together.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::write::{self, Actor, Receipt, Request};
use okiagari_model::respond::evidence::Evidence;
use okiagari_model::{Action, Body, Change, RecordId, Register, policy};
use okiagari_store::blob::{self, Blob};
use std::io::{Read, Write};

impl App {
    /// Keeps a file, encrypted and addressed by the SHA-256 of the original, and makes its
    /// evidence record.
    ///
    /// # Errors
    /// Too large, cut off on the way, fields that do not fit; no record is made then.
    pub fn add_evidence(
        &self,
        ctx: &Ctx,
        mut fields: Body,
        file_name: &str,
        media_type: &str,
        reader: impl Read,
    ) -> Result<Receipt, AppError> {
        if policy::rows(&ctx.subject, Evidence::DEF, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        let org = ctx.subject.org.clone();
        let blob = self.files().put(&org, reader, file_name, media_type)?;
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
            actor: Actor::Person((*ctx.subject).clone()),
            change: Change::Create { def: Evidence::DEF, body: fields, reason: None },
            now: self.now(),
        };
        let env = self.env().clone();
        self.store().write(&org, "evidence", move |tx| write::apply_with_file(tx, &env, &request))
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
        self.files().get(&blob, writer)?;
        Ok(())
    }

    /// What is known of the file of an evidence record.
    ///
    /// # Errors
    /// Not found where the record may not be seen or has no file.
    pub fn evidence_blob(&self, ctx: &Ctx, id: &RecordId) -> Result<Blob, AppError> {
        let record = self.record(ctx, Evidence::DEF, id, None)?.record;
        let digest = blob::parse_sha256(record.text("sha256")).ok_or(AppError::NotFound)?;
        Ok(self.files().info(&ctx.subject.org, &digest)?)
    }
}

/// Puts what is known of the file into the record's own fields.
fn describe(fields: &mut Body, blob: &Blob, file_name: &str) {
    fields.insert("sha256".into(), blob::hex(&blob.sha256).into());
    fields.insert("size".into(), i64::try_from(blob.size).unwrap_or(i64::MAX).into());
    let name: String = file_name.chars().filter(|c| !c.is_control()).take(200).collect();
    fields.insert("file_name".into(), name.into());
}
