//! Review meetings (振り返り).

use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// From which viewpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Viewpoint {
    /// Procedure.
    #[choice(
        ja = "手順（報告経路・判断の遅れ）",
        en = "Procedure (report route, delay in deciding)"
    )]
    Procedure,
    /// Technology.
    #[choice(ja = "技術（設定・監視の弱さ）", en = "Technology (settings, weak monitoring)")]
    Technology,
    /// Organisation.
    #[choice(ja = "体制（役割・外部連携）", en = "Organisation (unclear roles, weak liaison)")]
    Organisation,
}

/// What it is about within its viewpoint (TK-105).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Aspect {
    /// Report route.
    #[choice(ja = "報告経路", en = "Report route")]
    ReportRoute,
    /// Delay in deciding.
    #[choice(ja = "判断の遅れ", en = "Delay in deciding")]
    Delay,
    /// Settings.
    #[choice(ja = "設定", en = "Settings")]
    Settings,
    /// Weak monitoring.
    #[choice(ja = "監視の弱さ", en = "Weak monitoring")]
    Monitoring,
    /// Unclear roles.
    #[choice(ja = "役割のあいまいさ", en = "Unclear roles")]
    Roles,
    /// Weak liaison with those outside.
    #[choice(ja = "外部連携の弱さ", en = "Weak outside liaison")]
    Liaison,
}

impl Aspect {
    /// The viewpoint that it belongs to.
    pub const fn viewpoint(self) -> Viewpoint {
        match self {
            Aspect::ReportRoute | Aspect::Delay => Viewpoint::Procedure,
            Aspect::Settings | Aspect::Monitoring => Viewpoint::Technology,
            Aspect::Roles | Aspect::Liaison => Viewpoint::Organisation,
        }
    }
}

/// Where a lesson lands (TK-110).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Landing {
    /// Security policy.
    #[choice(ja = "セキュリティポリシー", en = "Security policy")]
    Policy,
    /// IT-BCP and incident response plan.
    #[choice(ja = "IT-BCP・インシデント対応計画", en = "IT-BCP and incident response plan")]
    Plan,
    /// Procedure.
    #[choice(ja = "手順書", en = "Procedure")]
    Procedure,
    /// System design.
    #[choice(ja = "システム設計", en = "System design")]
    Design,
    /// Training content.
    #[choice(ja = "訓練・研修の内容", en = "Training content")]
    Training,
    /// Contract.
    #[choice(ja = "契約", en = "Contract")]
    Contract,
    /// Contacts and people.
    #[choice(ja = "連絡先・体制", en = "Contacts and people")]
    People,
}

/// Where a lesson was shared (TK-111).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Occasion {
    /// Regular meeting.
    #[choice(ja = "定例会議", en = "Regular meeting")]
    Meeting,
    /// In-house training.
    #[choice(ja = "社内研修", en = "In-house training")]
    Training,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// One time that lessons were shared.
#[derive(Debug, Clone, Rows)]
pub struct Share {
    /// Occasion.
    #[field(ja = "場", en = "Occasion")]
    pub occasion: Occasion,
    /// On.
    #[field(ja = "共有した日", en = "Shared on")]
    pub on: Date,
    /// With whom, and by whom.
    #[field(ja = "相手と話した人", en = "With whom, and by whom", max = 200)]
    pub people: String,
    /// What.
    #[field(ja = "伝えた教訓", en = "Lessons told", max = 500)]
    pub what: String,
}

/// One lesson.
#[derive(Debug, Clone, Rows)]
pub struct Lesson {
    /// Viewpoint.
    #[field(ja = "観点", en = "Viewpoint")]
    pub viewpoint: Viewpoint,
    /// Aspect.
    #[field(ja = "何について", en = "About")]
    pub aspect: Option<Aspect>,
    /// Lesson.
    #[field(ja = "教訓", en = "Lesson", max = 500)]
    pub text: String,
    /// Proposed measure.
    #[field(ja = "対策案", en = "Proposed measure", max = 500)]
    pub measure: Option<String>,
    /// Where it lands.
    #[field(ja = "反映先", en = "Lands in")]
    pub lands_in: Option<Landing>,
    /// Version that took it in.
    #[field(ja = "反映した文書と版", en = "Document and version that took it in", max = 120)]
    pub version: Option<String>,
    /// Why nothing is changed (NI-190).
    #[field(ja = "変えない理由", en = "Why nothing is changed", max = 300)]
    pub no_change: Option<String>,
    /// Fit for sharing.
    #[field(ja = "社内で共有する", en = "To be shared")]
    pub to_share: bool,
}

