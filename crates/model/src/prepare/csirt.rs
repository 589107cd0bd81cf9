//! The CSIRT (CSIRT・対応チーム): standing, or formed when something happens (NI-160, NI-161).

use crate::govern::department::Department;
use crate::govern::person::{self, Person};
use crate::respond::incident::Incident;
use crate::respond::paging::{Cause, Paging, PagingState};
use crate::*;

/// How it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Form {
    /// Always there.
    #[choice(ja = "常設", en = "Standing")]
    Standing,
    /// Formed when an incident happens.
    #[choice(ja = "インシデントのときに集める", en = "Formed on an incident")]
    OnIncident,
}

/// Whether it has been called up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CsirtState {
    /// Ready.
    #[choice(ja = "待機", en = "Ready")]
    Ready,
    /// Called up.
    #[choice(ja = "招集中", en = "Called up", tone = "warning")]
    CalledUp,
}

/// The unit.
#[derive(Debug, Clone, Register)]
#[register(
    id = "csirt",
    wing = Prepare,
    menu = 5,
    ja = "CSIRT",
    en = "CSIRT",
    question_ja = "対応チームはだれで、どう集まりますか",
    question_en = "Who is the response unit, and how does it come together?",
    about_ja = "計画を実行する対応チームです。名前は何でもかまいません。常設でも、インシデントのときに集める形でも登録できます。",
    about_en = "The unit that carries out the plans, whatever it is called; standing, or formed when something happens.",
    purpose_ja = "だれが何の権限で動くかを、前もって決めておくために使います。",
    purpose_en = "Settles beforehand who acts with which authority.",
    sort = "name",
    flow = FLOW,
    meets = ["NI-160", "NI-161", "NI-274"]
)]
pub struct Csirt {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Standing or not.
    #[field(ja = "形", en = "Form", list)]
    pub form: Form,
    /// Mandate.
    #[field(ja = "任務", en = "Mandate", search)]
    pub mandate: Option<Long>,
    /// Person in charge of incident management.
    #[field(ja = "インシデント管理責任者", en = "In charge of incident management", list)]
    pub head: Option<Ref<Person>>,
    /// Members, in order of calling up.
    #[field(ja = "メンバー（招集する順）", en = "Members, in order of calling up")]
    pub members: Vec<Ref<Person>>,
    /// Deputies in order.
    #[field(ja = "代行者（順番どおり）", en = "Deputies, in order")]
    pub deputies: Vec<Ref<Person>>,
    /// Hours.
    #[field(ja = "活動する時間", en = "Hours", list)]
    pub hours: Option<String>,
    /// Contact.
    #[field(ja = "連絡先", en = "Contact")]
    pub contact: Option<String>,
    /// Authority.
    #[field(ja = "権限", en = "Authority")]
    pub authority: Option<Long>,
    /// Tools.
    #[field(ja = "道具・環境", en = "Tools")]
    pub tools: Option<Long>,
    /// Departments with which the work is divided.
    #[field(ja = "分担を合意する部門", en = "Departments to agree with")]
    pub departments: Vec<Ref<Department>>,
    /// Within how many minutes it is together.
    #[field(ja = "招集にかかる時間の目標（分）", en = "Call-up time (minutes)")]
    pub call_up_minutes: Option<i64>,
    /// Case it is called up for.
    #[field(ja = "招集したインシデント", en = "Called up for", system)]
    pub incident: Option<Ref<Incident>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<CsirtState>,
    /// Called up at.
    #[field(ja = "招集した日時", en = "Called up at", system)]
    pub called_up_at: Option<Time>,
}

const MEMBERS: Gate = Gate {
    id: "members",
    label: Text::new("招集するメンバーがいる", "There are members to call up"),
    mend: Text::new("メンバーを順番に入れてください。", "Name the members in order."),
    inputs: &[],
    holds: |c| !c.me.ids("members").is_empty(),
    meets: &[],
};

