//! An attestation as a declaration: the reviewed content, item by item, with the files behind it
//! (G7-63, 64, 74, 75).

use super::{begin, end, key_of, moment, some, topic_of};
use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::seals::keys::chain_of;
use crate::seals::sign::Prepare;
use okiagari_model::prepare::contact::Contact;
use okiagari_model::reconnect::assurance_item::AssuranceItem;
use okiagari_model::reconnect::assurance_item::{self, AssuranceTopic};
use okiagari_model::reconnect::attestation_signature::Responsibility;
use okiagari_model::reconnect::investigation_report::InvestigationReport;
use okiagari_model::reconnect::statement::{Piece, Statement};
use okiagari_model::respond::evidence::Evidence;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Choice, Lang, Record, RecordId, Register};
use okiagari_seal::Certificate;
use okiagari_seal::names::safe_name;
use okiagari_seal::statement::{
    Connection, Declaration, Disclosure, Evidence as File, Incident as Event, Investigation, Item,
    ItemKey, ItemState, Kind, NamedSigner, Organisation, Period,
};
use okiagari_store::blob;
use std::collections::BTreeMap;

/// The files behind a declaration, by record.
#[derive(Default)]
struct Files {
    list: Vec<File>,
    names: BTreeMap<String, String>,
}

impl Files {
    fn named(&self, ids: &[String]) -> Vec<String> {
        ids.iter().filter_map(|id| self.names.get(id)).cloned().collect()
    }
}

impl App {
    /// What every statement of this organisation says of itself; the rest is for the caller.
    pub(super) fn blank(
        &self,
        ctx: &Ctx,
        case: &Record,
        ask: &Prepare,
        signers: &[Record],
        kind: Kind,
    ) -> Result<Declaration, AppError> {
        let own = self.own_organisation(ctx)?;
        let event = match case.ids("incident").first() {
            Some(id) => {
                let incident = self.record(ctx, Incident::DEF, &RecordId::new(*id), None)?.record;
                event(case, &incident)?
            }
            None => Event {
                reference: case.text("number").to_owned(),
                title: some(case.text("title")),
                fire_id: None,
                period: Period::default(),
            },
        };
        Ok(Declaration {
            id: String::new(),
            version: 1,
            kind,
            supersedes: None,
            issuer: Organisation {
                legal_name: own.title(),
                name_en: some(own.text("name_en")),
                lei: None,
                corporate_number: some(own.text("corporate_number")),
                contact: None,
            },
            incident: event,
            connections: Vec::new(),
            items: Vec::new(),
            investigations: Vec::new(),
            answers: Vec::new(),
            residual_risks: Vec::new(),
            conditions: some(case.text("scope_line")).into_iter().collect(),
            indicators: None,
            signers: signers.iter().map(named).collect::<Result<_, _>>()?,
            issued_at: moment(self.now())?,
            valid_from: begin(ask.valid_from, &ctx.zone)?,
            valid_until: end(ask.valid_until, &ctx.zone)?,
            evidence: Vec::new(),
        })
    }

    /// The declaration of a reviewed attestation.
    pub(super) fn declared(
        &self,
        ctx: &Ctx,
        case: &Record,
        said: &Statement,
        ask: &Prepare,
        signers: &[Record],
    ) -> Result<Declaration, AppError> {
        if let Some(reason) = some(&said.takes_back) {
            return self.blank(ctx, case, ask, signers, Kind::Withdrawal { reason });
        }
        let blank = self.blank(ctx, case, ask, signers, Kind::Declaration)?;
        let reports = self.reports(ctx, said)?;
        let files = self.files_behind(ctx, said, &reports, ask)?;
        let investigations =
            reports.iter().map(|r| self.investigation(ctx, r, &files)).collect::<Result<_, _>>()?;
        let about = |ja: &str, text: &str| some(text).map(|t| format!("{ja}{t}"));
        Ok(Declaration {
            connections: some(&said.covers)
                .map(|covers| Connection { name: said.title.clone(), about: Some(covers) })
                .into_iter()
                .collect(),
            items: ItemKey::ALL.into_iter().map(|key| item(key, said, &files)).collect(),
            investigations,
            residual_risks: about("対象に含まない / not covered: ", &said.not_covered)
                .into_iter()
                .collect(),
            evidence: files.list,
            ..blank
        })
    }

    fn reports(&self, ctx: &Ctx, said: &Statement) -> Result<Vec<Record>, AppError> {
        let one = |id: &String| {
            let id = RecordId::new(id);
            Ok(self.record(ctx, InvestigationReport::DEF, &id, None)?.record)
        };
        said.reports.iter().map(one).collect()
    }

