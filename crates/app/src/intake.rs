//! Reports without an account: short, safe, with a receipt and a secret to come back with.

use crate::error::AppError;
use crate::facade::App;
use crate::look::Look;
use crate::write::Actor;
use okiagari_model::govern::organisation::Organisation;
use okiagari_model::govern::role::{Role, RoleKind};
use okiagari_model::respond::report::{Report, ReportKind};
use okiagari_model::{
    Body, Change, Choice, Cond, FieldProblem, MINUTE, Message, ORIGIN, OrgId, Record, Register,
    RowFilter, Text, Time, Value,
};
use okiagari_seal::receipt;
use okiagari_store::ListQuery;
use okiagari_store::server::signal::{self, Room, Signal, State};

/// What the public page shows of an organisation.
#[derive(Debug, Clone)]
pub struct PublicOrg {
    /// Organisation.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// What it promises to those who report.
    pub promise: String,
    /// Whom to call.
    pub phone: String,
    /// Whether reports are taken here.
    pub open: bool,
}

/// What somebody without an account typed.
#[derive(Debug, Clone, Default)]
pub struct PublicReport {
    /// What was noticed.
    pub what: String,
    /// Where.
    pub place: String,
    /// When.
    pub detected_at: Option<Time>,
    /// Situation now.
    pub situation: String,
    /// Name.
    pub name: String,
    /// How to reach that person.
    pub contact: String,
    /// It nearly happened.
    pub nearly: bool,
    /// A weakness was found: a vulnerability, a wrong setting, a state open to abuse.
    pub weakness: bool,
    /// A picture: file name and bytes.
    pub photo: Option<(String, Vec<u8>)>,
    /// A field that people do not see; whoever fills it is a program.
    pub trap: String,
    /// From opening the page to sending it.
    pub elapsed_ms: Option<i64>,
}

/// What the person who reported takes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicReceipt {
    /// Number.
    pub number: String,
    /// Secret to come back with.
    pub secret: String,
    /// Whether it waits in quarantine until somebody has looked.
    pub held: bool,
}

/// What the person who reported sees on coming back.
#[derive(Debug, Clone)]
pub struct PublicStatus {
    /// Where it stands.
    pub state: Text,
    /// Answer.
    pub answer: Option<String>,
    /// When it was reported.
    pub reported_at: Time,
    /// Words added since.
    pub additions: Vec<String>,
}

/// Room of the quarantine in one organisation.
const ROOM: Room = Room { count: 2_000, bytes: 32 << 20 };
/// From this score on a report is held back until somebody has looked.
const HOLD: i64 = 3;

impl App {
    /// What the public page shows. The same answer for unknown and closed organisations.
    ///
    /// # Errors
    /// Not found where there is no such organisation.
    pub fn public_org(&self, slug: &str) -> Result<PublicOrg, AppError> {
        let org = OrgId::parse(slug).ok_or(AppError::NotFound)?;
        self.store().read(|tx| {
            let record =
                tx.set(&org, Organisation::DEF)?.into_iter().next().ok_or(AppError::NotFound)?;
            let settings = self.env().settings(tx, &org)?;
            let now = self.now();
            let mut phone = String::new();
            for kind in [RoleKind::ReportingDesk, RoleKind::ItManager, RoleKind::SecurityManager] {
                let roles = tx.set(&org, Role::DEF)?;
                let person = roles
                    .iter()
                    .filter(|r| r.text("kind") == kind.id())
                    .find_map(|r| okiagari_model::govern::role::acting_person(r, now));
                if let Some(id) = person {
                    let def = okiagari_model::govern::person::Person::DEF;
                    let p = tx.get(&org, def, &id, &RowFilter::everything())?;
                    phone = p.map(|p| p.text("phone").to_owned()).unwrap_or_default();
                }
                if !phone.is_empty() {
                    break;
                }
            }
            Ok(PublicOrg {
                name: record.text("name").to_owned(),
                promise: record.text("promise").to_owned(),
                open: settings.flag("report.public"),
                phone,
                org,
            })
        })
    }

