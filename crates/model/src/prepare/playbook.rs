//! Playbooks (手順書): what is done in an incident of a kind, by which role, by when, and where it
//! branches. The plan behind the steps stands in [`super::plan`].

use super::plan;
use crate::govern::person::Person;
use crate::govern::role::{Role, RoleKind};
use crate::respond::incident::IncidentKind;
use crate::*;

/// Where a playbook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PlaybookState {
    /// Being written; nothing of it is in force.
    #[choice(ja = "案", en = "Draft", tone = "caution")]
    Draft,
    /// In force.
    #[choice(ja = "承認済み", en = "Approved", tone = "good")]
    Approved,
    /// No longer used.
    #[choice(ja = "廃止", en = "Retired")]
    Retired,
}

/// What kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum StepKind {
    /// Something is done.
    #[choice(ja = "行う", en = "Do")]
    Do,
    /// A question is answered; the answer says how it goes on.
    #[choice(ja = "判断する", en = "Decide", tone = "caution")]
    Decide,
    /// Waits until something is there.
    #[choice(ja = "待つ", en = "Wait")]
    Wait,
    /// Evidence is taken.
    #[choice(ja = "証拠を確保する", en = "Take evidence")]
    Collect,
    /// Wipes, restores or repairs: evidence may be lost (TK-63).
    #[choice(ja = "消去・復元・修理する", en = "Wipe, restore or repair", tone = "danger")]
    Destroy,
    /// Changes something that belongs to a customer: needs the customer's consent (JP-62).
    #[choice(ja = "相手の同意を得て変える", en = "Change with consent", tone = "warning")]
    Consent,
    /// Watching that goes on until the incident has been recovered (JP-66).
    #[choice(ja = "復旧まで監視を続ける", en = "Watch until recovered")]
    Watch,
    /// Goes back to an earlier step, in a new round.
    #[choice(ja = "前の手順に戻る", en = "Go back")]
    Return,
}

/// From which instant a step's time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CountedFrom {
    /// The step opens.
    #[choice(ja = "この手順が始まってから", en = "This step opens")]
    Previous,
    /// The playbook was started.
    #[choice(ja = "手順書を始めてから", en = "The playbook was started")]
    Start,
    /// The incident was detected.
    #[choice(ja = "気づいてから", en = "The incident was detected")]
    Detected,
    /// The organisation became aware.
    #[choice(ja = "組織として知ってから", en = "The organisation became aware")]
    Aware,
    /// The response was organised.
    #[choice(ja = "体制を発足してから", en = "The response was organised")]
    Organised,
}

/// What a step is for the steering of an incident up to its end (NI-284).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Point {
    /// Decides whether crisis management begins.
    #[choice(ja = "危機管理に移る判断", en = "Decision on crisis management")]
    Crisis,
    /// Decides whether the business-continuity plan begins.
    #[choice(ja = "BCP発動の判断", en = "Decision on the BCP")]
    Bcp,
    /// Recovery.
    #[choice(ja = "復旧", en = "Recovery")]
    Recovery,
    /// Word to those inside.
    #[choice(ja = "社内への連絡", en = "Word inside")]
    Inside,
    /// Word to those outside.
    #[choice(ja = "社外への連絡", en = "Word outside")]
    Outside,
    /// The end.
    #[choice(ja = "終了", en = "Close")]
    Close,
}

/// One step of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Rows)]
pub struct Step {
    /// Short key that other steps refer to.
    #[field(ja = "記号", en = "Key", max = 24)]
    pub key: String,
    /// What to do.
    #[field(ja = "すること", en = "What to do", max = 80)]
    pub text: String,
    /// The same in English.
    #[field(ja = "すること（英語）", en = "In English", max = 110)]
    pub text_en: Option<String>,
    /// Kind.
    #[field(ja = "種類", en = "Kind")]
    pub kind: StepKind,
    /// Who, by role.
    #[field(ja = "役割", en = "Role")]
    pub role: Option<RoleKind>,
    /// Within how many minutes.
    #[field(ja = "何分以内", en = "Within (minutes)")]
    pub minutes: Option<Minutes>,
    /// Counted from.
    #[field(ja = "数え始め", en = "Counted from")]
    pub from: Option<CountedFrom>,
    /// Steps it comes after.
    #[field(ja = "前の手順（記号）", en = "After (keys)")]
    pub after: Option<String>,
    /// Only if: `triage=yes`.
    #[field(ja = "条件（記号=答え）", en = "Only if (key=answer)")]
    pub when: Option<String>,
    /// Answers of a question, one a line: `yes: はい / Yes`.
    #[field(ja = "選択肢（一行に一つ）", en = "Answers (one a line)")]
    pub answers: Vec<String>,
    /// The step that a way back leads to.
    #[field(ja = "戻り先（記号）", en = "Goes back to", max = 24)]
    pub back_to: Option<String>,
    /// Part in the steering.
    #[field(ja = "節目", en = "Milestone")]
    pub point: Option<Point>,
    /// Why.
    #[field(ja = "理由・補足", en = "Why", max = 300)]
    pub why: Option<String>,
    /// Why, in English.
    #[field(ja = "理由・補足（英語）", en = "Why, in English", max = 300)]
    pub why_en: Option<String>,
}