/// One call a member, so that everybody is woken at the same time; each deputy stands in.
fn call_each(c: &RuleCtx<'_>, cause: Cause) -> Vec<NewRecord> {
    let deputies = c.me.ids("deputies");
    c.me.ids("members")
        .into_iter()
        .map(|member| {
            let order: Vec<&str> = std::iter::once(member)
                .chain(deputies.iter().copied().filter(|d| *d != member))
                .collect();
            let mut body = Body::new();
            body.insert("cause".into(), cause.id().into());
            let title = format!("{}: {}", cause.label().ja, c.me.text("name"));
            body.insert("title".into(), title.chars().take(200).collect::<String>().into());
            body.insert("csirt".into(), c.me.id.as_str().into());
            if let (Cause::CallUp, Some(case)) = (cause, c.me.body.get("incident")) {
                body.insert("incident".into(), case.clone());
            }
            body.insert("order".into(), order.into());
            body.insert("started_at".into(), c.now.millis().into());
            body.insert("state".into(), PagingState::Calling.id().into());
            let me = crate::core::decide::unsaved(Paging::DEF, &body, c.now);
            let turn = crate::respond::paging_flow::turn(&me, c.settings, c.now);
            body.extend(turn.into_iter().filter(|(_, v)| !v.is_null()));
            NewRecord { register: Paging::ID, body, link_back: None }
        })
        .collect()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "ready",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "call_up",
            label: Text::new("招集する", "Call up"),
            from: &["ready"],
            to: "called_up",
            asks: &[("incident", true)],
            fill: Some(|c| {
                [("called_up_at".to_owned(), c.now.millis().into())].into_iter().collect()
            }),
            gates: &[MEMBERS],
            follows: &[Follow {
                label: Text::new("メンバー全員を呼び出す", "Calls every member"),
                inputs: &[],
                open: |c| call_each(c, Cause::CallUp),
                meets: &["NI-161"],
            }],
            meets: &["NI-161"],
            ..Transition::PLAIN
        },
        Transition {
            id: "test_call_up",
            label: Text::new("招集を試す", "Try the call-up"),
            from: &["ready"],
            to: "ready",
            gates: &[MEMBERS],
            follows: &[Follow {
                label: Text::new("メンバー全員を試しに呼び出す", "Calls every member as a test"),
                inputs: &[],
                open: |c| call_each(c, Cause::CallUpTest),
                meets: &["NI-161"],
            }],
            meets: &["NI-161"],
            ..Transition::PLAIN
        },
        Transition {
            id: "stand_down",
            label: Text::new("解散する", "Stand down"),
            from: &["called_up"],
            to: "ready",
            fill: Some(|_| {
                ["incident", "called_up_at"]
                    .into_iter()
                    .map(|f| (f.to_owned(), Value::Null))
                    .collect()
            }),
            ..Transition::PLAIN
        },
    ],
};

/// The minutes until everybody had answered the newest test, and when that test was. `Err` with the
/// number of those who did not answer.
pub fn newest_test<'a>(
    calls: impl Iterator<Item = &'a Record>,
) -> Option<(Time, Result<i64, usize>)> {
    let tests: Vec<&Record> = calls.filter(|p| p.text("cause") == Cause::CallUpTest.id()).collect();
    let at = tests.iter().filter_map(|p| p.time("started_at")).max()?;
    let batch = tests.iter().filter(|p| p.time("started_at") == Some(at));
    let mut slowest = 0;
    let mut silent = 0;
    for p in batch {
        match p.time("answered_at").filter(|_| p.text("state") == PagingState::Answered.id()) {
            Some(answered) => slowest = slowest.max((answered.since(at) + MINUTE - 1) / MINUTE),
            None => silent += 1,
        }
    }
    Some((at, if silent == 0 { Ok(slowest) } else { Err(silent) }))
}

fn call_up_tested(c: &RuleCtx<'_>) -> Verdict {
    if c.me.text("form") != Form::OnIncident.id() {
        return Verdict::ok();
    }
    let mut verdict = Verdict::ok();
    if c.me.ids("members").is_empty() {
        verdict = verdict.and(
            "members",
            "招集するメンバーの一覧がありません。",
            "There is no list of whom to call up.",
        );
    }
    let Some(goal) = c.me.int("call_up_minutes") else {
        return verdict.and(
            "call_up_minutes",
            "招集にかかる時間の目標がありません。",
            "The call-up time has not been settled.",
        );
    };
    let days = c.settings.int("paging.test_days");
    match newest_test(c.incoming("paging", "csirt")) {
        None => verdict.and(
            "call_up_minutes",
            "招集をまだ試していません。",
            "The call-up has never been tried.",
        ),
        Some((at, _)) if c.now >= at.plus(days * DAY) => verdict.and(
            "call_up_minutes",
            format!("招集を試してから{days}日を過ぎています。"),
            format!("The call-up was tried more than {days} days ago."),
        ),
        Some((at, Err(silent))) => verdict
            .and(
                "call_up_minutes",
                format!("最後に試したとき、{silent}人の応答がありません。"),
                format!("{silent} member(s) did not answer the last test."),
            )
            .check_at(at.plus(days * DAY)),
        Some((at, Ok(took))) if took > goal => verdict
            .and(
                "call_up_minutes",
                format!("最後に試したとき{took}分かかりました（目標{goal}分）。"),
                format!("The last test took {took} minutes; the goal is {goal}."),
            )
            .check_at(at.plus(days * DAY)),
        Some((at, Ok(_))) => verdict.check_at(at.plus(days * DAY)),
    }
}