    /// Takes a report without an account. What looks like spam is held in quarantine, with a
    /// receipt all the same; everything else enters the record at once.
    ///
    /// # Errors
    /// Fields that do not fit; switched off by the organisation.
    pub fn report_public(
        &self,
        org: &OrgId,
        report: &PublicReport,
    ) -> Result<PublicReceipt, AppError> {
        let public = self.public_org(org.as_str())?;
        if !public.open {
            return Err(AppError::Off(Message::new(
                "このページでの受付は止めています。電話で知らせてください。",
                "Reports are not taken here at present. Please call.",
            )));
        }
        let secret = receipt::secret(&self.env().random());
        let digest = okiagari_store::blob::hex(&receipt::hash(&secret));
        let mut body = report_body(report, &digest);
        let problems = okiagari_model::validate::check(Report::DEF, &body, true);
        if !problems.is_empty() {
            return Err(AppError::Fields(problems));
        }
        if let Some((name, bytes)) = &report.photo {
            let file = self.keep_photo(org, name, bytes)?;
            body.insert("files".into(), Value::Array(vec![file.into()]));
        }
        let score = suspicion(report);
        if score >= HOLD {
            let number = self.hold(org, &body, score, receipt::hash(&secret))?;
            return Ok(PublicReceipt { number, secret: secret.to_string(), held: true });
        }
        let made = self.change_as(
            org,
            Actor::Public,
            Change::Create { def: Report::DEF, body, reason: None },
        )?;
        let number = made.number.unwrap_or_else(|| made.id.short().to_owned());
        Ok(PublicReceipt { number, secret: secret.to_string(), held: false })
    }

    /// Takes a report of somebody signed in, with a picture where there is one, at most once for a
    /// key.
    ///
    /// # Errors
    /// Fields that do not fit, a file that is no picture, or those of the store.
    pub fn report_signed(
        &self,
        ctx: &crate::Ctx,
        mut body: Body,
        photo: Option<(String, Vec<u8>)>,
        (key, digest): (&str, &str),
    ) -> Result<crate::Receipt, AppError> {
        let Some((name, bytes)) = photo else {
            let change = Change::Create { def: Report::DEF, body, reason: None };
            return self.change_once(ctx, change, key, digest);
        };
        // The program itself has measured the file; whatever else is its own, nobody may type.
        if let Some(field) = body
            .keys()
            .find(|k| k.starts_with('_') || Report::DEF.field(k).is_some_and(|f| f.system))
        {
            let text = Message::new("この項目は入力できません。", "This field cannot be typed in.");
            return Err(AppError::Fields(vec![FieldProblem::new(field, "set_by_program", text)]));
        }
        let org = ctx.subject.org.clone();
        let file = self.keep_photo(&org, &name, &bytes)?;
        body.insert("files".into(), Value::Array(vec![file.into()]));
        let request = crate::write::Request {
            org: org.clone(),
            actor: Actor::Person(ctx.subject.clone()),
            change: Change::Create { def: Report::DEF, body, reason: None },
            now: self.now(),
        };
        let (env, account) = (self.env().clone(), ctx.subject.account.clone());
        let (key, digest) = (key.to_owned(), digest.to_owned());
        self.store().write(&org, "report", move |tx| {
            let known = tx.idempotent(&request.org, &account, &key)?;
            if let Some(receipt) = crate::facade::earlier(known, &digest)? {
                return Ok(receipt);
            }
            let receipt = crate::write::apply_with_file(tx, &env, &request)?;
            let text = crate::facade::stored(&receipt)?;
            tx.remember(&request.org, &account, &key, &digest, &text, request.now)?;
            Ok(receipt)
        })
    }

    /// A file that came with a report, decrypted, to a writer.
    ///
    /// # Errors
    /// Not found where the report may not be seen or names no such file.
    pub fn report_file(
        &self,
        ctx: &crate::Ctx,
        id: &okiagari_model::RecordId,
        index: usize,
        writer: impl std::io::Write,
    ) -> Result<(), AppError> {
        let blob = self.report_blob(ctx, id, index)?;
        self.files().get(&blob, writer)?;
        Ok(())
    }

    /// What is known of a file that came with a report.
    ///
    /// # Errors
    /// As [`App::report_file`].
    pub fn report_blob(
        &self,
        ctx: &crate::Ctx,
        id: &okiagari_model::RecordId,
        index: usize,
    ) -> Result<okiagari_store::blob::Blob, AppError> {
        let record = self.record(ctx, Report::DEF, id, None)?.record;
        let named = record.ids("files").get(index).map(|f| (*f).to_owned());
        let digest = named.as_deref().and_then(|f| f.split(' ').next()).unwrap_or_default();
        let digest = okiagari_store::blob::parse_sha256(digest).ok_or(AppError::NotFound)?;
        Ok(self.files().info(&ctx.subject.org, &digest)?)
    }

    /// Keeps a picture without its metadata; gives `sha256 name`.
    fn keep_photo(&self, org: &OrgId, name: &str, bytes: &[u8]) -> Result<String, AppError> {
        let (clean, kind) = okiagari_exchange::strip_image_metadata(bytes).map_err(|e| {
            let text = Message::new(e.message(true), e.message(false));
            AppError::Fields(vec![FieldProblem::new("photo", "not_a_picture", text)])
        })?;
        let name: String = name.chars().filter(|c| !c.is_control() && *c != '/').take(80).collect();
        let blob = self.files().put(org, clean.as_slice(), &name, kind.media_type())?;
        Ok(format!("{} {name}", okiagari_store::blob::hex(&blob.sha256)))
    }

