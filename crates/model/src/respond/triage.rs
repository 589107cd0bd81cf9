//! Triage (見極め): what a report is, how far it reaches, how urgent it is, and what is decided.

use super::incident::{Grade, Incident, IncidentKind, Priority};
use super::report::Report;
use crate::govern::incident_criterion::{self, IncidentCriterion};
use crate::govern::person::Person;
use crate::identify::{asset::Asset, system::System};
use crate::prepare::contact::Contact;
use crate::*;

/// Whether a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Met {
    /// Yes.
    #[choice(ja = "当てはまる", en = "Met", tone = "warning")]
    Yes,
    /// No.
    #[choice(ja = "当てはまらない", en = "Not met")]
    No,
    /// Not known yet.
    #[choice(ja = "まだ分からない", en = "Not known yet", tone = "caution")]
    Unknown,
}

/// Whether the organisation has met this kind before (JP-27).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Before {
    /// Yes.
    #[choice(ja = "経験がある", en = "Met before")]
    Yes,
    /// No.
    #[choice(ja = "初めて", en = "New to us", tone = "caution")]
    No,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Verdicts {
    /// Respond.
    #[choice(ja = "対応する", en = "Respond", tone = "danger")]
    Respond,
    /// Watch.
    #[choice(ja = "様子を見る", en = "Watch", tone = "caution")]
    Watch,
    /// Close.
    #[choice(ja = "終える", en = "Close")]
    Close,
}

/// A criterion as it was applied, with its wording of then.
#[derive(Debug, Clone, Rows)]
pub struct Applied {
    /// Which.
    #[field(ja = "基準", en = "Criterion")]
    pub criterion: Option<Ref<IncidentCriterion>>,
    /// Its wording.
    #[field(ja = "そのときの文", en = "Its wording then", max = 200)]
    pub text: Option<String>,
    /// Result.
    #[field(ja = "結果", en = "Result")]
    pub met: Met,
}

/// A triage.
#[derive(Debug, Clone, Register)]
#[register(
    id = "triage",
    wing = Respond,
    menu = 3,
    ja = "見極め（トリアージ）",
    en = "Triage",
    question_ja = "何が起き、どれだけ急ぎ、どうすると決めましたか",
    question_en = "What is it, how urgent, and what was decided?",
    about_ja = "報告や検知ごとに、基準への当てはめ、影響、急ぎの度合い、判断と理由を残します。登録すると、報告がその判断どおりに進みます。",
    about_en = "For each report or detection: the criteria applied, the effect, the urgency, the decision and why. The report moves on as decided.",
    purpose_ja = "限られた人手を急ぐものから当て、判断の根拠を後から示すために使います。",
    purpose_en = "Puts scarce hands to the most urgent first, and shows later why.",
    sort = "decided_at",
    sort_down,
    append_only,
    flow = FLOW,
    acts = &[JUDGE],
    check = check,
    retention_years = 10,
    meets = ["NI-178", "NI-282", "NI-283", "NI-276", "IPA-133", "JP-27", "JP-28"]
)]
pub struct Triage {
    /// The report.
    #[field(ja = "報告", en = "Report", list)]
    pub report: Ref<Report>,
    /// Its summary.
    #[field(ja = "事象", en = "Event", title, list, search, system, personal, max = 80)]
    pub event: Option<String>,
    /// Kind of event.
    #[field(ja = "事象の種類", en = "Kind of event", list)]
    pub kind: IncidentKind,
    /// Criteria applied.
    #[field(
        ja = "判断基準への当てはめ",
        en = "Criteria applied",
        help_ja = "書かれた基準すべてに答えます。分からないものは「まだ分からない」とします。",
        help_en = "Answer every written criterion; say \"not known yet\" where it is so."
    )]
    pub criteria: Table<Applied>,
    /// Systems and services hit.
    #[field(ja = "影響するシステム・サービス", en = "Systems and services hit")]
    pub systems: Vec<Ref<System>>,
    /// Assets hit.
    #[field(ja = "影響する情報資産", en = "Assets hit")]
    pub assets: Vec<Ref<Asset>>,
    /// Effect.
    #[field(ja = "業務への影響", en = "Effect on the business", max = 2000)]
    pub effect: Long,
    /// How grave.
    #[field(ja = "影響の大きさ", en = "How grave", list)]
    pub severity: Grade,
    /// How urgent: sets the order of response.
    #[field(ja = "急ぎの度合い", en = "Urgency", list)]
    pub urgency: Priority,
    /// Met before?
    #[field(ja = "同じ種類を経験したことがあるか", en = "Met this kind before?", list)]
    pub met_before: Before,
    /// Past cases used.
    #[field(
        ja = "参考にする過去の案件",
        en = "Past cases used",
        help_ja = "経験があるときは、役立つ案件を選びます。対応ルームにそのときの手当てが出ます。",
        help_en = "Where met before: choose the cases that help; the room shows what was done then."
    )]
    pub past_cases: Vec<Ref<Incident>>,
    /// People with experience, where it is new.
    #[field(ja = "（初めてなら）経験のある人", en = "If new: people with experience")]
    pub experienced: Vec<Ref<Person>>,
    /// Outside sources, where it is new.
    #[field(
        ja = "（初めてなら）他の組織の情報を持つ相手",
        en = "If new: who knows of like cases elsewhere"
    )]
    pub outside: Vec<Ref<Contact>>,
    /// Owners of the assets, where it is new.
    #[field(
        ja = "（初めてなら）関係する資産の管理者",
        en = "If new: owners of the assets concerned"
    )]
    pub owners: Vec<Ref<Person>>,
    /// Why one of the three was not used.
    #[field(ja = "使わない手がかりがある理由", en = "Why one of these is not used")]
    pub resources_note: Option<String>,
    /// Decision.
    #[field(ja = "判断", en = "Decision", list)]
    pub decision: Verdicts,
    /// Incident that the report joins, where it responds within one under way.
    #[field(
        ja = "加わる対応中のインシデント",
        en = "Incident under way that it joins",
        help_ja = "空なら、新しいインシデントを開きます。",
        help_en = "Empty: a new incident is opened."
    )]
    pub joins: Option<Ref<Incident>>,
    /// Reason.
    #[field(ja = "判断の理由", en = "Reason", max = 2000)]
    pub reason: Long,
    /// What the reporter is told.
    #[field(
        ja = "報告者への返事",
        en = "Answer to the reporter",
        max = 2000,
        help_ja = "知らせてくれたことへのお礼から書き始めます。",
        help_en = "Begin by thanking for the report."
    )]
    pub answer: Option<Long>,
    /// Who decided.
    #[field(ja = "判断した人", en = "Decided by", list, system)]
    pub judge: Option<Ref<Person>>,
    /// When.
    #[field(ja = "判断した日時", en = "Decided at", list, system)]
    pub decided_at: Option<Time>,
    /// Case it belongs to now.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// State: a verdict stands, and is followed by another where needed.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<Stands>,
}