impl Step {
    /// What to do, in a language.
    pub fn words(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.text,
            Lang::En => self.text_en.as_deref().unwrap_or(&self.text),
        }
    }

    /// Why, in a language; empty where nothing is said.
    pub fn reason(&self, lang: Lang) -> &str {
        let ja = self.why.as_deref().unwrap_or_default();
        match lang {
            Lang::Ja => ja,
            Lang::En => self.why_en.as_deref().unwrap_or(ja),
        }
    }
}

/// A playbook.
#[derive(Debug, Clone, Register)]
#[register(
    id = "playbook",
    wing = Prepare,
    menu = 3,
    ja = "手順書",
    en = "Playbook",
    question_ja = "起きたとき、だれが何をどの順でしますか",
    question_en = "When it happens, who does what in which order?",
    about_ja = "インシデントの種類ごとに、手順・判断・担当の役割・時間を書きます。承認した版が対応で使われます。",
    about_en = "Steps, decisions, roles and times by kind of incident. The approved version is what a response uses.",
    purpose_ja = "夜中に一人でも、迷わず順番どおりに動けるようにします。",
    purpose_en = "So that one person alone at night can act in the right order.",
    sort = "name",
    flow = FLOW
)]
pub struct Playbook {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Name in English.
    #[field(ja = "名称（英語）", en = "Name in English", search)]
    pub name_en: Option<String>,
    /// Kinds of incident it is for.
    #[field(ja = "対象のインシデント", en = "For incidents of kind", list)]
    pub kinds: Many<IncidentKind>,
    /// When to use it.
    #[field(ja = "使うとき", en = "When to use it")]
    pub about: Option<Long>,
    /// The same in English.
    #[field(ja = "使うとき（英語）", en = "When to use it, in English")]
    pub about_en: Option<Long>,
    /// Who keeps it.
    #[field(ja = "管理する役割", en = "Kept by", list)]
    pub owner: Option<Ref<Role>>,
    /// The steps as they are being written.
    #[field(ja = "手順", en = "Steps")]
    pub steps: Table<Step>,
    /// Look at it again on.
    #[field(ja = "次に見直す日", en = "Review on")]
    pub review_on: Option<Date>,
    /// Note.
    #[field(ja = "補足", en = "Note")]
    pub note: Option<Long>,
    /// The shipped one it was made from, `id@version`.
    #[field(ja = "元にした見本", en = "Made from")]
    pub made_from: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<PlaybookState>,
    /// Number of the approved version.
    #[field(ja = "承認した版", en = "Approved version", list, system)]
    pub version: Option<i64>,
    /// Approved by.
    #[field(ja = "承認した人", en = "Approved by", system)]
    pub approved_by: Option<Ref<Person>>,
    /// Approved at.
    #[field(ja = "承認した日時", en = "Approved at", system)]
    pub approved_at: Option<Time>,
    /// The steps in force.
    #[field(ja = "承認済みの手順", en = "Steps in force", system)]
    pub approved_steps: Table<Step>,
}

impl Playbook {
    /// The steps in force; those being written where none was ever approved.
    pub fn in_force(&self) -> &[Step] {
        if self.approved_steps.0.is_empty() { &self.steps.0 } else { &self.approved_steps.0 }
    }

    /// Whether something was changed since it was approved.
    pub fn changed_since_approval(&self) -> bool {
        !self.approved_steps.0.is_empty() && self.approved_steps != self.steps
    }
}

