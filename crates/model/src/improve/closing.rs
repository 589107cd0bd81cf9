//! What is settled before an incident is closed (終結の確認): cause, variants, quiet signs,
//! permanent measures, education, business continuity.

use super::improvement::Improvement;
use super::review::Landing;
use crate::govern::person::Person;
use crate::recover::restoration;
use crate::respond::{
    evidence::Evidence,
    incident::{Grade, Incident},
};
use crate::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ClosingState {
    /// Being worked through.
    #[choice(ja = "確認中", en = "Being worked through", tone = "caution")]
    Open,
    /// Confirmed.
    #[choice(ja = "確認済み", en = "Confirmed", tone = "good")]
    Confirmed,
}

/// What a look at another asset has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum SignResult {
    /// Nothing.
    #[choice(ja = "異常なし", en = "Nothing found", tone = "good")]
    Nothing,
    /// Something, dealt with.
    #[choice(ja = "見つけて対処した", en = "Found and dealt with", tone = "caution")]
    DealtWith,
    /// Not there.
    #[choice(ja = "対象がない", en = "Does not apply")]
    None,
}

/// Whether something worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Worked {
    /// Yes.
    #[choice(ja = "有効だった", en = "Worked", tone = "good")]
    Yes,
    /// In part.
    #[choice(ja = "一部だけ有効", en = "In part", tone = "caution")]
    Partly,
    /// No.
    #[choice(ja = "有効でなかった", en = "Did not work", tone = "danger")]
    No,
}

/// What is asked from the viewpoint of business continuity (TK-80).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ContinuityPoint {
    /// First decisions.
    #[choice(ja = "初動の判断", en = "First decisions")]
    FirstDecisions,
    /// Contact route.
    #[choice(ja = "連絡経路", en = "Contact route")]
    ContactRoute,
    /// Containment procedure.
    #[choice(ja = "封じ込めの手順", en = "Containment procedure")]
    Containment,
}

/// A measure held against the method, not only the sample (JP-46).
#[derive(Debug, Clone, Rows)]
pub struct Variant {
    /// Method.
    #[field(ja = "手口", en = "Method", max = 300)]
    pub method: String,
    /// How the measure meets it.
    #[field(
        ja = "同じ手口の亜種に、対策がどう効くか",
        en = "How the measure meets variants of it",
        max = 500
    )]
    pub meets: String,
    /// Whether it does.
    #[field(ja = "判断", en = "Judgement")]
    pub works: Worked,
}

/// A look at another asset, or for a quiet sign (JP-47).
#[derive(Debug, Clone, Rows)]
pub struct QuietSign {
    /// Where or what.
    #[field(ja = "確かめるもの", en = "What to look at", max = 200)]
    pub what: String,
    /// Outcome.
    #[field(ja = "結果", en = "Outcome")]
    pub result: Option<SignResult>,
    /// How, by whom.
    #[field(ja = "方法・確かめた人", en = "How, and who looked", max = 300)]
    pub how: Option<String>,
}

/// A permanent measure (JP-45, TK-84).
#[derive(Debug, Clone, Rows)]
pub struct Permanent {
    /// Measure.
    #[field(ja = "恒久的な対策", en = "Permanent measure", max = 300)]
    pub measure: String,
    /// Where it is tracked to its effect.
    #[field(ja = "追いかける改善", en = "Tracked as")]
    pub improvement: Option<Ref<Improvement>>,
}

/// Education of staff (JP-48).
#[derive(Debug, Clone, Rows)]
pub struct Education {
    /// For whom.
    #[field(ja = "対象", en = "For whom", max = 200)]
    pub group: String,
    /// Content.
    #[field(ja = "内容", en = "Content", max = 500)]
    pub content: String,
    /// On.
    #[field(ja = "実施した日", en = "Held on")]
    pub held_on: Date,
    /// By whom.
    #[field(ja = "実施した人", en = "Held by", max = 100)]
    pub by: String,
}

/// One finding from the viewpoint of business continuity (TK-80).
#[derive(Debug, Clone, Rows)]
pub struct ContinuityFinding {
    /// About.
    #[field(ja = "観点", en = "About")]
    pub point: ContinuityPoint,
    /// Judgement.
    #[field(ja = "判断", en = "Judgement")]
    pub worked: Worked,
    /// Finding.
    #[field(ja = "分かったこと", en = "Finding", max = 500)]
    pub finding: String,
    /// Where it goes.
    #[field(ja = "反映先", en = "Goes into")]
    pub lands_in: Option<Landing>,
    /// The version that took it in.
    #[field(ja = "反映した版", en = "Version that took it in", max = 80)]
    pub version: Option<String>,
}

