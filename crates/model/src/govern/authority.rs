//! The authority table (権限表): who decides what, in quiet times and in an emergency.

use super::role::Role;
use crate::*;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Power {
    /// Collect information across departments.
    #[choice(ja = "部門を越えた情報収集", en = "Collect information across departments")]
    Collect,
    /// Cut or isolate a network.
    #[choice(ja = "ネットワークの遮断・隔離", en = "Cut or isolate a network")]
    Isolate,
    /// Halt a business.
    #[choice(ja = "事業・サービスの停止", en = "Halt a business or service")]
    Halt,
    /// A vote in the risk committee.
    #[choice(ja = "リスク委員会での一票", en = "One vote in the risk committee")]
    Vote,
    /// Raise to the next level.
    #[choice(ja = "上位への報告・昇格", en = "Raise to the next level")]
    Escalate,
    /// Tell outside parties.
    #[choice(ja = "社外への通知・公表", en = "Tell outside parties")]
    Disclose,
    /// Command the whole response.
    #[choice(ja = "緊急時の全体指揮", en = "Command the whole response")]
    Command,
    /// Resume.
    #[choice(ja = "再開の承認", en = "Approve the restart")]
    Resume,
}

/// In which situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Situation {
    /// Quiet times.
    #[choice(ja = "平常時", en = "Quiet times")]
    Quiet,
    /// Emergency.
    #[choice(ja = "緊急時", en = "Emergency")]
    Emergency,
    /// Out of hours.
    #[choice(ja = "夜間・休日", en = "Out of hours")]
    OffHours,
}

/// One line of the authority table.
#[derive(Debug, Clone, Register)]
#[register(
    id = "authority",
    wing = Govern,
    menu = 5,
    ja = "判断の権限と基準",
    en = "Authority and criteria",
    question_ja = "この判断は、だれが、何を基準にしますか",
    question_en = "Who takes this decision, and by which criteria?",
    about_ja = "遮断・停止・公表などを、だれがどの重大度で決めるかを前もって決めます。インシデント画面がこの表に従います。",
    about_en = "Settles beforehand who decides to cut, halt or disclose at which severity. The incident screen follows this table.",
    purpose_ja = "緊急時に迷わず、権限のある人が判断するために使います。",
    purpose_en = "So that whoever has authority decides without delay.",
    sort = "power",
    meets = ["TK-15", "TK-16", "IPA-31", "JP-19"]
)]
pub struct Authority {
    /// What is decided.
    #[field(ja = "判断", en = "Decision", list)]
    pub power: Power,
    /// In words.
    #[field(ja = "内容", en = "In words", title, list, search)]
    pub name: String,
    /// Situation.
    #[field(ja = "場面", en = "Situation", list)]
    pub situation: Situation,
    /// From which severity.
    #[field(ja = "重大度", en = "From severity", list)]
    pub severity: Option<crate::respond::incident::Grade>,
    /// Who decides.
    #[field(ja = "決める役割", en = "Decided by", list)]
    pub decider: Option<Ref<Role>>,
    /// Who stands in.
    #[field(ja = "代わりに決める役割", en = "Stands in")]
    pub stand_in: Option<Ref<Role>>,
    /// Criteria.
    #[field(
        ja = "判断基準",
        en = "Criteria",
        search,
        help_ja = "自分で判断してよい条件と、上に上げる条件を書きます。",
        help_en = "When to judge by oneself, and when to raise it."
    )]
    pub criteria: Option<Long>,
    /// How it is carried out.
    #[field(
        ja = "実施のしかた",
        en = "How it is carried out",
        help_ja = "だれが、どこから、何を操作して行うかを書きます。夜間・休日の行では必須です。",
        help_en = "Who does it, from where, by which steps. Needed on lines for out of hours."
    )]
    pub carried_out: Option<Long>,
    /// Approved on.
    #[field(ja = "承認日", en = "Approved on")]
    pub approved_on: Option<Date>,
    /// Tried on.
    #[field(ja = "想定事例で試した日", en = "Tried against a scenario on")]
    pub tried_on: Option<Date>,
}

/// What containment may take.
pub const CONTAINMENT: [Power; 2] = [Power::Isolate, Power::Halt];

/// Who takes the last decision on containment, and who stands in (JP-38).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalDecider {
    /// The line of the authority table.
    pub line: RecordId,
    /// The role that decides.
    pub role: RecordId,
    /// Whoever acts in it now.
    pub person: Option<RecordId>,
    /// Those who stand in, in order: deputies of the role, then the role that stands in.
    pub deputies: Vec<RecordId>,
}

/// Everyone who may take a decision of a line of the authority table now: whoever acts in the
/// deciding role, then its deputies, then the role that stands in.
pub fn deciders<'a>(
    line: &Record,
    role_of: impl Fn(&str) -> Option<&'a Record>,
    now: Time,
) -> Vec<RecordId> {
    let mut order: Vec<RecordId> = Vec::new();
    for id in ["decider", "stand_in"].iter().flat_map(|f| line.ids(f)) {
        let people = role_of(id).map(|r| super::role::calling_order(r, now)).unwrap_or_default();
        order.extend(people.into_iter().filter(|p| !order.contains(p)).collect::<Vec<_>>());
    }
    order
}