/// The fields that NI-160 asks for.
const WHOLE: [&str; 7] =
    ["mandate", "members", "deputies", "hours", "contact", "authority", "tools"];

fn whole(c: &RuleCtx<'_>) -> Verdict {
    WHOLE.iter().filter(|f| !c.me.body.contains_key(**f)).fold(Verdict::ok(), |v, f| {
        let (ja, en) = c.me.def.field(f).map_or((*f, *f), |d| (d.label.ja, d.label.en));
        v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
    })
}

/// Rules of the CSIRT.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "csirt.there",
        register: "organisation",
        label: Text::new("CSIRTか、同じ働きをするチームがある", "There is a CSIRT or its equal"),
        why: Text::new(
            "計画を実行するチームが無いと、計画は動きません。",
            "Plans do not move without a unit to carry them out.",
        ),
        mend: Text::new(
            "CSIRTの台帳に登録してください。一人でもかまいません。",
            "Register it; one person will do.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("csirt")],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.all("csirt").next().is_none(),
                "",
                Text::new("CSIRTがまだ登録されていません。", "No CSIRT is on record yet."),
            )
        },
        meets: &["NI-160"],
    },
    RuleDef {
        id: "csirt.whole",
        register: "csirt",
        label: Text::new(
            "任務・人・時間・連絡先・権限・道具がそろっている",
            "Mandate, people, hours, contact, authority and tools are complete",
        ),
        why: Text::new(
            "権限や道具の無いチームは、いざというときに動けません。",
            "A unit without authority or tools cannot act when it counts.",
        ),
        mend: Text::new("足りない項目を入れてください。", "Fill in what is missing."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: whole,
        meets: &["NI-160"],
    },
    RuleDef {
        id: "csirt.head",
        register: "csirt",
        label: Text::new(
            "インシデント管理責任者が決まり、連絡がつく",
            "Whoever is in charge of incident management is named and reachable",
        ),
        why: Text::new(
            "責任者に連絡がつかないと、管理が始まりません。",
            "Nothing is managed while the person in charge cannot be reached.",
        ),
        mend: Text::new(
            "責任者を決め、電話を含む二つ以上の連絡手段と、確認した日を要員の台帳に入れてください。",
            "Name the person; give two means, one a telephone, and the day they were confirmed.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::Out("head")],
        tells: &[],
        check: |c| {
            let Some(head) = c.out("head") else {
                return Verdict::finding(
                    "head",
                    "インシデント管理責任者が決まっていません。",
                    "Nobody is in charge of incident management.",
                );
            };
            let phone = !crate::prepare::rota::person_phone(head, true).is_empty();
            Verdict::when(
                !phone || person::means(head) < 2 || !head.body.contains_key("confirmed_on"),
                "head",
                Text::new(
                    "インシデント管理責任者に連絡がつくことが確かめられていません。",
                    "It is not confirmed that the person in charge can be reached.",
                ),
            )
        },
        meets: &["NI-274"],
    },
    RuleDef {
        id: "csirt.call_up",
        register: "csirt",
        label: Text::new(
            "招集の一覧と時間があり、試されている",
            "Call-up list and time are kept and tried",
        ),
        why: Text::new(
            "そのとき集める形では、集まるまでの時間が被害を決めます。",
            "Where it is formed on the spot, the time until it stands decides the damage.",
        ),
        mend: Text::new(
            "メンバーと招集の時間を入れ、「招集を試す」で全員の応答を確かめてください。",
            "Give members and call-up time, and try the call-up until everybody has answered.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("paging", "csirt"), Input::All("setting")],
        tells: &[],
        check: call_up_tested,
        meets: &["NI-161"],
    },
];