    /// The files of all evidence that is named, each once, those that were erased left out.
    fn files_behind(
        &self,
        ctx: &Ctx,
        said: &Statement,
        reports: &[Record],
        ask: &Prepare,
    ) -> Result<Files, AppError> {
        let pieces = said.pieces.iter().flat_map(|p| p.evidence.iter().cloned());
        let reported = reports.iter().flat_map(|r| r.ids("file")).map(str::to_owned);
        let mut files = Files::default();
        for id in pieces.chain(reported) {
            if files.names.contains_key(&id) {
                continue;
            }
            let record = self.record(ctx, Evidence::DEF, &RecordId::new(&id), None)?.record;
            let Some(digest) = blob::parse_sha256(record.text("sha256")) else { continue };
            if record.text("file_name").is_empty() {
                continue;
            }
            let kept = self.files().info(&ctx.subject.org, &digest)?;
            if kept.erased_at.is_some() {
                continue;
            }
            let name = safe_name(files.list.len() + 1, record.text("file_name"));
            files.list.push(File {
                name: name.clone(),
                sha256: okiagari_seal::Fingerprint(digest),
                size: kept.size,
                disclosure: match ask.enclose_all {
                    true => Disclosure::Enclosed,
                    false => Disclosure::MayBeWithheld,
                },
                title: some(&record.title()),
                classification: None,
                holder: some(record.text("origin")),
            });
            files.names.insert(id, name);
        }
        Ok(files)
    }

    fn investigation(
        &self,
        ctx: &Ctx,
        report: &Record,
        files: &Files,
    ) -> Result<Investigation, AppError> {
        let provider = match report.ids("provider").first() {
            Some(id) => self.record(ctx, Contact::DEF, &RecordId::new(*id), None)?.record.title(),
            None => String::new(),
        };
        let mut supports = Vec::new();
        for id in report.ids("supports") {
            let item = self.record(ctx, AssuranceItem::DEF, &RecordId::new(id), None)?.record;
            supports.extend(assurance_item::topic(&item).map(key_of));
        }
        supports.sort();
        supports.dedup();
        let own = |f: &str| report.text(f).to_owned();
        let file: Vec<String> = report.ids("file").into_iter().map(str::to_owned).collect();
        Ok(Investigation {
            title: report.title(),
            provider,
            scope: own("scope"),
            period: [own("from_on"), own("to_on")],
            findings: own("findings"),
            limits: own("limits"),
            independent: report.text("state") == "checked",
            evidence: files.named(&file),
            supports,
        })
    }
}

fn event(case: &Record, incident: &Record) -> Result<Event, AppError> {
    let at = |field: &str| incident.time(field).map(moment).transpose();
    Ok(Event {
        reference: incident.text("number").to_owned(),
        // The title of the case is written for outside; that of the incident is not.
        title: some(case.text("title")),
        fire_id: None,
        period: Period {
            occurred_at: at("occurred_at")?,
            detected_at: at("detected_at")?,
            contained_at: at("contained_at")?,
            recovered_at: at("recovered_at")?,
        },
    })
}

fn named(key: &Record) -> Result<NamedSigner, AppError> {
    let duties = key.ids("responsibility").into_iter().filter_map(Responsibility::from_id);
    let duties: Vec<&str> = duties.map(|d| d.label().get(Lang::Ja)).collect();
    Ok(NamedSigner {
        name: key.title(),
        post: key.text("post").to_owned(),
        responsibility: duties.join("、"),
        authority: some(key.text("authority")),
        certificates: chain_of(key)?.iter().map(Certificate::fingerprint).collect(),
    })
}

/// The pieces that stand in an item: those of its topic, or of its part of list B (G7-75).
fn pieces(key: ItemKey, said: &Statement) -> Vec<&Piece> {
    match (topic_of(key), key.sign().parse::<u8>()) {
        (Some(topic), _) => said.of_topic(topic).collect(),
        (None, Ok(part)) => said.of_part(part).collect(),
        (None, Err(_)) => Vec::new(),
    }
}

const HELD: &str = "法的な理由により、内容を記していません。 / Held back for a legal reason.";