/// The steps in a field of a record; none where they cannot be read.
pub fn steps_of(record: &Record, field: &str) -> Vec<Step> {
    read_field::<Table<Step>>(&record.body, field).unwrap_or_default().0
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "approve",
            label: Text::new("この内容で承認する", "Approve as it stands"),
            from: &["draft", "approved", "retired"],
            to: "approved",
            asks: &[("approved_by", true)],
            counts: &["version"],
            fill: Some(|c| {
                let steps = c.me.body.get("steps").cloned().unwrap_or(Value::Null);
                [("approved_steps", steps), ("approved_at", c.now.millis().into())]
                    .into_iter()
                    .map(|(f, v)| (f.to_owned(), v))
                    .collect()
            }),
            gates: &[Gate {
                id: "plan_sound",
                label: Text::new(
                    "どの手順にも進め、行き止まりが無い",
                    "Every step can be reached and none is a dead end",
                ),
                mend: Text::new(
                    "不備に出ている手順の「前の手順」「条件」「選択肢」を直してください。",
                    "Mend \"after\", \"only if\" and the answers of the steps named as findings.",
                ),
                inputs: &[],
                holds: |c| plan::problems(&steps_of(c.me, "steps")).is_empty(),
                meets: &[],
            }],
            who: &["security_manager", "it_manager", "ciso", "executive", "coordinator"],
            ..Transition::PLAIN
        },
        Transition {
            id: "retire",
            label: Text::new("使うのをやめる", "Retire"),
            from: &["draft", "approved"],
            to: "retired",
            reason: true,
            who: &["security_manager", "it_manager", "ciso", "executive", "coordinator"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of playbooks.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "playbook.sound",
        register: "playbook",
        label: Text::new(
            "どの手順にも進め、行き止まりが無い",
            "Every step can be reached and none is a dead end",
        ),
        why: Text::new(
            "本番の途中で次が分からなくなると、手が止まります。",
            "A plan that ends in the middle stops everybody.",
        ),
        mend: Text::new("名指しされた手順を直してください。", "Mend the steps that are named."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            plan::problems(&steps_of(c.me, "steps")).into_iter().fold(Verdict::ok(), |v, p| {
                let (ja, en) = if p.step.is_empty() {
                    (p.message.ja, p.message.en)
                } else {
                    (
                        format!("手順「{}」：{}", p.step, p.message.ja),
                        format!("Step {}: {}", p.step, p.message.en),
                    )
                };
                v.and("steps", ja, en)
            })
        },
        meets: &[],
    },
    RuleDef {
        id: "playbook.steering",
        register: "playbook",
        label: Text::new(
            "終了まで導き、危機管理とBCPの判断、復旧、社内外への連絡がある",
            "It leads to the close, with both decision points, recovery and word to all",
        ),
        why: Text::new(
            "種類ごとの対応は、終了まで一続きに導かれ、危機管理と事業継続に切り替える時点を持ちます。",
            "Steering by kind of incident leads up to its close and says where crisis management and continuity take over.",
        ),
        mend: Text::new(
            "足りない節目の手順を足してください。",
            "Add a step for each missing milestone.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let steps = steps_of(c.me, "steps");
            // A work list that is for no kind of incident steers none.
            if c.me.ids("kinds").is_empty() {
                return Verdict::ok();
            }
            Point::DEF
                .options
                .iter()
                .filter(|o| !steps.iter().any(|s| s.point.is_some_and(|p| p.id() == o.id)))
                .fold(Verdict::ok(), |v, o| {
                    v.and(
                        "steps",
                        format!("「{}」の節目がありません。", o.label.ja),
                        format!("There is no milestone \"{}\".", o.label.en),
                    )
                })
        },
        meets: &["NI-284"],
    },
    RuleDef {
        id: "playbook.approved",
        register: "playbook",
        label: Text::new("書いた内容が承認されている", "What is written has been approved"),
        why: Text::new(
            "対応で使われるのは承認した版です。直したままでは本番に出ません。",
            "A response uses the approved version; a change left unapproved never comes into force.",
        ),
        mend: Text::new("内容を確かめて承認してください。", "Check it and approve it."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let (written, force) = (c.me.body.get("steps"), c.me.body.get("approved_steps"));
            Verdict::when(
                c.me.text("state") != "retired" && written != force,
                "steps",
                Text::new(
                    "まだ承認されていない内容があります。",
                    "Something in it has not been approved yet.",
                ),
            )
        },
        meets: &[],
    },
];