/// A verdict is not changed; a later one follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Stands {
    /// Recorded.
    #[choice(ja = "記録済み", en = "Recorded", tone = "good")]
    Recorded,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "recorded",
    start: Start {
        stamps: &["decided_at"],
        inputs: &[Input::Out("report")],
        fill: Some(|c| {
            let event = c.out("report").map(|r| r.text("title").to_owned());
            event.map(|e| ("event".to_owned(), e.into())).into_iter().collect()
        }),
        follows: &[],
    },
    transitions: &[],
};

/// Whoever says "met before" names the cases; whoever responds nowhere joins nothing.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let mut problems = Vec::new();
    if text("met_before") == Before::Yes.id() && !body.contains_key("past_cases") {
        let say = Message::new(
            "経験があるときは、参考にする過去の案件を選んでください。",
            "Choose the past cases that this is like.",
        );
        problems.push(FieldProblem::new("past_cases", "required", say));
    }
    if body.contains_key("joins") && text("decision") != Verdicts::Respond.id() {
        let say = Message::new(
            "インシデントに加えるときは、判断を「対応する」にしてください。",
            "To join an incident, decide to respond.",
        );
        problems.push(FieldProblem::new("joins", "not_fitting", say));
    }
    problems
}

const JUDGE: Act = Act {
    label: Text::new("報告を判断どおりに進める", "Moves the report on as decided"),
    inputs: &[Input::Out("report"), Input::All("incident_criterion")],
    changes: judge,
    meets: &["NI-178", "NI-282"],
};

