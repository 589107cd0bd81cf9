//! Packages of the other side: checked by what was confirmed beforehand, then taken in whole or
//! not at all (G7-65, 67, 72).

use super::{answer, judge, some, time, topic_of};
use crate::error::AppError;
use crate::facade::{App, Ctx};
use okiagari_log::{TlogProof, VerifierKey};
use okiagari_model::prepare::contact::Contact;
use okiagari_model::reconnect::client_requirement::ClientRequirement;
use okiagari_model::reconnect::client_terms::ClientTerms;
use okiagari_model::reconnect::received_package::{PackageState, ReceivedPackage};
use okiagari_model::reconnect::reconnection::{CaseSide, Reconnection};
use okiagari_model::reconnect::sealed_statement::{SealedStatement, StatementKind};
use okiagari_model::reconnect::trust_anchor::{AnchorKind, AnchorState, TrustAnchor};
use okiagari_model::{
    Action, Body, Change, Choice, Cond, Lang, Record, RecordId, Register, Value, policy,
};
use okiagari_seal::package::{Anchor, EvidenceState, Known, LogFiles, Report, Terms, verify};
use okiagari_seal::statement::{Declaration, Item, ItemState, Kind, Requirements};
use okiagari_seal::{Certificate, Fingerprint};
use okiagari_store::blob;
use std::io::{Read, Seek, SeekFrom};

/// What became of a package.
#[derive(Debug)]
pub enum Taken {
    /// It was taken in as this record.
    In(RecordId, Box<Report>),
    /// It was refused; nothing is kept.
    Refused(Box<Report>),
}

/// By what the packages of one sender are checked.
#[derive(Default)]
struct Grounds {
    anchors: Vec<Anchor>,
    stamps: Vec<Anchor>,
    revoked: Vec<Fingerprint>,
    logs: Vec<VerifierKey>,
    known: Vec<Known>,
}

impl App {
    /// Checks a package without keeping anything of it. What is known of a sender is used where
    /// somebody who may see it names one.
    ///
    /// # Errors
    /// Those of the store; what is wrong with the package stands in the report.
    pub fn check_package(
        &self,
        asked: Option<(&Ctx, &RecordId)>,
        package: impl Read + Seek,
    ) -> Result<Report, AppError> {
        let grounds = match asked {
            Some((ctx, sender)) => self.grounds(ctx, sender)?,
            None => Grounds::default(),
        };
        self.report(&grounds, package)
    }

    fn report(&self, grounds: &Grounds, package: impl Read + Seek) -> Result<Report, AppError> {
        let log = |files: &LogFiles, statement| {
            let Some(key) = self.log_key(grounds, files) else { return Ok(None) };
            judge::judge(&key, files, statement).map(Some).map_err(|e| e.to_string())
        };
        let terms = Terms {
            anchors: &grounds.anchors,
            stamp_anchors: &grounds.stamps,
            revoked: &grounds.revoked,
            known: &grounds.known,
            log: Some(&log),
            ..Terms::at(super::moment(self.now())?)
        };
        Ok(verify(package, &terms, &mut |_, _| ()))
    }

    /// The key of the log that a proof names: one that was confirmed, or that of a log kept here.
    fn log_key(&self, grounds: &Grounds, files: &LogFiles) -> Option<VerifierKey> {
        let text = std::str::from_utf8(&files.proof).ok()?;
        let proof = TlogProof::parse(text).ok()?;
        let origin = proof.checkpoint.lines().next()?;
        let (base, _) = okiagari_log::split_origin(origin);
        let known = grounds.logs.iter().find(|k| okiagari_log::split_origin(k.name()).0 == base);
        match known {
            Some(key) => key.clone().renamed(origin).ok(),
            None => self.key_of(origin).ok().map(|(_, key)| key),
        }
    }

    fn grounds(&self, ctx: &Ctx, sender: &RecordId) -> Result<Grounds, AppError> {
        let mut grounds = Grounds::default();
        if !policy::may(&ctx.subject, TrustAnchor::DEF, Action::Read) {
            return Ok(grounds);
        }
        let of = vec![Cond::eq("contact", sender.as_str())];
        for anchor in self.every(ctx, TrustAnchor::DEF, of)?.iter().filter(|a| !a.ended()) {
            grounds.add(anchor)?;
        }
        let of = vec![Cond::eq("sender", sender.as_str())];
        for package in self.every(ctx, ReceivedPackage::DEF, of)? {
            let (Some(version), Ok(statement_sha256)) = (
                package.int("version").and_then(|v| u32::try_from(v).ok()),
                package.text("statement_sha256").parse(),
            ) else {
                continue;
            };
            let id = package.text("series").to_owned();
            grounds.known.push(Known { id, version, statement_sha256 });
        }
        // The newest of each series stands first.
        grounds.known.sort_by_key(|k| std::cmp::Reverse(k.version));
        Ok(grounds)
    }

