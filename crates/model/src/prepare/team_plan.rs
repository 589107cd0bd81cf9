//! How two teams work together (二つの班の取り決め), written before it is needed (NI-426).

use crate::govern::person::Person;
use crate::*;

/// An agreement of the two teams.
#[derive(Debug, Clone, Register)]
#[register(
    id = "team_plan",
    wing = Prepare,
    menu = 8,
    ja = "二つの班の取り決め",
    en = "Agreement of two teams",
    question_ja = "復旧の途中でまた攻撃されたら、だれがどう動きますか",
    question_en = "If a new attack comes during recovery, who does what?",
    about_ja = "攻撃に対応する班と復旧する班の分担と連携を、前もって書きます。復旧中に新しい攻撃が来たときの動きも決めます。",
    about_en = "Division of work and cooperation of the two teams, written beforehand, with what happens when a new attack comes during recovery.",
    purpose_ja = "二つの班が、その場で分担を話し合わずに動けるようにするために使います。",
    purpose_en = "So that the two teams act without debating the division on the spot.",
    sort = "title",
    meets = ["NI-426"]
)]
pub struct TeamPlan {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// What the team on the attack does.
    #[field(ja = "攻撃に対応する班の分担", en = "Work of the team on the attack", search)]
    pub attack_work: Option<Long>,
    /// What the team on restoration does.
    #[field(ja = "復旧する班の分担", en = "Work of the team on restoration", search)]
    pub restoration_work: Option<Long>,
    /// How they cooperate.
    #[field(
        ja = "連携のしかた",
        en = "Cooperation",
        help_ja = "いつ、どの手段で、何を知らせ合うかを書きます。",
        help_en = "When, by which means, and of what they tell each other."
    )]
    pub cooperation: Option<Long>,
    /// What happens on a new attack.
    #[field(
        ja = "復旧中に新しい攻撃が来たとき",
        en = "When a new attack comes during recovery",
        help_ja = "復旧を止める・続けるをだれが決め、各班が何をするかを書きます。",
        help_en = "Who decides whether restoring stops or goes on, and what each team does."
    )]
    pub new_attack: Option<Long>,
    /// Who decides then.
    #[field(ja = "そのとき決める人", en = "Who decides then", list)]
    pub decider: Option<Ref<Person>>,
    /// Approved on.
    #[field(ja = "承認日", en = "Approved on", list)]
    pub approved_on: Option<Date>,
    /// By.
    #[field(ja = "承認者", en = "Approved by", list)]
    pub approved_by: Option<Ref<Person>>,
}

/// What makes it whole.
const PARTS: [&str; 6] =
    ["attack_work", "restoration_work", "cooperation", "new_attack", "decider", "approved_on"];

/// Whether all of it is written and approved.
pub fn whole(plan: &Record) -> bool {
    !plan.ended() && PARTS.iter().all(|f| plan.body.contains_key(*f))
}

/// Rules of these agreements.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "team_plan.whole",
        register: "team_plan",
        label: Text::new(
            "分担・連携・新しい攻撃のときの動きが書かれ、承認されている",
            "Division, cooperation and a new attack are written and approved",
        ),
        why: Text::new(
            "復旧の途中で攻撃されたときに、分担を話し合う時間はありません。",
            "There is no time to debate when attacked in the middle of recovery.",
        ),
        mend: Text::new(
            "足りない項目を書いて、承認してください。",
            "Write what is missing and have it approved.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            PARTS.iter().filter(|f| !c.me.body.contains_key(**f)).fold(Verdict::ok(), |v, f| {
                let (ja, en) = c.me.def.field(f).map_or((*f, *f), |d| (d.label.ja, d.label.en));
                v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
            })
        },
        meets: &["NI-426"],
    },
    RuleDef {
        id: "team_plan.there",
        register: "organisation",
        label: Text::new(
            "復旧中の新しい攻撃に備えた、二つの班の取り決めがある",
            "There is an agreement of two teams for a new attack during recovery",
        ),
        why: Text::new(
            "攻撃は一度で終わるとは限らないためです。",
            "An attack need not be the last.",
        ),
        mend: Text::new(
            "「二つの班の取り決め」に、分担と連携を書いてください。",
            "Write division and cooperation in the agreement of two teams.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("team_plan")],
        tells: &[],
        check: |c| {
            Verdict::when(
                !c.all("team_plan").any(whole),
                "",
                Text::new(
                    "承認された取り決めがまだありません。",
                    "There is no approved agreement yet.",
                ),
            )
        },
        meets: &["NI-426"],
    },
];
