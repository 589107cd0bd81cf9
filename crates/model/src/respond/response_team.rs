//! Two teams in an incident (二つの班): one deals with the attack, one restores the service.

use super::incident::{Incident, IncidentState};
use crate::govern::person::Person;
use crate::prepare::team_plan::TeamPlan;
use crate::*;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Side {
    /// Deals with the attack.
    #[choice(ja = "攻撃に対応する班", en = "Team on the attack")]
    Attack,
    /// Restores the service.
    #[choice(ja = "サービスを復旧する班", en = "Team on restoration")]
    Restoration,
}

/// A team.
#[derive(Debug, Clone, Register)]
#[register(
    id = "response_team",
    wing = Respond,
    menu = 7,
    ja = "対応の班",
    en = "Team",
    question_ja = "攻撃に当たる人と、復旧に当たる人はだれですか",
    question_en = "Who deals with the attack, and who restores?",
    about_ja = "攻撃への対応とサービスの復旧を、二つの班に分けます。復旧中に新しい攻撃が来ても、両方が進みます。",
    about_en = "Dealing with the attack and restoring the service are two teams, so that both go on when a new attack comes.",
    purpose_ja = "二つの仕事が、互いを止めないようにするために使います。",
    purpose_en = "So that neither work stops the other.",
    sort = "side",
    retention_years = 10,
    meets = ["NI-425"]
)]
pub struct ResponseTeam {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Which.
    #[field(ja = "班", en = "Team", list)]
    pub side: Side,
    /// Lead.
    #[field(ja = "班長", en = "Lead", list)]
    pub lead: Ref<Person>,
    /// Members.
    #[field(ja = "班員", en = "Members", list)]
    pub members: Vec<Ref<Person>>,
    /// The plan by which it works.
    #[field(ja = "もとにする取り決め", en = "By which agreement", list)]
    pub plan: Option<Ref<TeamPlan>>,
    /// Task.
    #[field(ja = "受け持つこと", en = "Task", search)]
    pub task: Option<Long>,
}

/// Attacked and being restored at the same time: both teams are there, each with a lead of its own
/// unless somebody holds both.
fn two_teams(c: &RuleCtx<'_>) -> Verdict {
    let attack = ["cyber_attack", "unauthorised_access", "malware", "information_leak"];
    let under_way = ["", IncidentState::Closed.id(), IncidentState::FalseAlarm.id()];
    let restoring = c.incoming("restoration", "incident").any(crate::recover::restoration::away);
    if !restoring
        || !attack.contains(&c.me.text("kind"))
        || under_way[1..].contains(&c.me.text("state"))
    {
        return Verdict::ok();
    }
    [Side::Attack, Side::Restoration]
        .into_iter()
        .filter(|side| {
            !c.incoming("response_team", "incident").any(|t| t.text("side") == side.id())
        })
        .fold(Verdict::ok(), |v, side| {
            let label = side.label();
            v.and(
                "",
                format!("「{}」がまだ決まっていません。", label.ja),
                format!("\"{}\" has not been named yet.", label.en),
            )
        })
}

/// Rules of teams.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "incident.two_teams",
    register: "incident",
    label: Text::new(
        "攻撃に対応する班と復旧する班が決まっている",
        "A team on the attack and a team on restoration are named",
    ),
    why: Text::new(
        "同じ人が両方を追うと、新しい攻撃のたびに復旧が止まるためです。",
        "Where the same people chase both, each new attack stops the restoration.",
    ),
    mend: Text::new(
        "対応の班を二つ登録してください。人が少ないときは、兼ねる人を両方に入れます。",
        "Register the two teams; in a small firm somebody may stand in both.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::In("response_team", "incident"), Input::In("restoration", "incident")],
    tells: &[],
    check: two_teams,
    meets: &["NI-425"],
}];