    /// Takes in the package of a sender for a case. Nothing is kept of one that is refused.
    ///
    /// # Errors
    /// Not allowed; no confirmed anchor of this sender; a package of the wrong side or one that is
    /// here already; those of the store.
    pub fn take_package<R: Read + Seek>(
        &self,
        ctx: &Ctx,
        case: &RecordId,
        sender: &RecordId,
        mut package: R,
    ) -> Result<Taken, AppError> {
        if !policy::may(&ctx.subject, ReceivedPackage::DEF, Action::Create) {
            return Err(AppError::Forbidden("create"));
        }
        let case = self.record(ctx, Reconnection::DEF, case, None)?.record;
        let from = self.record(ctx, Contact::DEF, sender, None)?.record;
        let grounds = self.grounds(ctx, sender)?;
        if grounds.anchors.is_empty() {
            return Err(AppError::input(
                "この相手の「信頼の起点」が、まだ確認されていません。署名者の証明書の指紋を受け取り、知っている番号に折り返して確かめてから取り込んでください。",
                "No trust anchor of this sender is confirmed yet. Receive the fingerprint of the signer's certificate, confirm it by calling back on a known number, then take the package in.",
            ));
        }
        let report = self.report(&grounds, &mut package)?;
        let (true, Some(statement), Some(digest)) =
            (report.ok(), &report.statement, report.statement_sha256)
        else {
            return Ok(Taken::Refused(Box::new(report)));
        };
        let declared = &statement.predicate;
        let kind = self.fits(ctx, &case, declared)?;
        // The id of another sender's series replaces nothing of that one.
        let series =
            vec![Cond::eq("series", declared.id.as_str()), Cond::eq("sender", sender.as_str())];
        let earlier = self.every(ctx, ReceivedPackage::DEF, series)?;
        if earlier.iter().any(|p| p.text("statement_sha256") == digest.to_string()) {
            return Err(AppError::input(
                "この文書は、もう取り込んであります。",
                "This statement has been taken in already.",
            ));
        }
        let broken = |e| AppError::Blob(blob::BlobError::Upload(e));
        package.seek(SeekFrom::Start(0)).map_err(broken)?;
        let org = &ctx.subject.org;
        let kept = self.files().put(org, package, "package.zip", "application/zip")?;
        let mut body = received(ctx.lang, declared, &report);
        let fields: [(&str, Value); 7] = [
            ("title", title(ctx.lang, &from, declared).into()),
            ("reconnection", case.id.as_str().into()),
            ("sender", sender.as_str().into()),
            ("kind", kind.id().into()),
            ("statement_sha256", digest.to_string().into()),
            ("file_sha256", blob::hex(&kept.sha256).into()),
            ("version", declared.version.into()),
        ];
        body.extend(fields.into_iter().map(|(f, v)| (f.to_owned(), v)));
        let mut changes = vec![Change::Create { def: ReceivedPackage::DEF, body, reason: None }];
        changes.extend(earlier.iter().filter_map(|p| outdated(p, kind)));
        if let Kind::Requirements(said) = &declared.kind {
            changes.extend(self.asked(ctx, &case, sender, declared, said)?);
        }
        let receipts = self.changes_read(ctx, changes)?;
        let first = receipts.into_iter().next().ok_or(AppError::NotFound)?;
        Ok(Taken::In(first.id, Box::new(report)))
    }

    /// Declarations go to clients, requirements and decisions to the compromised organisation; a
    /// decision rests on something that was issued here.
    fn fits(
        &self,
        ctx: &Ctx,
        case: &Record,
        declared: &Declaration,
    ) -> Result<StatementKind, AppError> {
        let (kind, side) = match &declared.kind {
            Kind::Declaration => (StatementKind::Declaration, CaseSide::Client),
            Kind::Withdrawal { .. } => (StatementKind::Withdrawal, CaseSide::Client),
            Kind::Requirements(_) => (StatementKind::Requirements, CaseSide::Compromised),
            Kind::Decision(_) => (StatementKind::Decision, CaseSide::Compromised),
        };
        if case.text("side") != side.id() {
            return Err(AppError::input(
                format!("この文書（{}）は、この案件の立場では受け取れません。", kind.label().ja),
                format!("This statement ({}) is not for our side of this case.", kind.label().en),
            ));
        }
        let Kind::Decision(said) = &declared.kind else { return Ok(kind) };
        if let Some(about) = &said.about {
            let of = vec![Cond::eq("statement_sha256", about.statement_sha256.to_string())];
            if self.every(ctx, SealedStatement::DEF, of)?.is_empty() {
                return Err(AppError::input(
                    "この決定は、当社が出していない認証書を根拠にしています。",
                    "This decision rests on an attestation that was not issued here.",
                ));
            }
        }
        Ok(kind)
    }

