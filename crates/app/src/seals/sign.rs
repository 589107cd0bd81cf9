//! A statement is prepared once, its exact bytes are kept, and each signer signs them with the own
//! key (G7-65, 73).

use super::moment;
use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::write::{self, Actor, Receipt, Request};
use okiagari_model::reconnect::attestation::{self, Attestation};
use okiagari_model::reconnect::reconnection::{CaseSide, Reconnection};
use okiagari_model::reconnect::reconnection_decision::ReconnectionDecision;
use okiagari_model::reconnect::sealed_statement::{
    SealState, SealedStatement, StatementKind, duties, missing,
};
use okiagari_model::reconnect::signing_key::SigningKey;
use okiagari_model::{
    Action, Body, Change, Choice, Cond, Date, Record, RecordId, Register, Value, policy,
};
use okiagari_seal::statement::{Declaration, Statement, StatementError, Supersedes};
use okiagari_store::blob;

/// How a statement is to be signed.
#[derive(Debug, Clone)]
pub struct Prepare {
    /// Keys of all who have to sign, in this order.
    pub signers: Vec<RecordId>,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Last day.
    pub valid_until: Date,
    /// Whether every package has to enclose all the evidence; otherwise files may be withheld.
    pub enclose_all: bool,
}

/// What a statement is about.
struct About {
    kind: StatementKind,
    title: String,
    case: Record,
    fields: Body,
    series: String,
    /// The series of an earlier statement that it goes on.
    goes_on: Option<String>,
}

impl App {
    /// Prepares the statement of a reviewed attestation for its signers.
    ///
    /// # Errors
    /// Not reviewed yet; prepared already; no signer; something that a statement cannot say.
    pub fn prepare_attestation(
        &self,
        ctx: &Ctx,
        id: &RecordId,
        ask: &Prepare,
    ) -> Result<Receipt, AppError> {
        let record = self.record(ctx, Attestation::DEF, id, None)?.record;
        let said = attestation::frozen(&record).filter(|_| record.text("state") == "reviewed");
        let Some(said) = said else {
            return Err(AppError::input(
                "内容を確かめて確定した認証書だけ、署名の用意ができます。",
                "Only an attestation that was reviewed and settled can be prepared for signing.",
            ));
        };
        let case = self.case_of(ctx, &record)?;
        let signers = self.signers(ctx, ask)?;
        let declared = self.declared(ctx, &case, &said, ask, &signers)?;
        let earlier = match record.ids("replaces").first() {
            None => None,
            Some(earlier) => self.sealed_of(ctx, earlier)?,
        };
        let kind = match attestation::takes_back(&record) {
            true => StatementKind::Withdrawal,
            false => StatementKind::Declaration,
        };
        let about = About {
            kind,
            title: record.text("title").to_owned(),
            series: self.series(ctx, &case, record.text("number"))?,
            goes_on: earlier.map(|e| e.text("series").to_owned()),
            case,
            fields: [
                ("attestation".to_owned(), id.as_str().into()),
                ("content_digest".to_owned(), record.text("content_digest").into()),
            ]
            .into_iter()
            .collect(),
        };
        self.seal(ctx, about, declared, ask, &signers)
    }

    /// Prepares what this organisation asks for as a client of a case.
    ///
    /// # Errors
    /// On the other side of a case; no terms yet; no signer.
    pub fn prepare_requirements(
        &self,
        ctx: &Ctx,
        case: &RecordId,
        ask: &Prepare,
    ) -> Result<Receipt, AppError> {
        let case = self.client_case(ctx, case)?;
        let signers = self.signers(ctx, ask)?;
        let declared = self.required(ctx, &case, ask, &signers)?;
        let about = About {
            kind: StatementKind::Requirements,
            title: ctx.lang.t("再接続の要件", "Requirements for reconnecting").to_owned(),
            series: self.series(ctx, &case, "requirements")?,
            goes_on: None,
            fields: receiver(&case),
            case,
        };
        self.seal(ctx, about, declared, ask, &signers)
    }

    /// Prepares a decision that this organisation has taken as a client.
    ///
    /// # Errors
    /// On the other side of a case; not decided yet; no signer.
    pub fn prepare_decision(
        &self,
        ctx: &Ctx,
        decision: &RecordId,
        ask: &Prepare,
    ) -> Result<Receipt, AppError> {
        let record = self.record(ctx, ReconnectionDecision::DEF, decision, None)?.record;
        let case = self.case_of(ctx, &record)?;
        let case = self.client_case(ctx, &case.id)?;
        let signers = self.signers(ctx, ask)?;
        let declared = self.decided(ctx, &case, &record, ask, &signers)?;
        let mut fields = receiver(&case);
        fields.insert("decision".to_owned(), decision.as_str().into());
        let link = record.ids("link").first().copied().unwrap_or_default().to_owned();
        let about = About {
            kind: StatementKind::Decision,
            title: record.text("title").to_owned(),
            series: self.series(ctx, &case, &format!("decision/{link}"))?,
            goes_on: None,
            fields,
            case,
        };
        self.seal(ctx, about, declared, ask, &signers)
    }

