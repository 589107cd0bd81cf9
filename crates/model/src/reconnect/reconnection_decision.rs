//! The decision to reconnect one link (再接続の決定): both sides' views on one page, the technical
//! recommendation apart from the business decision, the client's last word (G7-11, 18, 66, 76).

use super::attestation::{Attestation, frozen};
use super::attestation_delivery::real;
use super::client_requirement::content;
use super::client_terms::AttestationWish;
use super::contingency::fewest_days;
use super::link::Link;
use super::parts::{CASE, of_case};
use super::received_package::{ReceivedPackage, in_force};
use super::reconnection::Reconnection;
use crate::govern::person::Person;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// The technical recommendation (G7-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Recommendation {
    /// Acceptable.
    #[choice(ja = "技術のリスクは受け入れられる", en = "Technical risk acceptable", tone = "good")]
    Acceptable,
    /// Acceptable under conditions.
    #[choice(ja = "条件付きで受け入れられる", en = "Acceptable under conditions", tone = "caution")]
    Conditional,
    /// Not acceptable.
    #[choice(ja = "受け入れられない", en = "Not acceptable", tone = "danger")]
    NotAcceptable,
}

/// The business decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum BusinessDecision {
    /// Reconnect.
    #[choice(ja = "再接続する", en = "Reconnect", tone = "good")]
    Reconnect,
    /// Wait.
    #[choice(ja = "まだ待つ", en = "Wait", tone = "caution")]
    Wait,
    /// Decline.
    #[choice(ja = "再接続しない", en = "Do not reconnect")]
    Decline,
}

/// Where a decision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DecisionState {
    /// Open.
    #[choice(ja = "話し合い中", en = "Being talked over", tone = "caution")]
    Open,
    /// Recommended.
    #[choice(ja = "技術の推奨あり", en = "Technical recommendation given", tone = "caution")]
    Recommended,
    /// Decided.
    #[choice(ja = "決定", en = "Decided", tone = "good")]
    Decided,
}

