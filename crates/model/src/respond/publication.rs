//! Publications (公表): draft, fact check, approval, release, follow-up (TK-87).

use super::analysis::Analysis;
use super::disclosure::{Disclosure, Means};
use super::incident::Incident;
use super::message::{Audience, Stage, Trigger};
use super::message_gates::{APPROVERS, no_assumption, other_than_writer};
use crate::govern::person::Person;
use crate::*;

/// Where a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PublicationState {
    /// Draft.
    #[choice(ja = "下書き", en = "Draft", tone = "caution")]
    Draft,
    /// Facts checked.
    #[choice(ja = "事実確認済み", en = "Facts checked", tone = "caution")]
    Checked,
    /// Approved.
    #[choice(ja = "承認済み・未公表", en = "Approved, not released", tone = "warning")]
    Approved,
    /// Released.
    #[choice(ja = "公表中", en = "Released", tone = "good")]
    Released,
    /// Followed up.
    #[choice(ja = "公表後の対応済み", en = "Followed up", tone = "good")]
    FollowedUp,
    /// Withdrawn before release.
    #[choice(ja = "取りやめ", en = "Withdrawn")]
    Withdrawn,
    /// Taken back after release.
    #[choice(ja = "取り下げ", en = "Taken back", tone = "danger")]
    TakenBack,
}

/// A publication.
#[derive(Debug, Clone, Register)]
#[register(
    id = "publication",
    wing = Respond,
    menu = 10,
    ja = "公表",
    en = "Publication",
    question_ja = "何を、いつ、どの文面で公表しましたか",
    question_en = "What was made public, when and in which words?",
    about_ja = "公表文を、下書き・事実確認・承認・公表・その後の対応の順に進めます。公表したものだけが公開ページに出ます。",
    about_en = "Draft, fact check, approval, release, follow-up. Only what was released stands on the public page.",
    purpose_ja = "公表した文面・手段・日時と承認を、後から示すために残します。",
    purpose_en = "Shows later the words, channels, time and approval of what was made public.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["TK-87", "JP-34"]
)]
pub struct Publication {
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// The fact of the incident.
    #[field(ja = "起きたこと", en = "What happened", search, max = 4000)]
    pub fact: Long,
    /// The state of handling.
    #[field(ja = "対応の状況", en = "State of handling", search, max = 4000)]
    pub handling: Long,
    /// The same in English, where there is one.
    #[field(ja = "英語の文面", en = "English text", max = 8000)]
    pub english: Option<Long>,
    /// For whom.
    #[field(ja = "だれに向けた文面か", en = "Audience", list)]
    pub audience: Option<Audience>,
    /// Which notice it is.
    #[field(ja = "何回目の知らせか", en = "Stage of notice", list)]
    pub stage: Option<Stage>,
    /// Whom to ask.
    #[field(ja = "問い合わせ先", en = "Questions to")]
    pub questions: String,
    /// Next update.
    #[field(ja = "次に知らせる予定", en = "Next update")]
    pub next_update_at: Option<Time>,
    /// Version in words.
    #[field(ja = "版", en = "Version", max = 40)]
    pub version: Option<String>,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", access = "case", list)]
    pub incident: Option<Ref<Incident>>,
    /// Judgement it rests on.
    #[field(ja = "もとになる判断", en = "Judgement it rests on")]
    pub disclosure: Option<Ref<Disclosure>>,
    /// Statements cited.
    #[field(ja = "引用した分析", en = "Statements cited")]
    pub cites: Vec<Ref<Analysis>>,
    /// What it waits for.
    #[field(ja = "後で出す場合: 何を待つか", en = "If released later: after what")]
    pub release_when: Option<Trigger>,
    /// Who releases it.
    #[field(ja = "後で出す場合: 出す人", en = "If released later: by whom")]
    pub release_owner: Option<Ref<Person>>,
    /// Reminder.
    #[field(ja = "後で出す場合: 確認する日時", en = "If released later: reminder at")]
    pub remind_at: Option<Time>,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// Facts checked by.
    #[field(ja = "事実を確認した人", en = "Facts checked by", system)]
    pub checked_by: Option<Ref<Person>>,
    /// Facts checked at.
    #[field(ja = "事実を確認した日時", en = "Facts checked at", system)]
    pub checked_at: Option<Time>,
    /// Approved by.
    #[field(ja = "承認した責任者", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認日時", en = "Approved at", system)]
    pub approved_at: Option<Time>,
    /// Digest of what was approved.
    #[field(ja = "承認した内容の照合値", en = "Digest of what was approved", system, max = 64)]
    pub approved_digest: Option<String>,
    /// Released at.
    #[field(ja = "公表日時", en = "Released at", list, system)]
    pub released_at: Option<Time>,
    /// Channels it was released by.
    #[field(ja = "公表した手段", en = "Released by", system)]
    pub channels: Many<Means>,
    /// Follow-up.
    #[field(ja = "公表後の反応と対応", en = "Reactions and follow-up", system)]
    pub follow_up: Option<Long>,
    /// Followed up at.
    #[field(ja = "公表後の対応を終えた日時", en = "Followed up at", system)]
    pub followed_up_at: Option<Time>,
    /// Why it was taken back.
    #[field(
        ja = "取り下げの説明（公開されます）",
        en = "Why it was taken back (public)",
        system,
        max = 2000
    )]
    pub taken_back_note: Option<Long>,
    /// Taken back at.
    #[field(ja = "取り下げた日時", en = "Taken back at", system)]
    pub taken_back_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PublicationState>,
}

