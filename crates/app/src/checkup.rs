//! Verification of everything that is kept of an organisation: record, projections, files.

use crate::error::AppError;
use crate::facade::App;
use okiagari_model::{Message, OrgId};
use okiagari_store::blob::BlobError;
use okiagari_store::{Check, Report, VerifyOptions};

/// Most problems that are named of one check.
const NAMED: usize = 50;

impl App {
    /// Verifies an organisation: leaves, tiles, checkpoints, revisions and projections, and every
    /// evidence file. Damage is part of the report, not an error.
    ///
    /// # Errors
    /// Not found where there is no such organisation; those of store and disk.
    pub fn verify(
        &self,
        org: &OrgId,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Report, AppError> {
        self.verify_against(org, None, progress)
    }

    /// As [`App::verify`], with a checkpoint that was kept outside.
    ///
    /// # Errors
    /// As [`App::verify`].
    pub fn verify_against(
        &self,
        org: &OrgId,
        outside: Option<String>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Report, AppError> {
        let options = VerifyOptions { keys: vec![self.verifier(org)?], outside, log_only: false };
        let mut report = self.store().verify(org, &options, progress)?;
        report.checks.push(self.check_files(org)?);
        Ok(report)
    }

    fn check_files(&self, org: &OrgId) -> Result<Check, AppError> {
        let mut problems = Vec::new();
        let (mut files, mut damaged) = (0u64, 0u64);
        self.files().each(|blob| {
            if blob.org != *org {
                return Ok(());
            }
            files += 1;
            match self.files().check(&blob) {
                Ok(()) => {}
                Err(error @ (BlobError::Missing { .. } | BlobError::Damaged { .. })) => {
                    damaged += 1;
                    if problems.len() < NAMED {
                        problems.push(error.message());
                    }
                }
                Err(error) => return Err(error),
            }
            Ok(())
        })?;
        let detail = if damaged == 0 {
            Message::new(format!("{files}件のファイル"), format!("{files} files"))
        } else {
            Message::new(
                format!("{files}件のうち{damaged}件が損なわれています"),
                format!("{damaged} of {files} are damaged"),
            )
        };
        Ok(Check {
            id: "files",
            what: Message::new(
                "証拠ファイルは、登録した時のままです",
                "Evidence files are as they were when they came in",
            ),
            ok: damaged == 0,
            detail,
            problems,
        })
    }
}