/// A decision.
#[derive(Debug, Clone, Register)]
#[register(
    id = "reconnection_decision",
    wing = Reconnect,
    menu = 18,
    ja = "再接続の決定",
    en = "Reconnection decision",
    question_ja = "この接続を、だれが何を根拠に戻すと決めましたか",
    question_en = "Who decided on which grounds to bring this link back?",
    about_ja = "双方の見方と合意した点・残る点を一か所に並べ、技術の推奨と事業の決定を分けて残します。最後に決めるのは相手（クライアント組織）です。",
    about_en = "Both views, points agreed and open, the technical recommendation and, apart from it, the business decision. The client has the last word.",
    purpose_ja = "何が残ったまま、だれがどのリスクを受け入れたかを後から示すために残します。",
    purpose_en = "Shows later what was open and who accepted which risk.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["G7-11", "G7-18", "G7-76"]
)]
pub struct ReconnectionDecision {
    /// Title.
    #[field(ja = "決めること", en = "What is decided", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Link.
    #[field(ja = "接続", en = "Link", list)]
    pub link: Ref<Link>,
    /// The client.
    #[field(ja = "決めるクライアント組織", en = "Client that decides", list)]
    pub client: Option<Ref<Contact>>,
    /// The client's view.
    #[field(ja = "クライアント組織の見方", en = "The client's view", max = 4000)]
    pub client_view: Option<Long>,
    /// The compromised organisation's view.
    #[field(ja = "侵害された組織の見方", en = "The compromised organisation's view", max = 4000)]
    pub compromised_view: Option<Long>,
    /// Points agreed.
    #[field(ja = "合意した点", en = "Points agreed")]
    pub agreed: Vec<String>,
    /// Points open.
    #[field(ja = "残っている点", en = "Points open")]
    pub open: Vec<String>,
    /// Attestation it rests on.
    #[field(ja = "根拠とする認証書", en = "Attestation it rests on")]
    pub attestation: Option<Ref<Attestation>>,
    /// The attestation that came as a package.
    #[field(ja = "根拠とする受け取った一式", en = "Received package it rests on")]
    pub received: Option<Ref<ReceivedPackage>>,
    /// A check that was shortened.
    #[field(ja = "短くした・省いた確認", en = "Check that was shortened", max = 300)]
    pub shortened: Option<String>,
    /// Why.
    #[field(ja = "短くした理由", en = "Why it was shortened", max = 500)]
    pub shortened_why: Option<String>,
    /// Recommendation.
    #[field(ja = "技術の推奨", en = "Technical recommendation", list, system)]
    pub recommendation: Option<Recommendation>,
    /// Its grounds.
    #[field(ja = "技術の推奨の根拠", en = "Grounds of the recommendation", system, max = 2000)]
    pub technical_grounds: Option<Long>,
    /// By whom.
    #[field(ja = "技術の推奨をした人", en = "Recommended by", system, max = 120)]
    pub technical_by: Option<String>,
    /// When.
    #[field(ja = "技術の推奨の日時", en = "Recommended at", system)]
    pub recommended_at: Option<Time>,
    /// Decision.
    #[field(ja = "事業としての決定", en = "Business decision", list, system)]
    pub decision: Option<BusinessDecision>,
    /// Grounds.
    #[field(ja = "決定の根拠", en = "Grounds of the decision", system, max = 2000)]
    pub grounds: Option<Long>,
    /// Who decided.
    #[field(ja = "決めた人", en = "Decided by", system, max = 120)]
    pub decider: Option<String>,
    /// On whose side; the client has the last word.
    #[field(
        ja = "決めた人はクライアント組織の側か",
        en = "The decider speaks for the client",
        system
    )]
    pub decider_client: bool,
    /// Conditions.
    #[field(ja = "追加の条件", en = "Extra conditions", system, max = 2000)]
    pub conditions: Option<Long>,
    /// Extra watching.
    #[field(ja = "追加の監視", en = "Extra watching", system, max = 1000)]
    pub watching: Option<Long>,
    /// Who accepted the risk.
    #[field(ja = "リスクを受け入れた人", en = "Risk accepted by", system, max = 120)]
    pub accepted_by: Option<String>,
    /// What was open when it was decided.
    #[field(ja = "決定の時点で残っていた保証項目", en = "Assurance open when decided", system)]
    pub open_items: Vec<String>,
    /// Version of the attestation.
    #[field(ja = "認証書の版", en = "Version of the attestation", system)]
    pub attestation_version: Option<i64>,
    /// Days of contingency left.
    #[field(ja = "代わりの手段がもつ日数", en = "Days of contingency left", list, system)]
    pub days_left: Option<i64>,
    /// Decided at.
    #[field(ja = "決定の日時", en = "Decided at", list, system)]
    pub decided_at: Option<Time>,
    /// In charge of the record here.
    #[field(ja = "当社の担当", en = "In charge here")]
    pub owner: Option<Ref<Person>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<DecisionState>,
}

fn check(body: &Body) -> Vec<FieldProblem> {
    if !body.contains_key("shortened") || body.contains_key("shortened_why") {
        return Vec::new();
    }
    let text = Message::new(
        "確認を短くするなら、理由を入れてください。",
        "Give the reason for shortening a check.",
    );
    vec![FieldProblem::new("shortened_why", "required", text)]
}

/// Everything that the gates and the filled fields read.
const GROUNDS: &[Input] = &[
    Input::Out("attestation"),
    Input::Out("received"),
    Input::Beside("reconnection", "assurance_item", "reconnection"),
    Input::Beside("reconnection", "client_terms", "reconnection"),
    Input::Beside("reconnection", "client_requirement", "reconnection"),
    Input::Beside("reconnection", "attestation_delivery", "reconnection"),
    Input::Beside("link", "contingency", "link"),
];

/// What was open: as the attestation it rests on says, otherwise as the items stand.
fn open_items(c: &RuleCtx<'_>) -> Vec<String> {
    if let Some(package) = c.out("received") {
        return package.ids("open_items").into_iter().map(str::to_owned).collect();
    }
    if let Some(said) = c.out("attestation").and_then(frozen) {
        return said.open_items(Lang::Ja);
    }
    c.beside("reconnection", "assurance_item", "reconnection")
        .filter(|i| !super::assurance_item::settled(i))
        .map(|i| i.text("title").to_owned())
        .collect()
}