fn item(key: ItemKey, said: &Statement, files: &Files) -> Item {
    let pieces = pieces(key, said);
    let mut evidence: Vec<String> = pieces.iter().flat_map(|p| files.named(&p.evidence)).collect();
    evidence.sort();
    evidence.dedup();
    let account: Vec<String> = pieces.iter().map(|p| account(p)).collect();
    Item {
        key,
        state: state(&pieces),
        account: account.join("\n"),
        evidence,
        records: pieces.iter().map(|p| format!("assurance_item/{}", p.item)).collect(),
        tests: if key == ItemKey::TestResults { tested(&pieces, said) } else { Vec::new() },
    }
}

fn account(piece: &Piece) -> String {
    if piece.held_back {
        return HELD.to_owned();
    }
    let mut text = format!("{}：{}", piece.title, piece.text);
    if let Some(english) = some(&piece.text_en) {
        text.push_str(&format!(" / {english}"));
    }
    text.trim_end_matches('：').to_owned()
}

/// One state for all pieces: open while one of them is, and then by the last day (G7-64).
fn state(pieces: &[&Piece]) -> ItemState {
    let open: Vec<&&Piece> = pieces.iter().filter(|p| p.open()).collect();
    if let Some(last) = open.iter().map(|p| p.expected_on.clone()).max() {
        return ItemState::UnderWay { expected_on: last };
    }
    if pieces.iter().any(|p| p.state == "done") {
        return ItemState::Done;
    }
    let reasons: Vec<String> = pieces.iter().filter_map(|p| some(&p.why_not)).collect();
    let reason = match reasons.is_empty() {
        true => "ここでは示していません。 / Not stated here.".to_owned(),
        false => reasons.join("、"),
    };
    ItemState::NotApplicable { reason }
}

fn tested(pieces: &[&Piece], said: &Statement) -> Vec<ItemKey> {
    let of = |id: &String| said.pieces.iter().find(|p| p.item == *id).and_then(Piece::topic);
    let topics = pieces.iter().flat_map(|p| &p.tests).filter_map(of);
    let mut keys: Vec<ItemKey> =
        topics.filter(|t: &AssuranceTopic| t.tested()).map(key_of).collect();
    keys.sort();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(topic: &str, state: &str) -> Piece {
        Piece {
            item: format!("{topic}-1"),
            topic: topic.to_owned(),
            title: "題".to_owned(),
            text: "本文".to_owned(),
            text_en: String::new(),
            state: state.to_owned(),
            expected_on: String::new(),
            why_not: String::new(),
            evidence: vec![],
            tests: vec![],
            held_back: false,
        }
    }

    fn said(pieces: Vec<Piece>) -> Statement {
        Statement {
            title: String::new(),
            number: String::new(),
            version: 1,
            case: String::new(),
            scope: String::new(),
            scope_en: String::new(),
            scenario: String::new(),
            covers: String::new(),
            not_covered: String::new(),
            reports: vec![],
            takes_back: String::new(),
            pieces,
        }
    }

    #[test]
    fn a_piece_stands_in_its_letter_and_in_the_parts_paired_with_it() {
        let said = said(vec![piece("lessons", "done")]);
        let holds = |key| item(key, &said, &Files::default()).records.len();
        let found: Vec<&str> =
            ItemKey::ALL.into_iter().filter(|k| holds(*k) > 0).map(ItemKey::sign).collect();
        // G7-75: g stands in parts 4 and 6.
        assert_eq!(found, ["g", "4", "6"]);
    }

    #[test]
    fn an_item_is_open_while_one_of_its_pieces_is_and_by_the_last_day() {
        let day =
            |day: &str| Piece { expected_on: day.to_owned(), ..piece("monitoring", "under_way") };
        let said = said(vec![piece("monitoring", "done"), day("2026-12-09"), day("2026-12-01")]);
        let found = item(ItemKey::Monitoring, &said, &Files::default()).state;
        assert_eq!(found, ItemState::UnderWay { expected_on: "2026-12-09".to_owned() });
    }

    #[test]
    fn what_is_held_back_is_said_to_be_and_its_words_are_not() {
        let held = Piece { held_back: true, ..piece("effects", "done") };
        let found = item(ItemKey::Effects, &said(vec![held]), &Files::default());
        assert_eq!(found.account, HELD);
    }

    #[test]
    fn test_results_name_what_they_test_among_a_to_e() {
        let tests = Piece {
            tests: vec!["containment-1".into(), "lessons-1".into()],
            ..piece("test_results", "done")
        };
        let said = said(vec![piece("containment", "done"), piece("lessons", "done"), tests]);
        let found = item(ItemKey::TestResults, &said, &Files::default());
        assert_eq!(found.tests, [ItemKey::Containment]);
    }
}