/// Every criterion answered, then the report's own step.
fn judge(c: &RuleCtx<'_>) -> Result<Vec<Change>, Refusal> {
    let kind = c.me.text("kind");
    let answered: Vec<&str> =
        c.me.rows("criteria").filter_map(|r| r.get("criterion")?.as_str()).collect();
    let open: Vec<String> = incident_criterion::for_kind(c.all("incident_criterion"), kind)
        .into_iter()
        .filter(|k| !answered.contains(&k.id.as_str()))
        .map(Record::title)
        .collect();
    if !open.is_empty() {
        let say = Message::new(
            format!("まだ当てはめていない基準があります: {}", open.join("、")),
            format!("Criteria not applied yet: {}", open.join("; ")),
        );
        return Err(Refusal::Fields(vec![FieldProblem::new("criteria", "not_applied", say)]));
    }
    let report = c.out("report").ok_or(Refusal::NotFound)?;
    let mut patch = Body::new();
    let mut put = |to: &str, from: &str| {
        if let Some(v) = c.me.body.get(from) {
            patch.insert(to.to_owned(), v.clone());
        }
    };
    for field in ["answer", "severity", "urgency", "systems", "assets", "past_cases"] {
        put(field, field);
    }
    let joins = c.me.body.contains_key("joins");
    let step = match Verdicts::from_id(c.me.text("decision")) {
        Some(Verdicts::Respond) if joins => {
            put("incident", "joins");
            "join"
        }
        Some(Verdicts::Respond) => {
            put("event", "kind");
            "open_incident"
        }
        Some(Verdicts::Watch) => "watch",
        _ => "not_incident",
    };
    let met = c.me.rows("criteria").find(|r| r.get("met").is_some_and(|m| m == Met::Yes.id()));
    if let Some(text) = met.and_then(|r| r.get("text")).filter(|_| step != "join") {
        patch.insert("criterion".into(), text.clone());
    }
    Ok(vec![Change::Step {
        def: Report::DEF,
        id: report.id.clone(),
        rev: None,
        step: step.to_owned(),
        patch,
        reason: Some(c.me.text("reason").to_owned()),
    }])
}

/// The three resources for what is new: (field, what it is).
const RESOURCES: [(&str, Text); 3] = [
    ("experienced", Text::new("対応の経験がある人", "people with experience of response")),
    ("outside", Text::new("似た事例を知る他の組織", "other organisations that know of like cases")),
    ("owners", Text::new("関係する資産の管理者", "owners of the assets concerned")),
];

/// Rules of triage.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "triage.three_resources",
        register: "triage",
        label: Text::new(
            "初めての事象では、三つの手がかりを検討している",
            "Where it is new, the three resources were considered",
        ),
        why: Text::new(
            "手元に前例が無いときこそ、人・他の組織・管理者の知識が頼りになります。",
            "Without a case of our own, the knowledge of people, of others and of owners counts.",
        ),
        mend: Text::new(
            "もう一度見極めて、経験のある人・他の組織・資産の管理者を選ぶか、使わない理由を書いてください。",
            "Triage again: choose people, other organisations and owners, or say why one is not used.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            if c.me.text("met_before") != Before::No.id()
                || c.me.body.contains_key("resources_note")
            {
                return Verdict::ok();
            }
            RESOURCES.iter().filter(|(f, _)| !c.me.body.contains_key(*f)).fold(
                Verdict::ok(),
                |v, (field, what)| {
                    v.and(
                        field,
                        format!("{}を検討した記録がありません。", what.ja),
                        format!("Not considered: {}.", what.en),
                    )
                },
            )
        },
        meets: &["JP-30"],
    },
    RuleDef {
        id: "triage.against",
        register: "triage",
        label: Text::new("判断が基準の示すとおりである", "The decision follows the criteria"),
        why: Text::new(
            "基準と違う判断は間違いとは限りませんが、基準のほうを直す手がかりになります。",
            "Deciding otherwise need not be wrong, but may show that a criterion needs mending.",
        ),
        mend: Text::new(
            "理由を確かめ、必要なら基準を直してください。",
            "Look at the reason, and mend the criterion where needed.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("incident_criterion")],
        tells: &[],
        check: |c| {
            let says = |s: &str| {
                c.me.rows("criteria").any(|row| {
                    let id = row.get("criterion").and_then(Value::as_str).unwrap_or_default();
                    row.get("met").is_some_and(|m| m == Met::Yes.id())
                        && c.all("incident_criterion")
                            .any(|k| k.id.as_str() == id && k.text("says") == s)
                })
            };
            let respond = c.me.text("decision") == Verdicts::Respond.id();
            let close = c.me.text("decision") == Verdicts::Close.id();
            let against =
                (close && says("incident")) || (respond && says("none") && !says("incident"));
            Verdict::when(
                against,
                "decision",
                Text::new("基準の示す結論と判断が違います。", "The criteria say otherwise."),
            )
        },
        meets: &["NI-282"],
    },
];