fn decided(c: &RuleCtx<'_>) -> Body {
    let mut out = Body::new();
    let open = open_items(c);
    let open = if open.is_empty() { Value::Null } else { open.into() };
    out.insert("open_items".into(), open);
    let version = c.out("received").or_else(|| c.out("attestation")).and_then(|a| a.int("version"));
    out.insert("attestation_version".into(), version.map_or(Value::Null, Value::from));
    let days = fewest_days(c.beside("link", "contingency", "link"), c.now, c.zone);
    out.insert("days_left".into(), days.map_or(Value::Null, Value::from));
    out
}

/// Whether it is a decision to reconnect: only this one waits for the conditions.
fn reconnects(c: &RuleCtx<'_>) -> bool {
    c.me.text("decision") == BusinessDecision::Reconnect.id()
}

const LAST_WORD: Gate = Gate {
    id: "last_word",
    label: Text::new(
        "クライアント組織の側の人が決めている",
        "Somebody of the client's side decides",
    ),
    mend: Text::new(
        "自分の接続について最後に決めるのはクライアント組織です。決めた人を確かめてください。",
        "The client has the last word on its own link. See who decided.",
    ),
    inputs: GROUNDS,
    holds: |c| c.me.flag("decider_client"),
    meets: &["G7-18"],
};

const BOTH_VIEWS: Gate = Gate {
    id: "both_views",
    label: Text::new("双方の見方が並んでいる", "Both views stand side by side"),
    mend: Text::new(
        "クライアント組織の見方と、侵害された組織の見方を入れてください。",
        "Give the client's view and that of the compromised organisation.",
    ),
    inputs: &[],
    holds: |c| ["client_view", "compromised_view"].iter().all(|f| c.me.body.contains_key(*f)),
    meets: &["G7-18"],
};

const OPEN_ACCEPTED: Gate = Gate {
    id: "open_accepted",
    label: Text::new(
        "残っている項目への条件・監視・リスクを受け入れた人がある",
        "For what is open there are conditions, watching, and who accepted the risk",
    ),
    mend: Text::new(
        "保証項目が残ったまま再接続するなら、追加の条件と監視、受け入れた人を入れてください。",
        "To reconnect with items open, give extra conditions, extra watching and who accepts the risk.",
    ),
    inputs: GROUNDS,
    holds: |c| {
        !reconnects(c)
            || c.me.ids("open_items").is_empty()
            || ["conditions", "watching", "accepted_by"].iter().all(|f| c.me.body.contains_key(*f))
    },
    meets: &["G7-66"],
};

/// What the client of this decision has stated, newest last.
fn terms<'a>(c: &RuleCtx<'a>) -> Option<&'a Record> {
    c.beside("reconnection", "client_terms", "reconnection")
        .filter(|t| t.ids("client") == c.me.ids("client") && !t.ids("client").is_empty())
        .max_by_key(|t| (t.created_at, t.id.clone()))
}

/// The client's own wish for an attestation is met: it has been shown to it, and where it asks for
/// a third party the version rests on such a report.
fn attested(c: &RuleCtx<'_>) -> bool {
    let Some(terms) = terms(c) else { return true };
    let wish = AttestationWish::from_id(terms.text("attestation"));
    // A wish that is no must gives way to a named person who accepts the risk (G7-66).
    let given_up = !terms.flag("mandatory") && c.me.body.contains_key("accepted_by");
    if given_up || wish == Some(AttestationWish::None) {
        return true;
    }
    if let Some(package) = c.out("received") {
        let backed =
            wish != Some(AttestationWish::ThirdParty) || !package.ids("investigations").is_empty();
        return backed
            && in_force(package, c.now)
            && package.ids("reconnection") == c.me.ids("reconnection");
    }
    let Some(attestation) = c.out("attestation") else { return false };
    let backed = wish != Some(AttestationWish::ThirdParty)
        || frozen(attestation).is_some_and(|s| !s.reports.is_empty());
    backed
        && attestation.text("state") == "issued"
        && c.beside("reconnection", "attestation_delivery", "reconnection").any(|d| {
            real(d)
                && d.ids("client") == c.me.ids("client")
                && d.ids("attestation") == [attestation.id.as_str()]
        })
}

