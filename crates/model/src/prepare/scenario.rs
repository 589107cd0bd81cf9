//! Scenarios (想定シナリオ): damage that the organisation could suffer, shared by manual, drills,
//! notification list, forms and briefing of executives (IPA-147).

use super::contact::Contact;
use crate::govern::department::Department;
use crate::identify::{asset::Asset, system::System};
use crate::respond::incident::IncidentKind;
use crate::*;

/// What uses a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum UsedIn {
    /// First-response manual or another plan.
    #[choice(ja = "マニュアル・計画", en = "Manual or plan")]
    Manual,
    /// Drills.
    #[choice(ja = "演習・訓練", en = "Exercise")]
    Exercise,
    /// List of those who are told.
    #[choice(ja = "通知先リスト", en = "Notification list")]
    Notification,
    /// Forms.
    #[choice(ja = "通知用の様式", en = "Notification form")]
    Form,
    /// Reporting to executives.
    #[choice(ja = "経営層への報告", en = "Reporting to executives")]
    Briefing,
}

/// A scenario.
#[derive(Debug, Clone, Register)]
#[register(
    id = "scenario",
    wing = Prepare,
    menu = 6,
    ja = "想定シナリオ",
    en = "Scenario",
    question_ja = "わが社では、どんな被害が起こりえますか",
    question_en = "Which damage could we suffer?",
    about_ja = "起こりうる被害を、きっかけ・経路・対象・被害・関わる部署・知らせる相手まで書きます。マニュアルも演習も報告も、同じシナリオを使います。",
    about_en = "Possible damage with trigger, path, assets, units and recipients. Manual, exercises and reports use the same ones.",
    purpose_ja = "計画・演習・通知・報告が、同じ想定に立つようにします。",
    purpose_en = "So that plans, exercises, notices and reports rest on the same assumptions.",
    sort = "name",
    meets = ["IPA-147"]
)]
pub struct Scenario {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Name in English.
    #[field(ja = "名称（英語）", en = "Name in English", search)]
    pub name_en: Option<String>,
    /// Kinds of incident.
    #[field(ja = "インシデントの種類", en = "Kinds of incident", list)]
    pub kinds: Many<IncidentKind>,
    /// What sets it off.
    #[field(ja = "きっかけ", en = "Trigger", search)]
    pub trigger: Long,
    /// By which path.
    #[field(ja = "経路", en = "Path", search)]
    pub path: Option<Long>,
    /// Information hit.
    #[field(ja = "対象の情報資産", en = "Assets hit")]
    pub assets: Vec<Ref<Asset>>,
    /// Systems hit.
    #[field(ja = "対象のシステム", en = "Systems hit")]
    pub systems: Vec<Ref<System>>,
    /// What is hit, in words.
    #[field(ja = "対象（言葉で）", en = "What is hit, in words")]
    pub what: Option<String>,
    /// Damage.
    #[field(ja = "被害", en = "Damage", search)]
    pub damage: Option<Long>,
    /// Units concerned.
    #[field(ja = "関わる部署", en = "Units concerned")]
    pub units: Vec<Ref<Department>>,
    /// Units, in words.
    #[field(ja = "関わる部署（言葉で）", en = "Units, in words")]
    pub units_text: Option<String>,
    /// Who is to be told.
    #[field(ja = "知らせる相手", en = "Recipients")]
    pub recipients: Vec<Ref<Contact>>,
    /// Recipients, in words.
    #[field(ja = "知らせる相手（言葉で）", en = "Recipients, in words")]
    pub recipients_text: Option<String>,
    /// What is meant to use it.
    #[field(ja = "使う場面", en = "Used in", list)]
    pub used_in: Many<UsedIn>,
    /// The shipped one it was made from, `id@version`.
    #[field(ja = "元にした見本", en = "Made from", max = 80)]
    pub made_from: Option<String>,
}

/// Where a scenario is really used.
const USERS: &[Input] = &[
    Input::In("written_plan", "scenarios"),
    Input::In("exercise", "scenarios"),
    Input::In("notification", "scenarios"),
    Input::In("notice_form", "scenario"),
];

/// The uses that the records show.
fn uses(c: &RuleCtx<'_>) -> Vec<UsedIn> {
    let mut found = Vec::new();
    for plan in c.incoming("written_plan", "scenarios") {
        let briefing = plan.text("kind") == "executive_reporting";
        found.push(if briefing { UsedIn::Briefing } else { UsedIn::Manual });
    }
    let others = [
        ("exercise", "scenarios", UsedIn::Exercise),
        ("notification", "scenarios", UsedIn::Notification),
        ("notice_form", "scenario", UsedIn::Form),
    ];
    for (register, field, used) in others {
        if c.incoming(register, field).next().is_some() {
            found.push(used);
        }
    }
    found
}

/// Rules of scenarios.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "scenario.complete",
        register: "scenario",
        label: Text::new(
            "経路・対象・被害・部署・知らせる相手がある",
            "Path, assets, damage, units and recipients are given",
        ),
        why: Text::new(
            "途中までの想定では、演習でも計画でも動き方が決まりません。",
            "Half a scenario settles nothing, neither in a drill nor in a plan.",
        ),
        mend: Text::new("空いている項目を埋めてください。", "Fill what is empty."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let has = |fields: &[&str]| fields.iter().any(|f| c.me.body.contains_key(*f));
            let parts: [(&[&str], &str, &str); 5] = [
                (&["path"], "経路がありません。", "The path is missing."),
                (&["assets", "systems", "what"], "対象がありません。", "What is hit is missing."),
                (&["damage"], "被害がありません。", "The damage is missing."),
                (
                    &["units", "units_text"],
                    "関わる部署がありません。",
                    "The units concerned are missing.",
                ),
                (
                    &["recipients", "recipients_text"],
                    "知らせる相手がありません。",
                    "The recipients are missing.",
                ),
            ];
            parts
                .into_iter()
                .filter(|(fields, ..)| !has(fields))
                .fold(Verdict::ok(), |v, (_, ja, en)| v.and("", ja, en))
        },
        meets: &["IPA-147"],
    },
    RuleDef {
        id: "scenario.used",
        register: "scenario",
        label: Text::new("使うと決めた場面で使われている", "Used where it is meant to be used"),
        why: Text::new(
            "計画と演習と報告が別々の想定に立つと、本番でかみ合いません。",
            "Plans, drills and reports on different assumptions do not fit together when it counts.",
        ),
        mend: Text::new(
            "計画・演習・通知先・様式の側で、このシナリオを選んでください。",
            "Choose this scenario in the plan, exercise, notification or form.",
        ),
        severity: Severity::Notice,
        inputs: USERS,
        tells: &[],
        check: |c| {
            let found = uses(c);
            c.me.ids("used_in")
                .into_iter()
                .filter_map(UsedIn::from_id)
                .filter(|u| !found.contains(u))
                .fold(Verdict::ok(), |v, u| {
                    let label = u.label();
                    v.and(
                        "used_in",
                        format!("「{}」でまだ使われていません。", label.ja),
                        format!("Not used yet in: {}.", label.en),
                    )
                })
        },
        meets: &["IPA-147"],
    },
];
