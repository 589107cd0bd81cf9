//! Briefings of management (経営への説明): what happened, what it affects and how the response stands
//! was explained, by whom, to whom, on which page.

use super::incident::Incident;
use super::situation::going_on;
use crate::govern::person::Person;
use crate::*;

/// A briefing.
#[derive(Debug, Clone, Register)]
#[register(
    id = "briefing",
    wing = Respond,
    menu = 19,
    ja = "経営への説明",
    en = "Briefing of management",
    question_ja = "経営に、いつ、だれが、何を説明しましたか",
    question_en = "When was management told what, and by whom?",
    about_ja = "「経営向けの一枚」を使って説明したことを残します。起きたこと、影響、いまの対応の三つを伝えます。",
    about_en = "Records that management was briefed with the one page: what happened, what it affects, how the response stands.",
    purpose_ja = "経営が、知らないまま判断や説明をすることのないようにします。",
    purpose_en = "So that management neither decides nor speaks without knowing.",
    sort = "at",
    sort_down,
    append_only,
    retention_years = 10,
    meets = ["NI-191"]
)]
pub struct Briefing {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// What happened.
    #[field(ja = "起きたこと", en = "What happened", title, list, search, max = 500)]
    pub happened: String,
    /// What it affects.
    #[field(ja = "影響", en = "What it affects", search)]
    pub effect: Long,
    /// How the response stands.
    #[field(ja = "いまの対応", en = "How the response stands", search)]
    pub response: Long,
    /// By whom.
    #[field(ja = "説明した人", en = "Explained by", list)]
    pub by: Ref<Person>,
    /// To whom.
    #[field(ja = "説明を受けた人", en = "To whom", list)]
    pub told: Vec<Ref<Person>>,
    /// When.
    #[field(ja = "説明した日時", en = "When", list)]
    pub at: Time,
    /// What was asked back.
    #[field(ja = "質問と答え", en = "Questions and answers")]
    pub asked: Option<Long>,
}

/// Rules of briefings.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "incident.briefing",
    register: "incident",
    label: Text::new(
        "重いインシデントが経営に説明されている",
        "A grave incident has been explained to management",
    ),
    why: Text::new(
        "経営は、事業への影響を知って初めて決められます。",
        "Management can decide only once it knows what the business faces.",
    ),
    mend: Text::new(
        "「経営向けの一枚」で説明し、説明したことを記録してください。",
        "Explain with the one page for management, and record that you did.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::In("briefing", "incident"), Input::All("setting")],
    tells: &["security_manager", "ciso"],
    check: |c| {
        let grave = c.me.flag("grave") || matches!(c.me.text("severity"), "high" | "critical");
        let told = c.incoming("briefing", "incident").any(|b| b.body.contains_key("told"));
        let Some(aware) = c.me.time("aware_at") else { return Verdict::ok() };
        if !grave || told || !going_on(c.me) {
            return Verdict::ok();
        }
        let due = aware.plus(c.settings.int("briefing.minutes") * MINUTE);
        if c.now < due {
            return Verdict::ok().check_at(due);
        }
        Verdict::finding(
            "",
            "経営への説明の記録がありません。",
            "There is no record that management was told.",
        )
    },
    meets: &["NI-191"],
}];