    /// The requirements of a client as records of its own, those that are here already left alone.
    fn asked(
        &self,
        ctx: &Ctx,
        case: &Record,
        client: &RecordId,
        declared: &Declaration,
        said: &Requirements,
    ) -> Result<Vec<Change>, AppError> {
        let of =
            vec![Cond::eq("reconnection", case.id.as_str()), Cond::eq("client", client.as_str())];
        let there = self.every(ctx, ClientRequirement::DEF, of)?;
        let own = |fields: Vec<(&str, Value)>| -> Body {
            let both = [
                ("reconnection", Value::from(case.id.as_str())),
                ("client", client.as_str().into()),
            ];
            both.into_iter().chain(fields).map(|(f, v)| (f.to_owned(), v)).collect()
        };
        let create = |def, body| Change::Create { def, body, reason: None };
        let mut terms =
            vec![("why", Value::from(cut(&said.why, 500))), ("mandatory", said.mandatory.into())];
        terms.extend(answer::wish(said.attestation).map(|w| ("attestation", w.id().into())));
        terms.extend(said.standard.as_ref().map(|s| ("standard", cut(s, 4_000).into())));
        if said.mandatory {
            terms.push(("rule", cut(&said.why, 300).into()));
        }
        let mut changes = vec![create(ClientTerms::DEF, own(terms))];
        for ask in &said.asks {
            if there.iter().any(|r| r.text("their_id") == ask.id) {
                continue;
            }
            let mut fields = vec![
                ("title", Value::from(cut(&ask.text, 200))),
                ("their_id", cut(&ask.id, 80).into()),
                ("asked_by", cut(&declared.issuer.legal_name, 120).into()),
                ("asked_at", time(declared.issued_at).millis().into()),
            ];
            fields.extend(ask.detail.as_ref().map(|d| ("detail", cut(d, 4_000).into())));
            fields.extend(ask.item.and_then(topic_of).map(|t| ("topic", t.id().into())));
            fields.extend(ask.gate.and_then(answer::phase).map(|p| ("gate", p.id().into())));
            changes.push(create(ClientRequirement::DEF, own(fields)));
        }
        Ok(changes)
    }
}

impl Grounds {
    fn add(&mut self, anchor: &Record) -> Result<(), AppError> {
        let value = anchor.text("value").trim();
        let told = |error: &dyn std::fmt::Display| {
            AppError::input(
                format!("信頼の起点「{}」を読めません（{error}）。", anchor.title()),
                format!("The trust anchor \"{}\" cannot be read ({error}).", anchor.title()),
            )
        };
        let certificates = || Certificate::from_pem(value).map_err(|e| told(&e));
        let print = || {
            let hex: String = value.chars().filter(char::is_ascii_hexdigit).collect();
            hex.to_ascii_lowercase().parse::<Fingerprint>().map_err(|e| told(&e))
        };
        let state = AnchorState::from_id(anchor.text("state"));
        match (AnchorKind::from_id(anchor.text("kind")), state) {
            (Some(AnchorKind::Fingerprint), Some(AnchorState::Confirmed)) => {
                self.anchors.push(Anchor::Fingerprint(print()?));
            }
            (Some(AnchorKind::Fingerprint), Some(AnchorState::Revoked)) => {
                self.revoked.push(print()?);
            }
            (Some(AnchorKind::Certificate), Some(AnchorState::Confirmed)) => {
                let all = certificates()?.into_iter();
                self.anchors.extend(all.map(|c| Anchor::Certificate(Box::new(c))));
            }
            (Some(AnchorKind::Certificate), Some(AnchorState::Revoked)) => {
                self.revoked.extend(certificates()?.iter().map(Certificate::fingerprint));
            }
            (Some(AnchorKind::LogKey), Some(AnchorState::Confirmed)) => {
                self.logs.push(value.parse().map_err(|e: okiagari_log::NoteError| told(&e))?);
            }
            (Some(AnchorKind::StampAuthority), Some(AnchorState::Confirmed)) => {
                let all = certificates()?.into_iter();
                self.stamps.extend(all.map(|c| Anchor::Certificate(Box::new(c))));
            }
            // What is only received decides nothing; a revoked log or service is left out.
            _ => {}
        }
        Ok(())
    }
}

/// An earlier version that the new one replaces or takes back.
fn outdated(earlier: &Record, kind: StatementKind) -> Option<Change> {
    let step = match (kind, PackageState::from_id(earlier.text("state"))?) {
        (StatementKind::Withdrawal, PackageState::Current | PackageState::Superseded) => {
            "take_back"
        }
        (_, PackageState::Current) => "supersede",
        _ => return None,
    };
    Some(Change::Step {
        def: ReceivedPackage::DEF,
        id: earlier.id.clone(),
        rev: None,
        step: step.to_owned(),
        patch: Body::new(),
        reason: None,
    })
}