/// What was revised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RevisedKind {
    /// A measure.
    #[choice(ja = "対策", en = "Measure")]
    Measure,
    /// A work step.
    #[choice(ja = "作業の手順", en = "Work step")]
    WorkStep,
}

/// A measure or work step in its revised form (IPA-141).
#[derive(Debug, Clone, Rows)]
pub struct Revised {
    /// Kind.
    #[field(ja = "見直したものの種類", en = "Kind")]
    pub kind: RevisedKind,
    /// What.
    #[field(ja = "見直した対策・手順", en = "Measure or work step", max = 200)]
    pub what: String,
    /// The version that holds the revision.
    #[field(ja = "見直した版", en = "Revised version", max = 80)]
    pub version: String,
}

/// A part of the organisation to which the change was carried (IPA-141).
#[derive(Debug, Clone, Rows)]
pub struct Carried {
    /// To whom.
    #[field(ja = "広げた部門", en = "Carried to", max = 200)]
    pub to: String,
    /// What.
    #[field(ja = "広げたこと", en = "What", max = 300)]
    pub what: String,
    /// On.
    #[field(ja = "実施した日", en = "On")]
    pub on: Date,
    /// How it is seen that it works there.
    #[field(ja = "効き目の確かめ方", en = "How its effect is checked", max = 300)]
    pub checked: String,
}

/// What is settled before an incident is closed.
#[derive(Debug, Clone, Register)]
#[register(
    id = "closing",
    wing = Improve,
    menu = 3,
    ja = "恒久対策と終結の確認",
    en = "Permanent measures and closing",
    question_ja = "本当に終わったと、何をもって言えますか",
    question_en = "On what ground do we say that it is over?",
    about_ja = "復旧して通常に戻ると自動で開きます。真の原因、亜種、ほかへの影響、恒久対策、教育、事業継続の見直しを確かめます。",
    about_en = "Opens by itself once all is back to normal: real cause, variants, other effects, permanent measures, education, continuity.",
    purpose_ja = "解決したように見えるだけの状態で終えないために使います。",
    purpose_en = "So that nothing is closed that only seems solved.",
    sort = "title",
    flow = FLOW,
    retention_years = 10,
    meets = ["TK-84", "JP-45", "JP-48"]
)]
pub struct Closing {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ClosingState>,
    /// Real cause removed (JP-44).
    #[field(ja = "真の原因を取り除いた", en = "The real cause is removed")]
    pub cause_removed: bool,
    /// What shows it.
    #[field(ja = "取り除いたと言える根拠", en = "What shows it")]
    pub cause_proof: Option<Long>,
    /// Evidence of it.
    #[field(ja = "根拠となる証拠", en = "Evidence")]
    pub cause_evidence: Vec<Ref<Evidence>>,
    /// Why a slight case needs no more than its cause, other effects and measures.
    #[field(
        ja = "軽い件として短く終える理由",
        en = "Why this slight case ends the short way",
        max = 500,
        help_ja = "重大度が「低」で、重大でも個人情報でもない件だけです。亜種・教育・事業継続・全社への展開の確認を省けます。",
        help_en = "Only where severity is low, nothing is grave and no personal data are touched. Variants, education, continuity and carrying it company-wide are then left out."
    )]
    pub slight_reason: Option<String>,
    /// Variants.
    #[field(ja = "亜種への備え", en = "Variants")]
    pub variants: Table<Variant>,
    /// Other assets and quiet signs.
    #[field(ja = "ほかの資産・目立たない兆候", en = "Other assets and quiet signs")]
    pub signs: Table<QuietSign>,
    /// Permanent measures.
    #[field(ja = "恒久的な再発防止策", en = "Permanent measures")]
    pub permanent: Table<Permanent>,
    /// To whom it was told so that the like is held down (JP-45).
    #[field(
        ja = "同種の出来事を抑えるために知らせた相手と内容",
        en = "Whom we told, so that the like is held down"
    )]
    pub spread: Option<Long>,
    /// Education.
    #[field(ja = "社員への教育", en = "Education of staff")]
    pub education: Table<Education>,
    /// Viewpoint of business continuity.
    #[field(ja = "事業継続から見た振り返り", en = "From the viewpoint of continuity")]
    pub continuity: Table<ContinuityFinding>,
    /// Measures and work steps as revised.
    #[field(ja = "見直した対策と作業の手順", en = "Measures and work steps revised")]
    pub revised: Table<Revised>,
    /// Where the change was carried.
    #[field(
        ja = "全社への展開",
        en = "Carried company-wide",
        help_ja = "起きた部門だけで終わらせず、ほかの部門にも広げます。",
        help_en = "Not only where it happened: every department that could meet the same."
    )]
    pub carried: Table<Carried>,
    /// Confirmed by.
    #[field(ja = "終結を確認した人", en = "Confirmed by", system)]
    pub confirmed_by: Option<Ref<Person>>,
    /// Confirmed at.
    #[field(ja = "終結を確認した日時", en = "Confirmed at", system)]
    pub confirmed_at: Option<Time>,
}

