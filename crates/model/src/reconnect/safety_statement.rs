//! Statements that reconnecting is safe (安全に再接続できるという表明): given to a client after repair,
//! naming the affected places covered and those not covered (G7-57).

use super::framework::PhaseKind;
use super::parts::{OF_CASE, body_of, same_client};
use super::reconnection::Reconnection;
use super::remediation::Remediation;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::prepare::contact::Contact;
use crate::prepare::disclosure_limit::held_in_text;
use crate::respond::incident::Incident;
use crate::respond::message_gates::{APPROVERS, other_than_writer};
use crate::*;

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum SafetyState {
    /// Draft.
    #[choice(ja = "下書き", en = "Draft", tone = "caution")]
    Draft,
    /// Approved.
    #[choice(ja = "承認済み・未提示", en = "Approved, not given", tone = "warning")]
    Approved,
    /// Given.
    #[choice(ja = "相手に示した", en = "Given", tone = "good")]
    Given,
    /// Withdrawn.
    #[choice(ja = "取り消し", en = "Withdrawn", tone = "danger")]
    Withdrawn,
}

/// A place that is covered.
#[derive(Debug, Clone, Rows)]
pub struct Covered {
    /// System.
    #[field(ja = "影響を受けたシステム", en = "Affected system")]
    pub system: Option<Ref<System>>,
    /// Place, in words.
    #[field(ja = "箇所", en = "Place", max = 200)]
    pub place: String,
    /// What shows it.
    #[field(ja = "安全といえる根拠", en = "Why it is safe", max = 500)]
    pub ground: String,
}

/// A place that is not covered.
#[derive(Debug, Clone, Rows)]
pub struct NotCovered {
    /// System.
    #[field(ja = "影響を受けたシステム", en = "Affected system")]
    pub system: Option<Ref<System>>,
    /// Place, in words.
    #[field(ja = "箇所", en = "Place", max = 200)]
    pub place: String,
    /// Why not.
    #[field(ja = "含めない理由", en = "Why it is not covered", max = 500)]
    pub why: String,
    /// What guards it meanwhile.
    #[field(ja = "それまでの守り方", en = "What guards it meanwhile", max = 500)]
    pub meanwhile: String,
}

/// A statement to one client.
#[derive(Debug, Clone, Register)]
#[register(
    id = "safety_statement",
    wing = Reconnect,
    menu = 11,
    ja = "安全に再接続できるという表明",
    en = "Statement that reconnecting is safe",
    question_ja = "どの箇所について、安全に再接続できると言えますか",
    question_en = "For which places can we say that reconnecting is safe?",
    about_ja = "修復の後、相手組織に示します。影響を受けた箇所を、含むものと含まないものに分け、残らず挙げます。",
    about_en = "Given to a client after repair. Every affected place is named, as covered or as not covered.",
    purpose_ja = "表明の範囲を、双方が取り違えないために使います。",
    purpose_en = "So that neither side mistakes how far the statement goes.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    check = same_client,
    retention_years = 10,
    meets = ["G7-57"]
)]
pub struct SafetyStatement {
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Client.
    #[field(ja = "相手組織", en = "Client", list)]
    pub client: Ref<Contact>,
    /// Read outside by: nobody before it is given.
    #[field(
        ja = "社外で読める相手",
        en = "Readable outside by",
        system,
        max = 40,
        access = "counterparty"
    )]
    pub shown_to: Option<String>,
    /// Statement.
    #[field(ja = "表明", en = "Statement", search, max = 4000)]
    pub text: Long,
    /// Covered.
    #[field(ja = "含む箇所", en = "Places covered", required)]
    pub covered: Table<Covered>,
    /// Not covered.
    #[field(ja = "含まない箇所", en = "Places not covered")]
    pub not_covered: Table<NotCovered>,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認日時", en = "Approved at", system)]
    pub approved_at: Option<Time>,
    /// Digest of what was approved.
    #[field(ja = "承認した内容の照合値", en = "Digest of what was approved", system, max = 64)]
    pub approved_digest: Option<String>,
    /// Given to.
    #[field(
        ja = "示した相手の人・役職",
        en = "Given to (person or post)",
        system,
        personal,
        max = 120
    )]
    pub given_to: Option<String>,
    /// Given at.
    #[field(ja = "示した日時", en = "Given at", list, system)]
    pub given_at: Option<Time>,
    /// Why it is withdrawn.
    #[field(ja = "取り消す理由", en = "Why it is withdrawn", system, max = 1000)]
    pub withdrawn_why: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<SafetyState>,
}

const WORDS: &[&str] = &["title", "client", "text", "covered", "not_covered"];

const READ: &[Input] = &[
    Input::Out("incident"),
    Input::Beside("reconnection", "reconnect_phase", "reconnection"),
    Input::Beside("reconnection", "remediation", "reconnection"),
    Input::All("disclosure_limit"),
];