/// The final decider for a power in a situation: the line of that situation, out of hours else that
/// of the emergency. `None` where nothing has been settled.
pub fn final_decider(
    lines: &[&Record],
    roles: &[&Record],
    power: Power,
    situation: Situation,
    now: Time,
) -> Option<FinalDecider> {
    let order: &[Situation] = match situation {
        Situation::OffHours => &[Situation::OffHours, Situation::Emergency],
        Situation::Emergency => &[Situation::Emergency],
        Situation::Quiet => &[Situation::Quiet],
    };
    let living = |id: &str| roles.iter().copied().find(|r| r.id.as_str() == id && !r.ended());
    let role_of = |line: &Record| line.ids("decider").first().copied().and_then(living);
    let found = order.iter().find_map(|s| {
        lines.iter().copied().find(|l| {
            !l.ended()
                && l.text("power") == power.id()
                && l.text("situation") == s.id()
                && role_of(l).is_some()
        })
    })?;
    let role = role_of(found)?;
    let person = super::role::acting_person(role, now);
    let deputies =
        deciders(found, living, now).into_iter().filter(|p| Some(p) != person.as_ref()).collect();
    Some(FinalDecider { line: found.id.clone(), role: role.id.clone(), person, deputies })
}

/// For containment somebody has the last word, and somebody stands in (JP-38); out of hours too,
/// with the way of carrying it out (JP-39).
fn containment(c: &RuleCtx<'_>, situation: Situation) -> Verdict {
    let lines: Vec<&Record> =
        c.all("authority").filter(|l| l.text("situation") == situation.id()).collect();
    let roles: Vec<&Record> = c.all("role").collect();
    CONTAINMENT.into_iter().fold(Verdict::ok(), |v, power| {
        let label = power.label();
        let Some(decider) = final_decider(&lines, &roles, power, situation, c.now) else {
            return v.and(
                "",
                format!("「{}」を決める役割が決まっていません。", label.ja),
                format!("No role decides \"{}\".", label.en),
            );
        };
        let mut v = v;
        if decider.person.is_none() {
            v = v.and(
                "",
                format!("「{}」を決める役割に担当がいません。", label.ja),
                format!("Nobody holds the role that decides \"{}\".", label.en),
            );
        }
        if decider.deputies.is_empty() {
            v = v.and(
                "",
                format!("「{}」を決める人の代行者がいません。", label.ja),
                format!("Nobody stands in for whoever decides \"{}\".", label.en),
            );
        }
        let line = lines.iter().find(|l| l.id == decider.line);
        let settled = line
            .is_some_and(|l| l.body.contains_key("criteria") && l.body.contains_key("carried_out"));
        if situation == Situation::OffHours && !settled {
            v = v.and(
                "",
                format!("夜間・休日の「{}」の基準か実施のしかたがありません。", label.ja),
                format!(
                    "Criteria or way of carrying out \"{}\" out of hours are missing.",
                    label.en
                ),
            );
        }
        v
    })
}

/// Rules of the authority table.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "authority.containment",
        register: "organisation",
        label: Text::new(
            "封じ込めを最後に決める人と代行者が決まっている",
            "Who has the last word on containment is settled, with a deputy",
        ),
        why: Text::new(
            "遮断や停止をだれも決められない間に、被害が広がるためです。",
            "Damage spreads while nobody can decide to cut or halt.",
        ),
        mend: Text::new(
            "権限の台帳で、緊急時の「遮断・隔離」と「停止」に決める役割を入れ、その役割に担当と代行者を置いてください。",
            "Give the deciding role for isolating and halting in an emergency, with holder and deputy.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("authority"), Input::All("role")],
        tells: &[],
        check: |c| containment(c, Situation::Emergency),
        meets: &["JP-38"],
    },
    RuleDef {
        id: "authority.off_hours",
        register: "organisation",
        label: Text::new(
            "夜間・休日にだれが決め、どう行うかが決まっている",
            "Who decides out of hours, and how it is carried out, is settled",
        ),
        why: Text::new(
            "攻撃は、決める人のいない時間を選んで来るためです。",
            "Attacks come at the hours at which nobody is there to decide.",
        ),
        mend: Text::new(
            "権限の台帳に、場面が「夜間・休日」の行を足し、決める役割・基準・実施のしかたを入れてください。",
            "Add lines for out of hours with deciding role, criteria and the way of carrying it out.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("authority"), Input::All("role")],
        tells: &[],
        check: |c| containment(c, Situation::OffHours),
        meets: &["JP-39"],
    },
    RuleDef {
        id: "authority.decider",
        register: "authority",
        label: Text::new("決める人と基準がある", "Decider and criteria are set"),
        why: Text::new(
            "緊急時に、だれが何を基準に決めるかで止まらないためです。",
            "So that an emergency does not stall on who decides.",
        ),
        mend: Text::new(
            "決める役割と判断基準を入れてください。",
            "Give the role that decides, and the criteria.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                !c.me.body.contains_key("decider") || !c.me.body.contains_key("criteria"),
                "decider",
                Text::new(
                    "決める役割か判断基準がありません。",
                    "The deciding role or the criteria are missing.",
                ),
            )
        },
        meets: &["TK-16", "JP-19"],
    },
    RuleDef {
        id: "authority.approved",
        register: "authority",
        label: Text::new(
            "権限は事前に承認され、事例で試されている",
            "Authority is approved and tried beforehand",
        ),
        why: Text::new(
            "使う前に承認し、公表された事例で試しておくと、本番で権限が疑われません。",
            "Approved and tried beforehand, authority is not questioned when it counts.",
        ),
        mend: Text::new(
            "承認日と、想定事例で試した日を入れてください。",
            "Give the day of approval and of the try-out.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let mut v = Verdict::ok();
            if !c.me.body.contains_key("approved_on") {
                v = v.and("approved_on", "まだ承認されていません。", "Not approved yet.");
            }
            if !c.me.body.contains_key("tried_on") {
                v = v.and(
                    "tried_on",
                    "想定事例でまだ試していません。",
                    "Not tried against a scenario yet.",
                );
            }
            v
        },
        meets: &["IPA-31"],
    },
];
