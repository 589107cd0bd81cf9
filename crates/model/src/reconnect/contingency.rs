//! How long both sides can go on without the link (緊急時の代替): G7-69, and the days left beside
//! the decision (G7-70).

use super::link::Link;
use super::parts::{OF_CASE, Side, days_until};
use super::reconnection::Reconnection;
use crate::respond::incident::Incident;
use crate::*;

/// Where an arrangement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ContingencyState {
    /// Ready.
    #[choice(ja = "用意してある", en = "Ready")]
    Ready,
    /// In use.
    #[choice(ja = "使用中", en = "In use", tone = "caution")]
    InUse,
    /// Ended.
    #[choice(ja = "終わった", en = "Ended")]
    Ended,
}

/// An arrangement that stands in for a link.
#[derive(Debug, Clone, Register)]
#[register(
    id = "contingency",
    wing = Reconnect,
    menu = 17,
    ja = "緊急時の代替",
    en = "Contingency arrangement",
    question_ja = "切れたままで、あと何日もちますか",
    question_en = "How many more days can we go on without the link?",
    about_ja = "接続の代わりに何を使い、必要な量のどこまでを、だれが、いくらで、いつまで続けられるかを、双方の分とも残します。",
    about_en = "What stands in for a link on each side: share of the need, people, cost, how long it holds and what ends it.",
    purpose_ja = "あと何日もつかを決定の横に示し、あせって確認を省くことを防ぎます。",
    purpose_en = "Shows the days left beside the decision, so that no check is skipped in haste.",
    sort = "holds_until",
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-69"]
)]
pub struct Contingency {
    /// What stands in.
    #[field(ja = "代わりの手段", en = "Workaround", title, list, search)]
    pub workaround: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Link.
    #[field(ja = "接続", en = "Link", list)]
    pub link: Ref<Link>,
    /// Whose.
    #[field(ja = "どちら側の手段か", en = "On which side", list)]
    pub side: Side,
    /// Share of the need that it covers, in percent.
    #[field(ja = "必要な量のうち賄える割合（%）", en = "Share of the need covered (%)", list)]
    pub capacity: i64,
    /// Cost a day.
    #[field(ja = "一日の費用", en = "Cost a day")]
    pub cost: Option<Yen>,
    /// People.
    #[field(ja = "要る人手", en = "People needed", max = 200)]
    pub people: String,
    /// Until when it holds.
    #[field(ja = "いつまでもつか", en = "Holds until", list)]
    pub holds_until: Date,
    /// What ends it.
    #[field(ja = "何が限界になるか", en = "What ends it", max = 500)]
    pub ends_by: String,
    /// Reviewed on.
    #[field(ja = "見直す日", en = "Review on", list)]
    pub review_on: Date,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ContingencyState>,
}

/// Whole days that an arrangement still holds; negative once it is over. `None` where it has ended.
pub fn days_left(contingency: &Record, now: Time, zone: &Zone) -> Option<i64> {
    if contingency.ended() || contingency.text("state") == ContingencyState::Ended.id() {
        return None;
    }
    days_until(contingency.text("holds_until"), now, zone)
}

/// The fewest days left among the arrangements of a link: the side that gives out first decides.
pub fn fewest_days<'a>(
    of_link: impl IntoIterator<Item = &'a Record>,
    now: Time,
    zone: &Zone,
) -> Option<i64> {
    of_link.into_iter().filter_map(|c| days_left(c, now, zone)).min()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "ready",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "begin",
            label: Text::new("使い始める", "Begin to use it"),
            from: &["ready"],
            to: "in_use",
            ..Transition::PLAIN
        },
        Transition {
            id: "finish",
            label: Text::new("終える", "End it"),
            from: &["ready", "in_use"],
            to: "ended",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// A week ahead it is time to do something about it.
const WARN_DAYS: i64 = 7;

/// Rules of arrangements.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "contingency.holds",
        register: "contingency",
        label: Text::new(
            "代わりの手段は、まだ一週間以上もつ",
            "The arrangement holds for a week yet",
        ),
        why: Text::new(
            "代わりが尽きると、確かめる前につなぎ直すしかなくなります。",
            "Once it gives out, one reconnects before all is checked.",
        ),
        mend: Text::new(
            "延ばす手立てを決めて日を改めるか、相手と予定を話し合ってください。",
            "Find a way to prolong it and give the new day, or talk to the other side.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &["coordinator"],
        check: |c| match days_left(c.me, c.now, c.zone) {
            Some(days) if days < WARN_DAYS => Verdict::finding(
                "holds_until",
                format!("あと{days}日です。"),
                format!("{days} days left."),
            ),
            Some(days) => Verdict::ok().check_at(c.now.plus((days - WARN_DAYS + 1) * DAY)),
            None => Verdict::ok(),
        },
        meets: &["G7-70"],
    },
    RuleDef {
        id: "contingency.review",
        register: "contingency",
        label: Text::new("代わりの手段を見直している", "The arrangement is reviewed"),
        why: Text::new("もつ日数は日々変わります。", "How long it holds changes from day to day."),
        mend: Text::new(
            "いまの割合と期限を確かめ、次に見直す日を入れてください。",
            "Confirm share and end, and give the next day of review.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| match days_until(c.me.text("review_on"), c.now, c.zone) {
            _ if c.me.text("state") == ContingencyState::Ended.id() => Verdict::ok(),
            Some(days) if days < 0 => Verdict::finding(
                "review_on",
                "見直す日を過ぎました。",
                "The day of review has passed.",
            ),
            Some(days) => Verdict::ok().check_at(c.now.plus((days + 1) * DAY)),
            None => Verdict::ok(),
        },
        meets: &["G7-69"],
    },
    RuleDef {
        id: "link.contingency",
        register: "link",
        label: Text::new(
            "切れている接続には、双方の代わりの手段が残っている",
            "For a cut link the arrangements of both sides are on record",
        ),
        why: Text::new(
            "片方だけ見ていると、もう片方が先に限界になります。",
            "Looking at one side only, the other gives out first.",
        ),
        mend: Text::new(
            "当社と相手組織の、代わりの手段をそれぞれ登録してください。",
            "Make a record of the arrangement of each side.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::In("contingency", "link")],
        tells: &[],
        check: |c| {
            if !super::link::away(c.me) {
                return Verdict::ok();
            }
            let has = |side: Side| {
                c.incoming("contingency", "link").any(|k| {
                    [side.id(), Side::Both.id()].contains(&k.text("side"))
                        && k.text("state") != ContingencyState::Ended.id()
                })
            };
            let mut verdict = Verdict::ok();
            for side in [Side::Us, Side::Them] {
                if !has(side) {
                    let label = side.label();
                    verdict = verdict.and(
                        "",
                        format!("代わりの手段の記録がありません: {}", label.ja),
                        format!("No arrangement on record: {}", label.en),
                    );
                }
            }
            verdict
        },
        meets: &["G7-69"],
    },
];