const AFTER_REPAIR: Gate = Gate {
    id: "after_repair",
    label: Text::new(
        "修復の段階が関門に到達している",
        "The remediation phase has reached its gateway",
    ),
    mend: Text::new("修復の段階を終えてください。", "Complete the remediation phase."),
    inputs: READ,
    holds: |c| {
        c.beside("reconnection", "reconnect_phase", "reconnection")
            .any(|p| p.text("kind") == PhaseKind::Remediation.id() && p.text("state") == "complete")
    },
    meets: &["G7-57"],
};

fn systems<'a>(record: &'a Record, field: &str) -> Vec<&'a str> {
    record.rows(field).filter_map(|r| r.get("system").and_then(Value::as_str)).collect()
}

const EVERY_PLACE: Gate = Gate {
    id: "every_place_named",
    label: Text::new(
        "影響を受けたシステムがすべて、含む・含まないのどちらかにある",
        "Every affected system stands as covered or as not covered, in one of them only",
    ),
    mend: Text::new(
        "インシデントの影響を受けたシステムを、残らずどちらか一方に入れてください。",
        "Enter each affected system of the incident in one of the two tables.",
    ),
    inputs: READ,
    holds: |c| {
        let (yes, no) = (systems(c.me, "covered"), systems(c.me, "not_covered"));
        let affected = c.out("incident").map(|i| systems(i, "systems")).unwrap_or_default();
        !yes.iter().any(|s| no.contains(s))
            && affected.iter().all(|s| yes.contains(s) || no.contains(s))
    },
    meets: &["G7-57"],
};

const COVERED_MENDED: Gate = Gate {
    id: "covered_is_mended",
    label: Text::new(
        "含む箇所の修復項目がすべて終わっている",
        "Every remediation item of what is covered is finished",
    ),
    mend: Text::new(
        "残る修復を終えるか、その箇所を「含まない箇所」に移してください。",
        "Finish what is left, or move the place to those not covered.",
    ),
    inputs: READ,
    holds: |c| {
        let covered = systems(c.me, "covered");
        c.beside("reconnection", Remediation::ID, "reconnection")
            .filter(|i| covered.contains(&i.text("system")))
            .all(|i| matches!(i.text("state"), "done" | "not_needed"))
    },
    meets: &["G7-57"],
};

const NOTHING_HELD: Gate = Gate {
    id: "stays_inside",
    label: Text::new("社外に出さない情報が入っていない", "It holds nothing that stays inside"),
    mend: Text::new(
        "「社外に出さない情報」に当てはまる語句を除いてください。",
        "Take out the words that a disclosure limit names.",
    ),
    inputs: READ,
    holds: |c| {
        let said: String = WORDS
            .iter()
            .filter(|f| **f != "client")
            .filter_map(|f| c.me.body.get(*f))
            .map(ToString::to_string)
            .collect();
        held_in_text(c.all("disclosure_limit"), &said, Some("partners")).is_empty()
    },
    meets: &["NI-447"],
};

const AS_APPROVED: Gate = Gate {
    id: "as_approved",
    label: Text::new("承認した内容のまま", "It is what was approved"),
    mend: Text::new(
        "下書きに戻し、もう一度承認を受けてください。",
        "Take it back to draft and have it approved again.",
    ),
    inputs: &[],
    holds: |c| c.me.text("approved_digest") == c.me.digest_of(WORDS),
    meets: &["G7-57"],
};

const OTHER_EYES: Gate = Gate {
    id: "second_pair",
    label: Text::new("書いた人とは別の人が承認する", "Approved by somebody else than the writer"),
    mend: Text::new("書いた人ではない人が承認してください。", "Have another person approve it."),
    inputs: &[Input::All("role")],
    holds: |c| other_than_writer(c, "approved_by"),
    meets: &[],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("承認する", "Approve"),
            from: &["draft"],
            to: "approved",
            asks: &[("approved_by", true)],
            stamps: &["approved_at"],
            fill: Some(|c| body_of([("approved_digest", c.me.digest_of(WORDS).into())])),
            gates: &[AFTER_REPAIR, EVERY_PLACE, COVERED_MENDED, NOTHING_HELD, OTHER_EYES],
            who: APPROVERS,
            meets: &["G7-57"],
            ..Transition::PLAIN
        },
        Transition {
            id: "give",
            label: Text::new("相手に示す", "Give it to the client"),
            from: &["approved"],
            to: "given",
            asks: &[("given_to", true)],
            stamps: &["given_at"],
            fill: Some(|c| {
                let client = c.me.ids("client").first().map(|id| Value::from(*id));
                client.map(|id| ("shown_to".to_owned(), id)).into_iter().collect()
            }),
            gates: &[AS_APPROVED, EVERY_PLACE, COVERED_MENDED, NOTHING_HELD],
            meets: &["G7-57"],
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("下書きに戻す", "Back to draft"),
            from: &["approved"],
            to: "draft",
            reason: true,
            fill: Some(|_| {
                ["approved_by", "approved_at", "approved_digest"]
                    .map(|f| (f.to_owned(), Value::Null))
                    .into_iter()
                    .collect()
            }),
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取り消す", "Withdraw"),
            from: &["draft", "approved", "given"],
            to: "withdrawn",
            asks: &[("withdrawn_why", true)],
            ..Transition::PLAIN
        },
    ],
};
