//! What a client tells: its requirements from the first day, and its decision (G7-11, 19, 60, 67,
//! 76).

use super::{key_of, some};
use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::seals::sign::Prepare;
use okiagari_model::reconnect::assurance_item;
use okiagari_model::reconnect::client_requirement::ClientRequirement;
use okiagari_model::reconnect::client_terms::{AttestationWish, ClientTerms};
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::reconnect::link::Link;
use okiagari_model::reconnect::received_package::ReceivedPackage;
use okiagari_model::reconnect::reconnection_decision::{BusinessDecision, Recommendation};
use okiagari_model::{Choice, Cond, Record, RecordId, Register};
use okiagari_seal::statement::{
    About, Ask, Choice as Chosen, Connection, Decision, Declaration, Kind, Phase,
    Recommendation as Recommended, Requirements, Wish,
};

/// Wish of the record and wish of the statement.
const WISHES: [(AttestationWish, Wish); 3] = [
    (AttestationWish::None, Wish::None),
    (AttestationWish::Own, Wish::Own),
    (AttestationWish::ThirdParty, Wish::ThirdParty),
];

const PHASES: [(PhaseKind, Phase); 5] = [
    (PhaseKind::Assessment, Phase::Assessment),
    (PhaseKind::Remediation, Phase::Remediation),
    (PhaseKind::Assurance, Phase::Assurance),
    (PhaseKind::Reconnection, Phase::Reconnection),
    (PhaseKind::Recovery, Phase::Recovery),
];

const CHOICES: [(BusinessDecision, Chosen); 3] = [
    (BusinessDecision::Reconnect, Chosen::Reconnect),
    (BusinessDecision::Wait, Chosen::Wait),
    (BusinessDecision::Decline, Chosen::Decline),
];

const RECOMMENDATIONS: [(Recommendation, Recommended); 3] = [
    (Recommendation::Acceptable, Recommended::Acceptable),
    (Recommendation::Conditional, Recommended::Conditional),
    (Recommendation::NotAcceptable, Recommended::NotAcceptable),
];

fn there<A: Copy + PartialEq, B: Copy>(pairs: &[(A, B)], here: Option<A>) -> Option<B> {
    pairs.iter().find(|(a, _)| Some(*a) == here).map(|(_, b)| *b)
}

fn here<A: Copy, B: Copy + PartialEq>(pairs: &[(A, B)], there: B) -> Option<A> {
    pairs.iter().find(|(_, b)| *b == there).map(|(a, _)| *a)
}

/// The wish as the record has it.
pub(super) fn wish(of: Wish) -> Option<AttestationWish> {
    here(&WISHES, of)
}

/// The phase as the record has it.
pub(super) fn phase(of: Phase) -> Option<PhaseKind> {
    here(&PHASES, of)
}

/// The decision as the record has it.
pub(super) fn decision(of: Chosen) -> Option<BusinessDecision> {
    here(&CHOICES, of)
}

impl App {
    /// All that this organisation asks for as a client of a case.
    pub(super) fn required(
        &self,
        ctx: &Ctx,
        case: &Record,
        ask: &Prepare,
        signers: &[Record],
    ) -> Result<Declaration, AppError> {
        let of = || vec![Cond::eq("reconnection", case.id.as_str())];
        let terms = self.every(ctx, ClientTerms::DEF, of())?;
        let terms = terms.iter().max_by_key(|t| (t.created_at, t.id.clone())).ok_or_else(|| {
            AppError::input(
                "先に「相手組織の求め方」で、当社が求める認証書とその理由を登録してください。",
                "First enter under \"Client terms\" which attestation we ask for, and why.",
            )
        })?;
        let mut asks = Vec::new();
        let mut all = self.every(ctx, ClientRequirement::DEF, of())?;
        all.sort_by_key(|r| (r.created_at, r.id.clone()));
        for asked in all.iter().filter(|r| !r.ended() && r.text("state") != "withdrawn") {
            asks.push(Ask {
                id: asked.id.as_str().to_owned(),
                text: asked.title(),
                detail: some(asked.text("detail")),
                item: assurance_item::topic(asked).map(key_of),
                gate: there(&PHASES, PhaseKind::from_id(asked.text("gate"))),
            });
        }
        let why = [terms.text("why"), terms.text("rule")];
        let why: Vec<String> = why.into_iter().filter_map(some).collect();
        let said = Requirements {
            attestation: there(&WISHES, AttestationWish::from_id(terms.text("attestation")))
                .unwrap_or(Wish::Own),
            mandatory: terms.flag("mandatory"),
            why: why.join("。"),
            standard: some(terms.text("standard")),
            asks,
        };
        self.blank(ctx, case, ask, signers, Kind::Requirements(said))
    }

    /// A decision as it is on record, with the declaration it rests on.
    pub(super) fn decided(
        &self,
        ctx: &Ctx,
        case: &Record,
        decision: &Record,
        ask: &Prepare,
        signers: &[Record],
    ) -> Result<Declaration, AppError> {
        let taken = there(&CHOICES, BusinessDecision::from_id(decision.text("decision")));
        let advice =
            there(&RECOMMENDATIONS, Recommendation::from_id(decision.text("recommendation")));
        let (Some(choice), Some(recommendation)) = (taken, advice) else {
            return Err(AppError::input(
                "決定がまだ記録されていません。技術の推奨と事業の決定を先に記録してください。",
                "It is not decided yet. Record the recommendation and the decision first.",
            ));
        };
        let about = match decision.ids("received").first() {
            None => None,
            Some(id) => {
                let id = RecordId::new(*id);
                about(&self.record(ctx, ReceivedPackage::DEF, &id, None)?.record)
            }
        };
        let said = Decision {
            about,
            recommendation,
            technical_grounds: decision.text("technical_grounds").to_owned(),
            choice,
            grounds: decision.text("grounds").to_owned(),
            decided_by: decision.text("decider").to_owned(),
            watching: some(decision.text("watching")),
            open: decision.ids("open_items").into_iter().map(str::to_owned).collect(),
            accepted_by: some(decision.text("accepted_by")),
        };
        let mut whole = self.blank(ctx, case, ask, signers, Kind::Decision(said))?;
        for id in decision.ids("link") {
            let link = self.record(ctx, Link::DEF, &RecordId::new(id), None)?.record;
            whole
                .connections
                .push(Connection { name: link.title(), about: some(link.text("services")) });
        }
        whole.conditions.extend(some(decision.text("conditions")));
        Ok(whole)
    }
}

fn about(package: &Record) -> Option<About> {
    Some(About {
        id: package.text("series").to_owned(),
        version: u32::try_from(package.int("version")?).ok()?,
        statement_sha256: package.text("statement_sha256").parse().ok()?,
    })
}