fn text<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

const CAUSE_GONE: Gate = Gate {
    id: "real_cause_removed",
    label: Text::new("真の原因を取り除き、根拠がある", "The real cause is removed, with proof"),
    mend: Text::new(
        "解決したように見えるだけでは足りません。原因を取り除いた根拠と証拠を入れてください。",
        "Seeming solved is not enough: give the proof and the evidence.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.flag("cause_removed")
            && c.me.body.contains_key("cause_proof")
            && c.me.body.contains_key("cause_evidence")
    },
    meets: &["JP-44"],
};

/// A slight case with a reason: what it needs no look at is left out, and the reason stays.
fn slight(c: &RuleCtx<'_>) -> bool {
    c.me.body.contains_key("slight_reason")
        && c.out("incident").is_some_and(|i| {
            i.text("severity") == Grade::Low.id() && !i.flag("grave") && !i.flag("personal_data")
        })
}

const VARIANTS: Gate = Gate {
    id: "variants_considered",
    label: Text::new("亜種にも対策が効く", "The measure meets variants"),
    mend: Text::new(
        "検体ではなく手口ごとに、対策が亜種に効くかを判断してください。効かない手口は対策を直します。",
        "Judge by method, not by sample, whether the measure meets variants; mend where it does not.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| {
        slight(c)
            || (c.me.rows("variants").count() > 0
                && c.me.rows("variants").all(|r| text(r, "works") != Worked::No.id()))
    },
    meets: &["JP-46"],
};

const OTHER_EFFECTS: Gate = Gate {
    id: "other_effects_looked_for",
    label: Text::new(
        "ほかの資産と目立たない兆候を確かめた",
        "Other assets and quiet signs were looked at",
    ),
    mend: Text::new(
        "陽動のこともあります。一覧の全部に結果を入れてください。",
        "It may have been a cover. Give the outcome of every line.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.rows("signs").count() > 0 && c.me.rows("signs").all(|r| !text(r, "result").is_empty())
    },
    meets: &["JP-47"],
};

const MEASURES: Gate = Gate {
    id: "measures_tracked",
    label: Text::new("再発防止策を改善として追っている", "Measures are tracked as improvements"),
    mend: Text::new(
        "恒久的な対策を挙げ、それぞれを改善に結び付けてください。知らせた相手も書きます。",
        "Name the measures and tie each to an improvement; say whom you told.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.rows("permanent").count() > 0
            && c.me.rows("permanent").all(|r| !text(r, "improvement").is_empty())
            && c.me.body.contains_key("spread")
    },
    meets: &["JP-45"],
};