    fn client_case(&self, ctx: &Ctx, id: &RecordId) -> Result<Record, AppError> {
        let case = self.record(ctx, Reconnection::DEF, id, None)?.record;
        if case.text("side") == CaseSide::Client.id() {
            return Ok(case);
        }
        Err(AppError::input(
            "要件と決定を出すのは、クライアント組織の側です。",
            "Requirements and decisions come from the client's side.",
        ))
    }

    fn case_of(&self, ctx: &Ctx, of: &Record) -> Result<Record, AppError> {
        let id = of.ids("reconnection").first().copied().ok_or(AppError::NotFound)?;
        Ok(self.record(ctx, Reconnection::DEF, &RecordId::new(id), None)?.record)
    }

    /// Unique among all organisations: the name of the record's log stands before it.
    fn series(&self, ctx: &Ctx, case: &Record, rest: &str) -> Result<String, AppError> {
        let origin = self.origin_of(&ctx.subject.org)?;
        Ok(format!("{origin}/{}/{rest}", case.text("number")))
    }

    fn signers(&self, ctx: &Ctx, ask: &Prepare) -> Result<Vec<Record>, AppError> {
        if !policy::may(&ctx.subject, SealedStatement::DEF, Action::Create) {
            return Err(AppError::Forbidden("create"));
        }
        let mut keys = Vec::new();
        for id in &ask.signers {
            let key = self.record(ctx, SigningKey::DEF, id, None)?.record;
            if key.text("state") != "active" {
                return Err(AppError::input(
                    "使える鍵だけを選んでください。",
                    "Choose keys that are in use only.",
                ));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(AppError::input("署名する人を選んでください。", "Choose who signs."));
        }
        Ok(keys)
    }

    /// The newest statement of an attestation that everybody has signed.
    fn sealed_of(&self, ctx: &Ctx, attestation: &str) -> Result<Option<Record>, AppError> {
        let of = vec![Cond::eq("attestation", attestation)];
        let all = self.every(ctx, SealedStatement::DEF, of)?;
        Ok(newest(all.into_iter().filter(signed)))
    }

    fn seal(
        &self,
        ctx: &Ctx,
        about: About,
        mut declared: Declaration,
        ask: &Prepare,
        signers: &[Record],
    ) -> Result<Receipt, AppError> {
        let of = vec![Cond::eq("reconnection", about.case.id.as_str())];
        let series = about.goes_on.unwrap_or(about.series);
        let mut same = self.every(ctx, SealedStatement::DEF, of)?;
        same.retain(|s| s.text("series") == series);
        if same.iter().any(|s| s.text("state") == SealState::Prepared.id()) {
            return Err(AppError::input(
                "署名を待っている文書がすでにあります。署名を終えるか、取りやめてから用意してください。",
                "One waits for signatures already. Have it signed, or give it up first.",
            ));
        }
        let before = newest(same.into_iter().filter(signed));
        declared.id.clone_from(&series);
        if let Some(before) = &before {
            let version = u32::try_from(before.int("version").unwrap_or(1)).unwrap_or(u32::MAX);
            let digest = before.text("statement_sha256").parse();
            let statement_sha256 =
                digest.map_err(|_| AppError::Internal("a kept digest cannot be read".into()))?;
            declared.version = version.saturating_add(1);
            declared.supersedes = Some(Supersedes { version, statement_sha256 });
        }
        let version = declared.version;
        let statement = Statement::of(declared).and_then(|s| s.to_bytes()).map_err(unsayable)?;
        let org = ctx.subject.org.clone();
        let kept = self.files().put(
            &org,
            statement.as_slice(),
            "statement.json",
            "application/vnd.in-toto+json",
        )?;
        let keys: Vec<Value> = signers.iter().map(|k| k.id.as_str().into()).collect();
        let mut answers: Vec<&str> = duties(signers).into_iter().map(|d| d.id()).collect();
        answers.sort_unstable();
        answers.dedup();
        let mut body = about.fields;
        let fields: [(&str, Value); 10] = [
            ("title", about.title.into()),
            ("reconnection", about.case.id.as_str().into()),
            ("kind", about.kind.id().into()),
            ("series", series.into()),
            ("version", version.into()),
            ("statement_sha256", blob::hex(&kept.sha256).into()),
            ("signers", keys.into()),
            ("duties", answers.into()),
            ("valid_from", ask.valid_from.to_string().into()),
            ("valid_until", ask.valid_until.to_string().into()),
        ];
        body.extend(fields.into_iter().map(|(f, v)| (f.to_owned(), v)));
        if let Some(before) = before {
            body.insert("replaces".to_owned(), before.id.as_str().into());
        }
        self.sealing(ctx, Change::Create { def: SealedStatement::DEF, body, reason: None })
    }

    /// Signs a statement with the key of whoever asks.
    ///
    /// # Errors
    /// Not named as a signer, or signed already; the key of somebody else.
    pub fn sign_statement(&self, ctx: &Ctx, id: &RecordId) -> Result<Receipt, AppError> {
        let record = self.record(ctx, SealedStatement::DEF, id, None)?.record;
        let left = missing(&record);
        let mut own = None;
        for key in &left {
            let key = self.record(ctx, SigningKey::DEF, &RecordId::new(key), None)?.record;
            let holder = key.ids("person").first().map(|p| RecordId::new(*p));
            if holder.is_some() && holder == ctx.subject.person {
                own = Some(key);
                break;
            }
        }
        let Some(key) = own else {
            return Err(AppError::input(
                "あなたの署名は求められていないか、もう済んでいます。",
                "Your signature is not asked for, or was given already.",
            ));
        };
        let signer = self.open_key(ctx, &key)?;
        let statement = self.statement_bytes(ctx, &record)?;
        let now = self.now();
        let signature = signer
            .sign_statement(&statement, moment(now)?)
            .and_then(|s| s.to_text())
            .map_err(|e| AppError::Internal(e.to_string()))?;
        let row = [
            ("key", Value::from(key.id.as_str())),
            ("name", key.title().into()),
            ("post", key.text("post").into()),
            ("at", now.millis().into()),
            ("value", signature.into()),
        ];
        let row: Body = row.into_iter().map(|(f, v)| (f.to_owned(), v)).collect();
        let mut rows: Vec<Value> =
            record.rows("signatures").map(|r| Value::Object(r.clone())).collect();
        rows.push(Value::Object(row));
        let step = if left.len() == 1 { "sign_last" } else { "sign" };
        let change = Change::Step {
            def: SealedStatement::DEF,
            id: id.clone(),
            // Two who sign at once must not lose one of the signatures.
            rev: Some(record.rev),
            step: step.to_owned(),
            patch: [("signatures".to_owned(), rows.into())].into_iter().collect(),
            reason: None,
        };
        self.sealing_at(ctx, change, now)
    }

    /// The exact bytes of a statement.
    pub(super) fn statement_bytes(&self, ctx: &Ctx, record: &Record) -> Result<Vec<u8>, AppError> {
        let digest = blob::parse_sha256(record.text("statement_sha256"))
            .ok_or_else(|| AppError::Internal("a statement without a digest".into()))?;
        let kept = self.files().info(&ctx.subject.org, &digest)?;
        let mut bytes = Vec::new();
        self.files().get(&kept, &mut bytes)?;
        Ok(bytes)
    }

    fn sealing(&self, ctx: &Ctx, change: Change) -> Result<Receipt, AppError> {
        self.sealing_at(ctx, change, self.now())
    }

    fn sealing_at(
        &self,
        ctx: &Ctx,
        change: Change,
        now: okiagari_model::Time,
    ) -> Result<Receipt, AppError> {
        let org = ctx.subject.org.clone();
        let actor = Actor::Person(ctx.subject.clone());
        let request = Request { org: org.clone(), actor, change, now };
        let env = self.env().clone();
        self.store().write(&org, "statement", move |tx| write::apply_with_file(tx, &env, &request))
    }
}

fn receiver(case: &Record) -> Body {
    let id = case.ids("counterparty").first().map(|id| Value::from(*id));
    id.map(|id| ("receiver".to_owned(), id)).into_iter().collect()
}

fn signed(statement: &Record) -> bool {
    !statement.ended() && statement.text("state") == SealState::Signed.id()
}

fn newest(of: impl Iterator<Item = Record>) -> Option<Record> {
    of.max_by_key(|s| s.int("version"))
}

fn unsayable(error: StatementError) -> AppError {
    AppError::input(
        format!(
            "この内容では署名文書にできません（{error}）。項目の状態・予定日・試験の対象を見直してください。"
        ),
        format!(
            "This cannot be stated ({error}). Look at the items' states, days, and what tests are about."
        ),
    )
}
