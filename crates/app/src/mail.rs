//! Reports by mail: a folder in which a mail server (or a person) puts `.eml` files.
//!
//! Each organisation has its folder. A mail that was taken goes to `done/`, one that is no mail to
//! `refused/` with the reason beside it. The mail's digest stands in its report, so that a mail
//! that is found again, after a crash or because it was sent twice, changes nothing.

use crate::error::AppError;
use crate::facade::App;
use crate::write::{self, Actor, Receipt, Request};
use okiagari_exchange::{Mail, MailError, read_mail};
use okiagari_model::respond::report::{Report, Route};
use okiagari_model::{Body, Change, Choice, Cond, OrgId, Record, Register, RowFilter, Time, Value};
use okiagari_store::{ListQuery, ReadTx, blob};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Mails taken in one turn, so that a full folder does not hold up alarms.
const TURN: usize = 20;

/// What became of a mail.
#[derive(Debug, Clone)]
pub enum Received {
    /// It became a report.
    Report(Receipt),
    /// It is in the record already.
    Known,
    /// It is no mail.
    Refused(MailError),
}

/// What one look into a folder did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Mails that became reports.
    pub taken: usize,
    /// Mails that were known already.
    pub known: usize,
    /// Files that are no mails.
    pub refused: usize,
}

impl App {
    /// Takes a mail. The same bytes twice make one report.
    ///
    /// # Errors
    /// Those of store and files: the mail was not taken, and may be given again.
    pub fn mail_received(&self, org: &OrgId, bytes: &[u8]) -> Result<Received, AppError> {
        let digest = blob::hex(&Sha256::digest(bytes));
        if self.store().read(|tx| known(tx, org, &digest))? {
            return Ok(Received::Known);
        }
        let mail = match read_mail(bytes) {
            Ok(mail) => mail,
            Err(why) => return Ok(Received::Refused(why)),
        };
        let now = self.now();
        let mut body = report_of(&mail, now);
        // The mail as it came is evidence too: its headers tell where it is from.
        let mut files = Vec::new();
        for (name, media, content) in std::iter::once(("mail.eml", "message/rfc822", bytes))
            .chain(mail.attachments.iter().map(|a| (&*a.name, &*a.media_type, a.bytes.as_slice())))
        {
            let kept = self.files().put(org, content, name, media)?;
            files.push(Value::from(format!("{} {name}", blob::hex(&kept.sha256))));
        }
        body.insert("files".into(), Value::Array(files));
        body.insert("source_digest".into(), digest.as_str().into());
        let request = Request {
            org: org.clone(),
            actor: Actor::Program("mail"),
            change: Change::Create { def: Report::DEF, body, reason: None },
            now,
        };
        let env = self.env().clone();
        self.store().write(org, "mail", move |tx| {
            // Another node may have found the same mail since.
            if known(tx, &request.org, &digest)? {
                return Ok(Received::Known);
            }
            Ok(Received::Report(write::apply(tx, &env, &request)?))
        })
    }

    /// Takes the mails of a folder, at most a few in one turn. What cannot be read now or cannot be
    /// kept stays where it is for the next turn.
    ///
    /// # Errors
    /// Where the folder itself cannot be read, or the store takes nothing.
    pub fn mail_folder(&self, org: &OrgId, folder: &Path) -> Result<Looked, AppError> {
        let mut looked = Looked::default();
        let broken = |e: io::Error| AppError::Internal(format!("{}: {e}", folder.display()));
        for path in waiting(folder).map_err(broken)? {
            let too_large = fs::metadata(&path).is_ok_and(|m| m.len() > MAX);
            let bytes = match (too_large, fs::read(&path)) {
                (true, _) => {
                    refuse(folder, &path, MailError::TooLarge).map_err(broken)?;
                    looked.refused += 1;
                    continue;
                }
                (false, Ok(bytes)) => bytes,
                (false, Err(error)) => {
                    tracing::warn!(%error, mail.file = %path.display(), "a mail could not be read yet");
                    continue;
                }
            };
            match self.mail_received(org, &bytes)? {
                Received::Report(_) => {
                    looked.taken += 1;
                    put_away(folder, "done", &path).map_err(broken)?;
                }
                Received::Known => {
                    looked.known += 1;
                    put_away(folder, "done", &path).map_err(broken)?;
                }
                Received::Refused(why) => {
                    looked.refused += 1;
                    refuse(folder, &path, why).map_err(broken)?;
                }
            }
        }
        Ok(looked)
    }
}

/// The most bytes of a mail.
const MAX: u64 = okiagari_exchange::MAIL_MAX as u64;

fn known(tx: &mut ReadTx<'_>, org: &OrgId, digest: &str) -> Result<bool, AppError> {
    let (conds, everything) = ([Cond::eq("source_digest", digest)], RowFilter::everything());
    let query = ListQuery {
        conds: &conds,
        limit: 1,
        include_ended: true,
        ..ListQuery::new(org, Report::DEF, &everything)
    };
    let found: Vec<Record> = tx.list(&query)?.records;
    Ok(!found.is_empty())
}

fn report_of(mail: &Mail, now: Time) -> Body {
    let mut body = Body::new();
    let mut what = match (mail.subject.is_empty(), mail.text.is_empty()) {
        (false, false) => format!("{}\n\n{}", mail.subject, mail.text),
        (false, true) => mail.subject.clone(),
        (true, false) => mail.text.clone(),
        (true, true) => "添付ファイルのみのメール / A mail with attachments only".to_owned(),
    };
    if mail.left_out > 0 {
        let n = mail.left_out;
        what = format!("{what}\n\n（ほかの添付 {n}件は mail.eml の中 / {n} more inside mail.eml）");
    }
    body.insert("what".into(), what.chars().take(5_000).collect::<String>().into());
    for (field, text) in [("reporter_name", &mail.name), ("reporter_contact", &mail.address)] {
        let text: String = text.chars().take(200).collect();
        if !text.is_empty() {
            body.insert(field.into(), text.into());
        }
    }
    body.insert("route".into(), Route::Mail.id().into());
    body.insert("verified".into(), false.into());
    // What the mail claims about its time counts only where it can be true.
    let sent = mail.sent_at.filter(|at| (0..=now.millis()).contains(at));
    if let Some(at) = sent {
        body.insert("detected_at".into(), at.into());
    }
    body
}

/// Mails in the order of their names; links and what is hidden or half written are left alone.
fn waiting(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_file() && name.ends_with(".eml") && !name.starts_with('.') {
            found.push(entry.path());
        }
    }
    found.sort();
    found.truncate(TURN);
    Ok(found)
}

/// Moves a mail that is dealt with; one of the same name that lies there is kept.
fn put_away(folder: &Path, place: &str, path: &Path) -> io::Result<PathBuf> {
    let to = folder.join(place);
    fs::create_dir_all(&to)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut target = to.join(&name);
    let mut n = 1;
    while target.try_exists()? {
        target = to.join(format!("{n}-{name}"));
        n += 1;
    }
    fs::rename(path, &target)?;
    Ok(target)
}

fn refuse(folder: &Path, path: &Path, why: MailError) -> io::Result<()> {
    let kept = put_away(folder, "refused", path)?;
    let mut beside = kept.into_os_string();
    beside.push(".txt");
    let ja = match why {
        MailError::TooLarge => "大きすぎるため受け付けませんでした。",
        MailError::NoMail => "メールとして読めないため受け付けませんでした。",
        MailError::Empty => "本文も添付も無いため受け付けませんでした。",
    };
    tracing::warn!(mail.why = %why, "a file in the mail folder was refused");
    fs::write(beside, format!("{ja}\n{why}\n"))
}