const EDUCATED: Gate = Gate {
    id: "staff_educated",
    label: Text::new("社員に教育した", "Staff were educated"),
    mend: Text::new(
        "対象、内容、実施した日と人を入れてください。",
        "Give for whom, what, when and by whom.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| slight(c) || c.me.rows("education").count() > 0,
    meets: &["JP-48"],
};

const CONTINUITY: Gate = Gate {
    id: "continuity_reviewed",
    label: Text::new(
        "初動・連絡経路・封じ込めを事業継続の面から見直した",
        "First decisions, contact route and containment were reviewed for continuity",
    ),
    mend: Text::new(
        "三つの観点すべてに判断を入れ、有効でなかった点は反映先と版を書いてください。",
        "Judge all three; where something did not work, say where it goes and in which version.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| {
        if slight(c) {
            return true;
        }
        let points = [
            ContinuityPoint::FirstDecisions,
            ContinuityPoint::ContactRoute,
            ContinuityPoint::Containment,
        ];
        points.iter().all(|p| c.me.rows("continuity").any(|r| text(r, "point") == p.id()))
            && c.me.rows("continuity").all(|r| {
                text(r, "worked") == Worked::Yes.id()
                    || (!text(r, "lands_in").is_empty() && !text(r, "version").is_empty())
            })
    },
    meets: &["TK-80"],
};

const CARRIED: Gate = Gate {
    id: "carried_company_wide",
    label: Text::new(
        "対策と作業の手順を見直し、全社に広げた",
        "Measures and work steps were revised and carried company-wide",
    ),
    mend: Text::new(
        "見直した対策と作業の手順をそれぞれ版とともに入れ、どの部門に何を広げ、効き目をどう確かめるかを書いてください。",
        "Give at least one measure and one work step with their versions, and to which departments what was carried and how its effect is checked.",
    ),
    inputs: &[Input::Out("incident")],
    holds: |c| {
        let revised =
            |kind: RevisedKind| c.me.rows("revised").any(|r| text(r, "kind") == kind.id());
        slight(c)
            || (revised(RevisedKind::Measure)
                && revised(RevisedKind::WorkStep)
                && c.me.rows("carried").count() > 0)
    },
    meets: &["IPA-141"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "confirm",
            label: Text::new("終結を確認する", "Confirm that it is over"),
            from: &["open"],
            to: "confirmed",
            asks: &[("confirmed_by", true)],
            stamps: &["confirmed_at"],
            gates: &[CAUSE_GONE, VARIANTS, OTHER_EFFECTS, MEASURES, EDUCATED, CONTINUITY, CARRIED],
            who: &["security_manager", "ciso", "executive", "coordinator", "it_manager"],
            meets: &["JP-44", "JP-45", "JP-46", "JP-47", "JP-48", "TK-80", "IPA-141"],
            ..Transition::PLAIN
        },
        Transition {
            id: "reopen",
            label: Text::new("確認をやり直す", "Confirm again"),
            from: &["confirmed"],
            to: "open",
            fill: Some(|_| {
                ["confirmed_by", "confirmed_at"]
                    .into_iter()
                    .map(|f| (f.to_owned(), Value::Null))
                    .collect()
            }),
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Where to look, although little shows (JP-47, NI-455, NI-456).
pub const SIGNS: [&str; 8] = [
    "ほかのサーバー・端末の見慣れないログイン / Strange sign-ins on other servers and devices",
    "増えたアカウント・権限・メール転送設定 / New accounts, rights, mail forwarding",
    "外向きの大きな通信や夜間の通信 / Large or nightly outbound traffic",
    "バックアップの改ざん・削除・失敗 / Backups changed, deleted or failing",
    "監視・認証など管理システムの改ざん / Traces of tampering with management systems",
    "監視記録どうしの食い違い / Contradictions between monitoring sources",
    "設計・顧客など価値の高い情報への参照 / Reads of valuable data such as designs and customers",
    "取引先・委託先との接続 / Connections with partners and contractors",
];

fn plan(incident: &Record, new_id: &str) -> NewRecord {
    let row = |what: &str| {
        let mut row = Body::new();
        row.insert("what".into(), what.into());
        Value::Object(row)
    };
    let mut body = Body::new();
    body.insert("title".into(), incident.text("title").into());
    body.insert("incident".into(), new_id.into());
    body.insert("signs".into(), Value::Array(SIGNS.iter().map(|s| row(s)).collect()));
    NewRecord { register: Closing::ID, body, link_back: None }
}

fn recovered(incident: &Record) -> bool {
    matches!(incident.text("state"), "recovered" | "evaluated" | "handed_over")
}

/// Opens the planning of permanent measures once an incident is recovered and none of its systems
/// is on its way any more (TK-84).
pub const PLAN_WHEN_NORMAL: Follow = Follow {
    label: Text::new("恒久的な再発防止策の計画を開く", "Opens the planning of permanent measures"),
    inputs: &[Input::In("closing", "incident"), Input::In("restoration", "incident")],
    open: |c| {
        let known = c.incoming("closing", "incident").next().is_some();
        let on_the_way = c.incoming("restoration", "incident").any(restoration::open);
        if known || on_the_way || !recovered(c.me) {
            return Vec::new();
        }
        vec![plan(c.me, c.me.id.as_str())]
    },
    meets: &["TK-84"],
};

/// The same where the last system returns to normal after the incident was called recovered.
pub const PLAN_AFTER_LAST: Follow = Follow {
    label: Text::new(
        "最後の一つなら、恒久的な再発防止策の計画を開く",
        "After the last one: opens the planning of permanent measures",
    ),
    inputs: &[Input::Out("incident"), Input::All("restoration"), Input::All("closing")],
    open: |c| {
        let Some(incident) = c.out("incident") else { return Vec::new() };
        let id = incident.id.as_str();
        let known = c.all("closing").any(|r| r.text("incident") == id);
        let others = c
            .all("restoration")
            .any(|r| r.id != c.me.id && r.text("incident") == id && restoration::open(r));
        if known || others || !recovered(incident) {
            return Vec::new();
        }
        vec![plan(incident, id)]
    },
    meets: &["TK-84"],
};