    fn hold(
        &self,
        org: &OrgId,
        body: &Body,
        score: i64,
        hash: [u8; 32],
    ) -> Result<String, AppError> {
        let now = self.now();
        let id = self.env().next_id(now);
        let number = format!("H-{}", id.short().to_uppercase());
        let signal = Signal {
            id: id.as_str().to_owned(),
            source: "report".to_owned(),
            received_at: now,
            payload: Value::Object(body.clone()).to_string(),
            score,
            state: State::Quarantined,
            handled_by: None,
            handled_at: None,
            record: None,
            receipt: Some(number.clone()),
            secret_hash: Some(hash),
        };
        let of = org.clone();
        self.store().write_server("quarantine", move |tx| {
            let dropped = signal::insert(tx.db(), &of, &signal, ROOM)?;
            if !dropped.is_empty() {
                tracing::warn!(org.id = %of, dropped.count = dropped.len(), "the quarantine is full; the oldest were dropped");
            }
            Ok::<_, AppError>(())
        })?;
        Ok(number)
    }

    /// What waits in quarantine.
    ///
    /// # Errors
    /// Forbidden for whoever may not take reports.
    pub fn quarantine(&self, ctx: &crate::Ctx) -> Result<Vec<Signal>, AppError> {
        self.may_take_reports(ctx)?;
        self.store()
            .read(|tx| Ok(signal::list(tx.db(), &ctx.subject.org, State::Quarantined, "", 200)?))
    }

    /// Lets a held report into the record.
    ///
    /// # Errors
    /// Not found where it was handled meanwhile.
    pub fn quarantine_admit(&self, ctx: &crate::Ctx, id: &str) -> Result<crate::Receipt, AppError> {
        self.may_take_reports(ctx)?;
        let org = ctx.subject.org.clone();
        let held = self
            .store()
            .read(|tx| Ok::<_, AppError>(signal::get(tx.db(), &org, id)?))?
            .filter(|s| s.state == State::Quarantined)
            .ok_or(AppError::NotFound)?;
        let body: Body =
            serde_json::from_str(&held.payload).map_err(|e| AppError::Internal(e.to_string()))?;
        let request = crate::write::Request {
            org: org.clone(),
            actor: Actor::Public,
            change: Change::Create { def: Report::DEF, body, reason: None },
            now: self.now(),
        };
        let (env, id, by) = (self.env().clone(), id.to_owned(), ctx.subject.account.to_string());
        self.store().write(&org.clone(), "admit", move |tx| {
            let receipt = crate::write::apply(tx, &env, &request)?;
            let handled =
                signal::Handled::Admitted(receipt.register.to_owned(), receipt.id.clone());
            if !signal::handle(tx.db(), &org, &id, &handled, &by, request.now)? {
                return Err(AppError::NotFound);
            }
            Ok(receipt)
        })
    }

    /// Throws a held report away.
    ///
    /// # Errors
    /// Not found where it was handled meanwhile.
    pub fn quarantine_discard(&self, ctx: &crate::Ctx, id: &str) -> Result<(), AppError> {
        self.may_take_reports(ctx)?;
        let (org, id, by, now) =
            (ctx.subject.org.clone(), id.to_owned(), ctx.subject.account.to_string(), self.now());
        self.store().write_server("discard", move |tx| {
            match signal::handle(tx.db(), &org, &id, &signal::Handled::Discarded, &by, now)? {
                true => Ok(()),
                false => Err(AppError::NotFound),
            }
        })
    }

    fn may_take_reports(&self, ctx: &crate::Ctx) -> Result<(), AppError> {
        let rows =
            okiagari_model::policy::rows(&ctx.subject, Report::DEF, okiagari_model::Action::Write);
        if rows.is_nothing() { Err(AppError::Forbidden("quarantine")) } else { Ok(()) }
    }

    /// What the person who reported sees on coming back with number and secret.
    ///
    /// # Errors
    /// Not found for a wrong number and a wrong secret alike.
    pub fn report_status(
        &self,
        org: &OrgId,
        number: &str,
        secret: &str,
    ) -> Result<PublicStatus, AppError> {
        if let Some(held) = self.held(org, number)? {
            let fits = held.secret_hash.is_some_and(|h| receipt::matches(secret, &h));
            if !fits {
                return Err(AppError::NotFound);
            }
            return Ok(PublicStatus {
                state: Text::new("確認待ち", "Waiting to be looked at"),
                answer: None,
                reported_at: held.received_at,
                additions: Vec::new(),
            });
        }
        let report = self.report_by_secret(org, number, secret)?;
        let state = okiagari_model::respond::report::ReportState::from_id(report.text("state"));
        Ok(PublicStatus {
            state: state.map_or(Text::new("受付済み", "Received"), Choice::label),
            answer: Some(report.text("answer").to_owned()).filter(|a| !a.is_empty()),
            reported_at: report.time("reported_at").unwrap_or(report.created_at),
            additions: report.ids("additions").into_iter().map(str::to_owned).collect(),
        })
    }