/// The fields that the public reads.
const PUBLIC: [&str; 6] = ["title", "fact", "handling", "english", "questions", "next_update_at"];

const FACTS: Gate = Gate {
    id: "facts_only",
    label: Text::new("確認できた事実だけが書かれている", "It holds confirmed facts only"),
    mend: Text::new(
        "「推定」の分析を本文と引用から外すか、確かめて「事実」にしてください。",
        "Take assumed statements out of text and citations, or confirm them first.",
    ),
    inputs: &[Input::All("analysis")],
    holds: |c| {
        let words: Vec<&str> =
            ["title", "fact", "handling", "english"].iter().map(|f| c.me.text(f)).collect();
        no_assumption(c, &words.join("\n"))
    },
    meets: &["TK-88"],
};

const NOT_PRIVATE: Gate = Gate {
    id: "not_private",
    label: Text::new("メンバーだけの案件ではない", "The case is not one for members only"),
    mend: Text::new(
        "メンバーだけの案件は公表できません。公表するなら、先に案件の共有範囲を広げる判断が要ります。",
        "A case for members only is never published. Widen its range first, by a decision.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| c.out("incident").is_none_or(|i| i.text("sharing") != "members"),
    meets: &[],
};

const UNCHANGED: Gate = Gate {
    id: "as_approved",
    label: Text::new("承認した内容のまま", "It is what was approved"),
    mend: Text::new(
        "承認の後に内容が変わりました。下書きに戻し、確認と承認を受け直してください。",
        "It was changed after approval. Take it back to draft for another check and approval.",
    ),
    inputs: &[],
    holds: |c| c.me.text("approved_digest") == c.me.digest_of(&PUBLIC),
    meets: &[],
};

const OTHER_EYES: Gate = Gate {
    id: "second_pair",
    label: Text::new(
        "書いた人とは別の人が事実を確かめた",
        "Somebody else than the writer checked the facts",
    ),
    mend: Text::new(
        "書いた人ではない人が、事実の確認を記録してください。",
        "Have somebody who did not write it record the check of facts.",
    ),
    inputs: &[Input::All("role")],
    holds: |c| other_than_writer(c, "checked_by"),
    meets: &[],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "check",
            label: Text::new("事実を確かめた", "Facts checked"),
            from: &["draft"],
            to: "checked",
            asks: &[("checked_by", true)],
            stamps: &["checked_at"],
            gates: &[FACTS, OTHER_EYES],
            meets: &["TK-87"],
            ..Transition::PLAIN
        },
        Transition {
            id: "approve",
            label: Text::new("公表を承認する", "Approve"),
            from: &["checked"],
            to: "approved",
            asks: &[("approved_by", true)],
            stamps: &["approved_at"],
            fill: Some(|c| {
                std::iter::once(("approved_digest".to_owned(), c.me.digest_of(&PUBLIC).into()))
                    .collect()
            }),
            gates: &[FACTS, NOT_PRIVATE],
            who: APPROVERS,
            meets: &["TK-87", "TK-88"],
            ..Transition::PLAIN
        },
        Transition {
            id: "release",
            label: Text::new("公表する", "Release"),
            from: &["approved"],
            to: "released",
            asks: &[("channels", true)],
            stamps: &["released_at"],
            gates: &[UNCHANGED, FACTS, NOT_PRIVATE],
            who: APPROVERS,
            meets: &["TK-87"],
            ..Transition::PLAIN
        },
        Transition {
            id: "follow_up",
            label: Text::new("公表後の反応と対応を記録する", "Record reactions and follow-up"),
            from: &["released"],
            to: "followed_up",
            asks: &[("follow_up", true)],
            stamps: &["followed_up_at"],
            meets: &["TK-87"],
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("下書きに戻す", "Back to draft"),
            from: &["checked", "approved"],
            to: "draft",
            fill: Some(|_| {
                ["checked_by", "checked_at", "approved_by", "approved_at", "approved_digest"]
                    .into_iter()
                    .map(|f| (f.to_owned(), Value::Null))
                    .collect()
            }),
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("公表を取りやめる", "Do not release"),
            from: &["draft", "checked", "approved"],
            to: "withdrawn",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "take_back",
            label: Text::new("公表を取り下げる", "Take it back"),
            from: &["released", "followed_up"],
            to: "taken_back",
            asks: &[("taken_back_note", true)],
            stamps: &["taken_back_at"],
            reason: true,
            who: APPROVERS,
            ..Transition::PLAIN
        },
    ],
};

