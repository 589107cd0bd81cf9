//! Meetings and forums of the sector (業界の会合): participants, agenda, technical and strategic
//! decisions, conflicts raised (G7-93, 94, 98).

use super::framework::PhaseKind;
use super::framework_flow::cell;
use super::parts::OF_CASE;
use super::reconnection::Reconnection;
use super::sector_group::SectorGroup;
use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// What kind of meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MeetingKind {
    /// Of the response group.
    #[choice(ja = "業界の対応グループの会合", en = "Meeting of the response group")]
    Group,
    /// A forum in which information is shared.
    #[choice(ja = "情報共有のフォーラム", en = "Information-sharing forum")]
    Forum,
    /// Between the technical and the operational side.
    #[choice(ja = "技術と業務の連携の会議", en = "Technical and operational side together")]
    Liaison,
}

/// Technical or strategic (G7-93).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ResolutionKind {
    /// Technical.
    #[choice(ja = "技術", en = "Technical")]
    Technical,
    /// Strategic, the business included.
    #[choice(ja = "戦略・業務", en = "Strategic, business included")]
    Strategic,
}

/// Where a meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MeetingState {
    /// Set up.
    #[choice(ja = "予定", en = "Set up", tone = "caution")]
    Planned,
    /// Held.
    #[choice(ja = "開催済み", en = "Held", tone = "good")]
    Held,
    /// Called off.
    #[choice(ja = "中止", en = "Called off")]
    CalledOff,
}

/// A decision: the shared list of both sides is made of these.
#[derive(Debug, Clone, Rows)]
pub struct Resolution {
    /// Kind.
    #[field(ja = "種類", en = "Kind")]
    pub kind: ResolutionKind,
    /// What.
    #[field(ja = "決めたこと", en = "Decision", max = 400)]
    pub text: String,
    /// Who sees to it.
    #[field(ja = "担う人・組織", en = "Seen to by", max = 120)]
    pub by: Option<String>,
    /// Due on.
    #[field(ja = "期限", en = "Due on")]
    pub due_on: Option<Date>,
    /// Done on.
    #[field(ja = "済んだ日", en = "Done on")]
    pub done_on: Option<Date>,
}

/// Where technical and operational response pull apart (G7-94).
#[derive(Debug, Clone, Rows)]
pub struct Conflict {
    /// What the technical side needs.
    #[field(ja = "技術側の求め", en = "What the technical side needs", max = 300)]
    pub technical: String,
    /// What the operational side needs.
    #[field(ja = "業務・戦略側の求め", en = "What the operational side needs", max = 300)]
    pub operational: String,
    /// To whom it was raised.
    #[field(ja = "判断を上げた人", en = "Raised to")]
    pub raised_to: Ref<Person>,
    /// How it was settled.
    #[field(ja = "結論", en = "How it was settled", max = 300)]
    pub settled: Option<String>,
}

/// A meeting.
#[derive(Debug, Clone, Register)]
#[register(
    id = "sector_meeting",
    wing = Reconnect,
    menu = 35,
    ja = "業界の会合",
    en = "Sector meeting",
    question_ja = "業界の会合で、だれと、何を決めましたか",
    question_en = "What was decided with whom in meetings of the sector?",
    about_ja = "業務の再開などを話し合う会合とフォーラムを、参加者・議題・技術と戦略の決定とともに残します。再接続の前に開き始め、後も続けます。",
    about_en = "Meetings and forums on restarting business and the like: participants, agenda, technical and strategic decisions. Begun before reconnection, and gone on with after it.",
    purpose_ja = "技術と業務の判断を一つの一覧で持ち、食い違いを早く上げるために使います。",
    purpose_en = "One list of decisions for the technical and the operational side, and conflicts raised early.",
    sort = "planned_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-93", "G7-94", "G7-98"]
)]
pub struct SectorMeeting {
    /// Title.
    #[field(ja = "会合の名称", en = "Name", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: MeetingKind,
    /// Group.
    #[field(ja = "業界の対応グループ", en = "Group")]
    pub group: Option<Ref<SectorGroup>>,
    /// Whether it is about restarting business.
    #[field(ja = "業務の再開を話し合う", en = "About the restart of business", list)]
    pub restart: bool,
    /// When.
    #[field(ja = "日時", en = "When", list)]
    pub planned_at: Time,
    /// Agenda.
    #[field(ja = "議題", en = "Agenda")]
    pub agenda: Vec<String>,
    /// Participants.
    #[field(ja = "参加者（組織・役職）", en = "Participants (organisation, post)")]
    pub participants: Vec<String>,
    /// Decisions.
    #[field(ja = "決定", en = "Decisions")]
    pub decisions: Table<Resolution>,
    /// Conflicts raised.
    #[field(ja = "技術と業務の食い違い", en = "Conflicts raised")]
    pub conflicts: Table<Conflict>,
    /// What concerns the whole sector.
    #[field(ja = "業界全体に関わること", en = "What concerns the whole sector", max = 2000)]
    pub sector_wide: Option<Long>,
    /// Lessons shared there.
    #[field(ja = "共有した教訓", en = "Lessons shared", max = 2000)]
    pub lessons: Option<Long>,
    /// Held at.
    #[field(ja = "開いた日時", en = "Held at", system)]
    pub held_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<MeetingState>,
}