    /// Adds words to a report.
    ///
    /// # Errors
    /// As [`App::report_status`]; held reports take no additions.
    pub fn report_add(
        &self,
        org: &OrgId,
        number: &str,
        secret: &str,
        text: &str,
    ) -> Result<crate::Receipt, AppError> {
        let report = self.report_by_secret(org, number, secret)?;
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 2_000 {
            return Err(AppError::field(
                "text",
                "too_long",
                "1〜2000文字で書いてください。",
                "Write 1 to 2,000 characters.",
            ));
        }
        let mut additions: Vec<Value> =
            report.ids("additions").into_iter().map(Value::from).collect();
        if additions.len() >= 50 {
            return Err(AppError::field(
                "text",
                "too_many",
                "追加は50件までです。電話で知らせてください。",
                "Up to 50 additions. Please call.",
            ));
        }
        additions.push(text.into());
        let mut patch = Body::new();
        patch.insert("additions".into(), Value::Array(additions));
        let change = Change::Edit {
            def: Report::DEF,
            id: report.id.clone(),
            rev: report.rev,
            patch,
            reason: None,
        };
        self.change_as(org, Actor::Public, change)
    }

    fn held(&self, org: &OrgId, number: &str) -> Result<Option<Signal>, AppError> {
        let number = number.trim().to_uppercase();
        let held = self
            .store()
            .read(|tx| Ok::<_, AppError>(signal::by_receipt(tx.db(), org, &number)?))?;
        Ok(held.filter(|s| s.state == State::Quarantined))
    }

    fn report_by_secret(
        &self,
        org: &OrgId,
        number: &str,
        secret: &str,
    ) -> Result<Record, AppError> {
        let digest = okiagari_store::blob::hex(&receipt::hash(secret));
        let conds = [Cond::eq("secret_digest", digest)];
        let found = self.store().read(|tx| {
            let everything = RowFilter::everything();
            let query = ListQuery {
                conds: &conds,
                limit: 2,
                ..ListQuery::new(org, Report::DEF, &everything)
            };
            Ok::<_, AppError>(tx.list(&query)?.records.into_iter().next())
        })?;
        let number = number.trim();
        let held = number.to_uppercase().starts_with("H-");
        found
            .filter(|r| held || r.text("number").eq_ignore_ascii_case(number))
            .ok_or(AppError::NotFound)
    }
}

fn report_body(report: &PublicReport, digest: &str) -> Body {
    let mut body = Body::new();
    let texts = [
        ("what", &report.what),
        ("place", &report.place),
        ("situation", &report.situation),
        ("reporter_name", &report.name),
        ("reporter_contact", &report.contact),
    ];
    for (field, text) in texts {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if !text.is_empty() {
            body.insert(field.into(), text.into());
        }
    }
    if let Some(at) = report.detected_at {
        body.insert("detected_at".into(), at.millis().into());
    }
    if report.weakness {
        body.insert("kind".into(), ReportKind::Vulnerability.id().into());
    } else if report.nearly {
        body.insert("kind".into(), ReportKind::NearMiss.id().into());
    }
    body.insert("secret_digest".into(), digest.into());
    body.insert("verified".into(), false.into());
    body.insert(ORIGIN.into(), "public".into());
    body
}

/// How much a report looks like the work of a program. People are never turned away: a held report
/// still gets its receipt and is looked at.
fn suspicion(report: &PublicReport) -> i64 {
    let mut score = 0;
    if !report.trap.is_empty() {
        score += 10;
    }
    match report.elapsed_ms {
        Some(ms) if ms < 2_000 => score += 3,
        Some(ms) if ms > 24 * 60 * MINUTE => score += 1,
        _ => {}
    }
    let links = report.what.matches("http://").count() + report.what.matches("https://").count();
    if links > 3 {
        score += 2;
    }
    let japanese =
        report.what.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
    if links > 0 && !japanese {
        score += 2;
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hurried_person_is_not_held_but_a_program_is() {
        let person = PublicReport {
            what: "変なメールの添付を開いてしまいました https://example.jp".into(),
            elapsed_ms: Some(15_000),
            ..PublicReport::default()
        };
        assert!(suspicion(&person) < HOLD);
        let trapped = PublicReport { trap: "x".into(), ..person.clone() };
        assert!(suspicion(&trapped) >= HOLD);
        let instant = PublicReport { elapsed_ms: Some(300), ..person };
        assert!(suspicion(&instant) >= HOLD);
    }
}