/// Whether the public may read it: released, and its case is not for members only.
pub fn is_public(publication: &Record, case: Option<&Record>) -> bool {
    matches!(publication.text("state"), "released" | "followed_up" | "taken_back")
        && !publication.ended()
        && case.is_none_or(|c| c.text("sharing") != "members")
}

/// Rules of publications.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "publication.deferred",
        register: "publication",
        label: Text::new(
            "後で出すと決めた公表が忘れられていない",
            "A deferred publication is not forgotten",
        ),
        why: Text::new(
            "対応が終わってから出すと決めた公表は、忘れられやすいためです。",
            "A notice to be released after the work is easily forgotten.",
        ),
        mend: Text::new(
            "いま公表するか、理由を付けて取りやめるか、確認の日時を改めてください。",
            "Release it, withdraw it with the reason, or give a new time for the reminder.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("incident")],
        tells: &["pr_lead"],
        check: |c| super::message_rules::deferred(c, &["draft", "checked", "approved"]),
        meets: &["JP-63"],
    },
    RuleDef {
        id: "publication.next_update",
        register: "publication",
        label: Text::new("予告した次の知らせが出ている", "The announced next update is out"),
        why: Text::new(
            "予告した日時に何も出ないと、不信を招きます。",
            "Silence at an announced time breeds distrust.",
        ),
        mend: Text::new(
            "続報を出すか、次の予定を改めて知らせてください。",
            "Publish the update, or announce a new time.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("publication")],
        tells: &["pr_lead"],
        check: next_update,
        meets: &[],
    },
];

fn next_update(c: &RuleCtx<'_>) -> Verdict {
    let (true, Some(due), Some(released)) = (
        matches!(c.me.text("state"), "released" | "followed_up"),
        c.me.time("next_update_at"),
        c.me.time("released_at"),
    ) else {
        return Verdict::ok();
    };
    let later = c.all(Publication::ID).any(|p| {
        p.id != c.me.id
            && p.ids("incident") == c.me.ids("incident")
            && p.time("released_at").is_some_and(|t| t > released)
    });
    if later {
        return Verdict::ok();
    }
    if c.now < due {
        return Verdict::ok().check_at(due);
    }
    Verdict::finding(
        "next_update_at",
        "予告した日時を過ぎましたが、続報がありません。",
        "The announced time has passed without an update.",
    )
}