const ATTESTED: Gate = Gate {
    id: "attested",
    label: Text::new(
        "この相手が求めた認証書を、相手に示してある",
        "The attestation that this client asked for was shown to it",
    ),
    mend: Text::new(
        "発行した認証書を相手に示して記録し、ここで選んでください。必須でなければ、リスクを受け入れる人を入れて進めます。",
        "Show the issued attestation to the client, record it and choose it here. Where it is no must, somebody may accept the risk by name.",
    ),
    inputs: GROUNDS,
    holds: |c| !reconnects(c) || attested(c),
    meets: &["G7-62", "G7-72"],
};

const OWN_GATES: Gate = Gate {
    id: "own_gates",
    label: Text::new("この相手だけの関門が開いている", "This client's own gates are open"),
    mend: Text::new(
        "「この段階を終える前に要る」とされた固有の要件に、相手の了承を得てください。",
        "Have the client accept what it needs before a phase ends.",
    ),
    inputs: GROUNDS,
    holds: |c| {
        !reconnects(c)
            || c.beside("reconnection", "client_requirement", "reconnection")
                .filter(|r| r.ids("client") == c.me.ids("client"))
                .filter(|r| !r.text("gate").is_empty() && r.text("gate") != "reconnection")
                .all(content)
    },
    meets: &["G7-43"],
};

const RISK_FITS: Gate = Gate {
    id: "recommended",
    label: Text::new(
        "技術の推奨に反する決定には、リスクを受け入れた人がいる",
        "A decision against the recommendation names who accepts the risk",
    ),
    mend: Text::new("リスクを受け入れた人を入れてください。", "Name who accepts the risk."),
    inputs: &[],
    holds: |c| {
        !reconnects(c)
            || c.me.text("recommendation") != Recommendation::NotAcceptable.id()
            || c.me.body.contains_key("accepted_by")
    },
    meets: &["G7-11"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start { inputs: CASE, fill: Some(of_case), ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "recommend",
            label: Text::new("技術の推奨を記録する", "Record the technical recommendation"),
            from: &["open", "recommended"],
            to: "recommended",
            asks: &[("recommendation", true), ("technical_grounds", true), ("technical_by", true)],
            stamps: &["recommended_at"],
            meets: &["G7-11"],
            ..Transition::PLAIN
        },
        Transition {
            id: "decide",
            label: Text::new("事業としての決定を記録する", "Record the business decision"),
            from: &["recommended"],
            to: "decided",
            asks: &[
                ("decision", true),
                ("grounds", true),
                ("decider", true),
                ("decider_client", true),
                ("conditions", false),
                ("watching", false),
                ("accepted_by", false),
            ],
            stamps: &["decided_at"],
            fill: Some(decided),
            gates: &[BOTH_VIEWS, LAST_WORD, RISK_FITS, OPEN_ACCEPTED, ATTESTED, OWN_GATES],
            meets: &["G7-11", "G7-18", "G7-66", "G7-70", "G7-76"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reconsider",
            label: Text::new("考え直す", "Consider it again"),
            from: &["decided"],
            to: "open",
            fill: Some(|_| {
                [
                    "recommendation",
                    "technical_grounds",
                    "technical_by",
                    "recommended_at",
                    "decision",
                    "grounds",
                    "decider",
                    "conditions",
                    "watching",
                    "accepted_by",
                    "open_items",
                    "attestation_version",
                    "days_left",
                    "decided_at",
                ]
                .into_iter()
                .map(|f| (f.to_owned(), Value::Null))
                .chain([("decider_client".to_owned(), false.into())])
                .collect()
            }),
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