fn title(lang: Lang, from: &Record, declared: &Declaration) -> String {
    let kind = match declared.kind {
        Kind::Declaration => StatementKind::Declaration,
        Kind::Withdrawal { .. } => StatementKind::Withdrawal,
        Kind::Requirements(_) => StatementKind::Requirements,
        Kind::Decision(_) => StatementKind::Decision,
    };
    let version = declared.version;
    match lang {
        Lang::Ja => cut(&format!("{}（{} 第{version}版）", kind.label().ja, from.title()), 200),
        Lang::En => {
            cut(&format!("{} of {}, version {version}", kind.label().en, from.title()), 200)
        }
    }
}

/// What a report says, as fields of a record.
fn received(lang: Lang, declared: &Declaration, report: &Report) -> Body {
    let items: Vec<Value> = declared.items.iter().map(item).collect();
    let open: Vec<Value> = declared
        .open()
        .map(|i| cut(&format!("{} {}", i.key, i.account.lines().next().unwrap_or("")), 200).into())
        .collect();
    let checked: Vec<Value> = declared
        .investigations
        .iter()
        .filter(|i| i.independent)
        .map(|i| cut(&format!("{}（{}）", i.provider, i.title), 200).into())
        .collect();
    let signers: Vec<Value> = report
        .signers
        .iter()
        .map(|s| cut(&format!("{}（{}）", s.name, s.post), 200).into())
        .collect();
    let shown = report.not_shown.iter().map(|n| {
        let words = n.words();
        Value::from(match lang {
            Lang::Ja => words.ja,
            Lang::En => words.en,
        })
    });
    let mut body: Body = [
        ("issuer", Value::from(cut(&declared.issuer.legal_name, 200))),
        ("series", cut(&declared.id, 80).into()),
        ("signers", signers.into()),
        ("valid_from", time(declared.valid_from).millis().into()),
        ("valid_until", time(declared.valid_until).millis().into()),
        ("enclosed", report.count(EvidenceState::Present).into()),
        ("withheld", report.count(EvidenceState::Withheld).into()),
    ]
    .into_iter()
    .map(|(f, v)| (f.to_owned(), v))
    .collect();
    let lists = [
        ("items", items),
        ("open_items", open),
        ("investigations", checked),
        ("not_shown", shown.collect()),
    ];
    body.extend(
        lists.into_iter().filter(|(_, l)| !l.is_empty()).map(|(f, l)| (f.to_owned(), l.into())),
    );
    if let Some(text) = told(&declared.kind).and_then(|t| some(&t)) {
        body.insert("said".to_owned(), cut(&text, 20_000).into());
    }
    match &declared.kind {
        Kind::Decision(said) => {
            let decision = answer::decision(said.choice).map(|d| Value::from(d.id()));
            body.extend(decision.map(|d| ("decision".to_owned(), d)));
        }
        Kind::Requirements(said) => {
            let wish = answer::wish(said.attestation).map(|w| Value::from(w.id()));
            body.extend(wish.map(|w| ("wish".to_owned(), w)));
        }
        Kind::Declaration | Kind::Withdrawal { .. } => {}
    }
    body
}

fn told(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Declaration => None,
        Kind::Withdrawal { reason } => Some(reason.clone()),
        Kind::Requirements(said) => {
            let asks = said.asks.iter().map(|a| format!("・{}", a.text));
            Some(std::iter::once(said.why.clone()).chain(asks).collect::<Vec<_>>().join("\n"))
        }
        Kind::Decision(said) => {
            let more = [&said.watching, &said.accepted_by].into_iter().flatten().cloned();
            let lines = [said.grounds.clone(), said.decided_by.clone()];
            Some(lines.into_iter().chain(more).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn item(of: &Item) -> Value {
    let (state, expected, why) = match &of.state {
        ItemState::Done => ("done", None, None),
        ItemState::UnderWay { expected_on } => ("under_way", Some(expected_on), None),
        ItemState::NotApplicable { reason } => ("not_applicable", None, Some(reason)),
    };
    let said = [Some(&of.account), why].into_iter().flatten();
    let said: Vec<String> = said.filter_map(|t| some(t)).collect();
    let mut row: Body = [
        ("sign", Value::from(of.key.sign())),
        ("state", state.into()),
        ("evidence", of.evidence.len().into()),
    ]
    .into_iter()
    .map(|(f, v)| (f.to_owned(), v))
    .collect();
    if !said.is_empty() {
        row.insert("said".to_owned(), cut(&said.join("\n"), 20_000).into());
    }
    row.extend(expected.map(|e| ("expected_on".to_owned(), cut(e, 40).into())));
    Value::Object(row)
}

/// Foreign text within the bound of a field.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