/// A review meeting.
#[derive(Debug, Clone, Register)]
#[register(
    id = "review",
    wing = Improve,
    menu = 1,
    ja = "振り返り",
    en = "Review",
    question_ja = "何がうまくいき、何を次に変えますか",
    question_en = "What went well, and what will we change?",
    about_ja = "対応のあとに必ず開く振り返りの記録です。改善記録表はここから作ります。",
    about_en = "The record of the meeting held after every incident; the improvement sheet is made from it.",
    purpose_ja = "うまくいった点と課題を、次の備えに活かすために残します。",
    purpose_en = "Turns what went well and what did not into the next preparation.",
    sort = "held_at",
    sort_down,
    meets = ["TK-103", "TK-105"]
)]
pub struct Review {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Held at.
    #[field(ja = "開催日時", en = "Held at", list)]
    pub held_at: Time,
    /// Participants.
    #[field(ja = "参加者", en = "Participants")]
    pub participants: Vec<Ref<Person>>,
    /// Sequence.
    #[field(ja = "初動から復旧までの経過", en = "From first response to recovery")]
    pub sequence: Option<Long>,
    /// What went well.
    #[field(ja = "うまくいった点", en = "What went well")]
    pub went_well: Option<Long>,
    /// What did not.
    #[field(ja = "課題", en = "What did not")]
    pub problems: Option<Long>,
    /// Lessons.
    #[field(ja = "教訓と対策案", en = "Lessons and proposals")]
    pub lessons: Table<Lesson>,
    /// Where lessons were shared.
    #[field(ja = "教訓の共有", en = "Lessons shared")]
    pub shares: Table<Share>,
    /// Telephone numbers were matched with the company directory on (IPA-144).
    #[field(ja = "電話番号を社内名簿と照合した日", en = "Numbers matched with the directory on")]
    pub numbers_matched_on: Option<Date>,
}

fn text<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Rules of reviews.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "review.lessons_land",
        register: "review",
        label: Text::new("教訓の反映先と版がある", "Every lesson lands in a version of something"),
        why: Text::new(
            "どこにも取り込まれない教訓は、次に活きません。",
            "A lesson that nothing takes in does not help the next time.",
        ),
        mend: Text::new(
            "反映先と、取り込んだ版を入れてください。変えないときはその理由を書きます。",
            "Give where it lands and the version that took it in, or why nothing is changed.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            c.me.rows("lessons").filter(|r| text(r, "no_change").is_empty()).fold(
                Verdict::ok(),
                |v, row| {
                    let lesson: String = text(row, "text").chars().take(40).collect();
                    if text(row, "lands_in").is_empty() {
                        v.and(
                            "lessons",
                            format!("教訓「{lesson}」の反映先がありません。"),
                            format!("The lesson \"{lesson}\" lands nowhere."),
                        )
                    } else if text(row, "version").is_empty() {
                        v.and(
                            "lessons",
                            format!("教訓「{lesson}」を取り込んだ版がありません。"),
                            format!("No version has taken in the lesson \"{lesson}\"."),
                        )
                    } else {
                        v
                    }
                },
            )
        },
        meets: &["TK-110", "NI-190"],
    },
    RuleDef {
        id: "review.lessons_shared",
        register: "review",
        label: Text::new("共有する教訓を伝えている", "Lessons fit for sharing were told"),
        why: Text::new(
            "定例会議や研修で伝えると、同じことが減ります。",
            "Told in meetings and trainings, the like happens less.",
        ),
        mend: Text::new(
            "定例会議か社内研修で伝え、記録してください。",
            "Tell it in a meeting or a training, and record it.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let asked =
                c.me.rows("lessons")
                    .any(|r| r.get("to_share").and_then(Value::as_bool) == Some(true));
            Verdict::when(
                asked && c.me.rows("shares").next().is_none(),
                "shares",
                Text::new(
                    "共有する教訓を、まだ伝えていません。",
                    "Lessons to be shared were not told yet.",
                ),
            )
        },
        meets: &["TK-111"],
    },
    RuleDef {
        id: "review.sheet",
        register: "review",
        label: Text::new(
            "改善記録表の材料がそろっている",
            "The improvement sheet has what it needs",
        ),
        why: Text::new(
            "改善記録表は、再発を防ぐ計画の土台になります。",
            "The improvement sheet is the base of the plan against a repeat.",
        ),
        mend: Text::new(
            "うまくいった点・課題・教訓を書き、対策案ごとに改善を登録してください。",
            "Write what went well, what did not and the lessons, and register an improvement for each proposal.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("improvement", "review")],
        tells: &[],
        check: sheet,
        meets: &["TK-105"],
    },
];

/// What the sheet still lacks: its parts, and an improvement for each measure that was proposed.
fn sheet(c: &RuleCtx<'_>) -> Verdict {
    let text = |row: &Body, f: &str| -> String {
        row.get(f).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
    };
    let parts = [
        ("went_well", "うまくいった点がありません。", "What went well is missing."),
        ("problems", "課題がありません。", "What did not go well is missing."),
        ("lessons", "教訓がありません。", "There are no lessons."),
    ];
    let verdict = parts
        .iter()
        .filter(|(f, _, _)| !c.me.body.contains_key(*f))
        .fold(Verdict::ok(), |v, (f, ja, en)| v.and(f, *ja, *en));
    let verdict = c
        .me
        .rows("lessons")
        .filter(|row| {
            let aspect = Aspect::from_id(&text(row, "aspect"));
            aspect.is_some_and(|a| a.viewpoint().id() != text(row, "viewpoint"))
        })
        .fold(verdict, |v, row| {
            let lesson = text(row, "text");
            v.and(
                "lessons",
                format!("教訓「{lesson}」の観点と内容が合っていません。"),
                format!("The viewpoint of the lesson \"{lesson}\" does not fit what it is about."),
            )
        });
    let planned: Vec<&str> =
        c.incoming("improvement", "review").map(|i| i.text("measure")).collect();
    c.me.rows("lessons")
        .map(|row| text(row, "measure"))
        .filter(|m| !m.is_empty() && !planned.iter().any(|p| p.trim() == m))
        .fold(verdict, |v, measure| {
            v.and(
                "lessons",
                format!("対策案「{measure}」の改善がまだ登録されていません。"),
                format!("No improvement is registered for the proposal \"{measure}\"."),
            )
        })
}