const RECORDED: Gate = Gate {
    id: "recorded",
    label: Text::new("参加者と議題が記録されている", "Participants and agenda are on record"),
    mend: Text::new("参加者と議題を入れてください。", "Give participants and agenda."),
    inputs: &[],
    holds: |c| !c.me.ids("participants").is_empty() && !c.me.ids("agenda").is_empty(),
    meets: &["G7-93"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "hold",
            label: Text::new("開いたことを記録する", "Record that it was held"),
            from: &["planned"],
            to: "held",
            asks: &[
                ("participants", true),
                ("agenda", true),
                ("decisions", false),
                ("conflicts", false),
                ("sector_wide", false),
                ("lessons", false),
            ],
            stamps: &["held_at"],
            gates: &[RECORDED],
            meets: &["G7-93"],
            ..Transition::PLAIN
        },
        Transition {
            id: "call_off",
            label: Text::new("中止する", "Call off"),
            from: &["planned"],
            to: "called_off",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of meetings.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "sector_meeting.settled",
        register: "sector_meeting",
        label: Text::new(
            "食い違いに結論があり、決定が期限までに済んでいる",
            "Conflicts are settled, and decisions done in time",
        ),
        why: Text::new(
            "技術と業務が別々に動くと、切り離しの影響が長引きます。",
            "Where the two sides go apart, the cut lasts longer.",
        ),
        mend: Text::new(
            "判断する人に結論を出してもらい、済んだ決定には日付を入れてください。",
            "Have whoever it was raised to settle it, and date what is done.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &["coordinator"],
        check: settled,
        meets: &["G7-94"],
    },
    RuleDef {
        id: "reconnect_phase.restart_talks",
        register: "reconnect_phase",
        label: Text::new(
            "業務の再開の話し合いを、再接続の前に始め、後も続けている",
            "Talks on the restart of business begin before reconnection and go on after it",
        ),
        why: Text::new(
            "つながってから話し始めると、業務は戻りません。",
            "Business does not return when talks begin only once the link is back.",
        ),
        mend: Text::new(
            "業務の再開を話し合う会合を開くか、予定に入れてください。",
            "Hold a meeting on the restart, or set one up.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Beside("reconnection", "sector_meeting", "reconnection")],
        tells: &["coordinator"],
        check: restart_talks,
        meets: &["G7-93"],
    },
    RuleDef {
        id: "reconnection.liaison",
        register: "reconnection",
        label: Text::new(
            "全体が切り離されたとき、技術と業務をつなぐ担当が決まっている",
            "Where the whole is cut off, somebody links the technical and the operational side",
        ),
        why: Text::new(
            "大きな切り離しでは、技術の対応だけでは業務と市場を守れません。",
            "In a severe cut technical response alone does not carry business and market.",
        ),
        mend: Text::new(
            "案件に、技術側と業務側の連絡担当と、従う国・業界の決まりを入れてください。",
            "Name the liaison of both sides in the case, and the rules of country and sector that apply.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::In("link", "reconnection")],
        tells: &["coordinator"],
        check: liaison,
        meets: &["G7-94"],
    },
];

fn settled(c: &RuleCtx<'_>) -> Verdict {
    if c.me.text("state") == MeetingState::CalledOff.id() {
        return Verdict::ok();
    }
    let mut v = Verdict::ok();
    for row in c.me.rows("conflicts").filter(|r| cell(r, "settled").is_empty()) {
        let (ja, en) = (cell(row, "technical"), cell(row, "operational"));
        v = v.and(
            "conflicts",
            format!("「{ja}」と「{en}」の食い違いに、結論がありません。"),
            format!("\"{ja}\" against \"{en}\" is not settled."),
        );
    }
    for row in c.me.rows("decisions").filter(|r| !r.contains_key("done_on")) {
        match super::parts::days_until(cell(row, "due_on"), c.now, c.zone) {
            Some(d) if d >= 0 => v = v.check_at(c.now.plus((d + 1) * DAY)),
            Some(_) => {
                let text = cell(row, "text");
                v = v.and(
                    "decisions",
                    format!("「{text}」の期限が過ぎました。"),
                    format!("\"{text}\" is past its day."),
                );
            }
            None => {}
        }
    }
    v
}

fn restart_talks(c: &RuleCtx<'_>) -> Verdict {
    let of_whole =
        c.me.text("kind") == PhaseKind::Reconnection.id() && c.me.text("part").is_empty();
    if !of_whole || c.me.text("state") == "waiting" {
        return Verdict::ok();
    }
    let after = c.me.time("completed_at");
    let talks = c.beside("reconnection", SectorMeeting::ID, "reconnection").any(|m| {
        m.flag("restart")
            && m.text("state") != MeetingState::CalledOff.id()
            && after.is_none_or(|done| {
                m.time("held_at").or(m.time("planned_at")).is_some_and(|t| t > done)
            })
    });
    let (ja, en) = match after {
        None => (
            "再接続に達する前ですが、業務の再開を話し合う会合がありません。",
            "Reconnection is near, and no meeting on the restart of business is held or set up.",
        ),
        Some(_) => (
            "再接続の後に、業務の再開を話し合う会合がありません。",
            "No meeting on the restart of business follows reconnection.",
        ),
    };
    if talks { Verdict::ok() } else { Verdict::finding("state", ja, en) }
}

fn liaison(c: &RuleCtx<'_>) -> Verdict {
    let severe = c.me.text("state") == "open"
        && c.incoming("link", "reconnection")
            .any(|l| l.text("extent") == "whole" && super::link::away(l));
    if !severe {
        return Verdict::ok();
    }
    let fields = ["technical_liaison", "operational_liaison", "liaison_rules"];
    fields.into_iter().filter(|f| !c.me.body.contains_key(*f)).fold(Verdict::ok(), |v, f| {
        let (ja, en) = c.me.def.field(f).map_or((f, f), |d| (d.label.ja, d.label.en));
        v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
    })
}
