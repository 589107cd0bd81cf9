//! What one client expects before it connects again (相手組織の求め方): kind of attestation, its own
//! rule and its own standard for good assurance (G7-24, 60, 62).

use super::parts::{CASE, of_client, same_client};
use super::reconnection::Reconnection;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// Which attestation a client asks for (G7-60).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AttestationWish {
    /// None.
    #[choice(ja = "認証書を求めない", en = "No attestation")]
    None,
    /// By the responsible person.
    #[choice(ja = "責任者による認証書", en = "By the responsible person")]
    Own,
    /// With an investigation by a trusted third party.
    #[choice(ja = "第三者の調査を含む認証書", en = "Including a third party's investigation")]
    ThirdParty,
}

/// Whether the client has confirmed what stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TermsState {
    /// Stated.
    #[choice(ja = "受け取った", en = "Stated", tone = "caution")]
    Stated,
    /// Confirmed.
    #[choice(ja = "相手が確認済み", en = "Confirmed by the client", tone = "good")]
    Confirmed,
}

/// The terms of one client in one case.
#[derive(Debug, Clone, Register)]
#[register(
    id = "client_terms",
    wing = Reconnect,
    menu = 10,
    ja = "相手組織の求め方",
    en = "Client terms",
    question_ja = "この相手は、どんな認証書と保証を求めていますか",
    question_en = "Which attestation and assurance does this client ask for?",
    about_ja = "認証書を求めるか、第三者の調査が要るか、その理由と、相手が良い保証と考える基準を一社ずつ残します。",
    about_en = "Per client: which attestation, whether a third party is a must and by which rule, and its own standard of good assurance.",
    purpose_ja = "証拠を、相手の基準に合わせて用意するために使います。",
    purpose_en = "So that evidence is shaped to what the client goes by.",
    sort = "created_at",
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-24", "G7-60"]
)]
pub struct ClientTerms {
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Client.
    #[field(ja = "相手組織", en = "Client", list)]
    pub client: Ref<Contact>,
    /// Read outside by.
    #[field(
        ja = "社外で読める相手",
        en = "Readable outside by",
        system,
        max = 40,
        access = "counterparty"
    )]
    pub shown_to: Option<String>,
    /// Which attestation.
    #[field(ja = "求める認証書", en = "Attestation asked for", list)]
    pub attestation: AttestationWish,
    /// Why.
    #[field(ja = "その理由", en = "Why", title, list, search, max = 500)]
    pub why: String,
    /// Whether it is a must.
    #[field(ja = "認証書がなければ再接続できない", en = "Cannot reconnect without it")]
    pub mandatory: bool,
    /// By which rule.
    #[field(ja = "従う規則", en = "Rule followed", max = 300)]
    pub rule: Option<String>,
    /// Its standard for good assurance.
    #[field(
        ja = "相手が良い保証と考える基準",
        en = "The client's standard for good assurance",
        search,
        max = 4000
    )]
    pub standard: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<TermsState>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    let mut problems = same_client(body);
    let is = |f: &str| body.get(f).and_then(Value::as_bool) == Some(true);
    let none = body.get("attestation").and_then(Value::as_str) == Some(AttestationWish::None.id());
    if is("mandatory") && !body.contains_key("rule") {
        let text = Message::new("従う規則を入れてください。", "Give the rule that asks for it.");
        problems.push(FieldProblem::new("rule", "required", text));
    }
    if is("mandatory") && none {
        let text = Message::new(
            "認証書が必須なら、種類を選んでください。",
            "If it is a must, choose which attestation.",
        );
        problems.push(FieldProblem::new("attestation", "wrong_value", text));
    }
    problems
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "stated",
    start: Start { inputs: CASE, fill: Some(of_client), ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "confirm",
            label: Text::new("相手に確認した", "Confirmed with the client"),
            from: &["stated"],
            to: "confirmed",
            ..Transition::PLAIN
        },
        Transition {
            id: "ask_again",
            label: Text::new("内容が変わった", "It has changed"),
            from: &["confirmed"],
            to: "stated",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
