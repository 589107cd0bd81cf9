//! Criteria for stopping a service (サービス停止基準), fixed before anything happens (IPA-139).

use crate::govern::authority::Authority;
use crate::govern::person::Person;
use crate::govern::role::RoleKind;
use crate::identify::system::System;
use crate::*;

/// In which case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum StopCase {
    /// Malware is suspected and must be looked for.
    #[choice(
        ja = "マルウェアの疑いがあり、調べる必要がある",
        en = "Suspected malware, to be looked for"
    )]
    Malware,
    /// A vulnerable system must be repaired or set up anew.
    #[choice(
        ja = "脆弱性のあるシステムを直す・設定を変える必要がある",
        en = "A vulnerable system needs repair or other settings"
    )]
    Vulnerable,
    /// It speaks to the outside as it must not.
    #[choice(
        ja = "社外へ不正な通信をしている",
        en = "Illicit outside communication",
        tone = "danger"
    )]
    IllicitTraffic,
    /// Files go on being changed or deleted.
    #[choice(
        ja = "ファイルの改ざん・消去が止まらない",
        en = "Files are changed or deleted without end",
        tone = "danger"
    )]
    FilesChanging,
}

/// Criteria for one case.
#[derive(Debug, Clone, Register)]
#[register(
    id = "stop_criterion",
    wing = Prepare,
    menu = 7,
    ja = "サービス停止基準",
    en = "Service-stop criterion",
    question_ja = "どうなったら、だれの判断でサービスを止めますか",
    question_en = "At what point is a service stopped, and by whose decision?",
    about_ja = "四つの場合ごとに、止める基準・決める人・業務とお客さまへの影響を前もって決めます。",
    about_en = "For each of four cases: criterion, decider, and effect on work and customers, fixed beforehand.",
    purpose_ja = "止めるかどうかで迷う時間を減らすために使います。",
    purpose_en = "So that no time is lost on whether to stop.",
    sort = "case",
    meets = ["IPA-139"]
)]
pub struct StopCriterion {
    /// Case.
    #[field(ja = "場合", en = "Case", list)]
    pub case: StopCase,
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Services concerned; empty is all.
    #[field(ja = "対象のサービス", en = "Services")]
    pub systems: Vec<Ref<System>>,
    /// When to stop.
    #[field(ja = "止める基準", en = "Criterion", search)]
    pub criterion: Long,
    /// The line of the authority table that names who decides.
    #[field(ja = "判断の権限（決める人）", en = "Authority (decider)", list)]
    pub authority: Option<Ref<Authority>>,
    /// Business heads who decide together with an executive.
    #[field(ja = "一緒に決める事業責任者", en = "Business heads who decide with them")]
    pub heads: Vec<Ref<Person>>,
    /// Effect on work.
    #[field(ja = "業務への影響", en = "Effect on work")]
    pub effect_work: Option<Long>,
    /// Effect on customers.
    #[field(ja = "お客さまへの影響", en = "Effect on customers")]
    pub effect_customers: Option<Long>,
    /// What is done about data that may have left before the stop.
    #[field(
        ja = "データが既に出ている場合の備え",
        en = "In case data has left already",
        help_ja = "止めても、その前に持ち出されたデータは戻りません。確かめ方と知らせる相手を書きます。",
        help_en = "A stop does not bring back what left before. How to find out, and whom to tell."
    )]
    pub leaked: Option<Long>,
    /// Fixed on.
    #[field(ja = "決めた日", en = "Fixed on", list)]
    pub fixed_on: Option<Date>,
}

/// The caution that stands with every stop.
pub const CAUTION: Text = Text::new(
    "止める前に、データが既に社外へ出ている可能性があります。止めたことを、漏れていない理由にしないでください。",
    "Data may have left before the stop. Having stopped is no proof that nothing leaked.",
);

/// Who may decide: an executive together with a business head, or the CISO with delegated power,
/// which is a line of the authority table that was approved.
fn decider(c: &RuleCtx<'_>) -> Option<(&'static str, &'static str)> {
    let line = c.me.ids("authority").first().and_then(|id| c.snap.get("authority", id));
    let Some(line) = line.filter(|l| !l.ended()) else {
        return Some(("決める人がありません。", "No decider is named."));
    };
    let role = line.ids("decider").first().and_then(|id| c.snap.get("role", id));
    match role.and_then(|r| RoleKind::from_id(r.text("kind"))) {
        Some(RoleKind::Executive) if c.me.body.contains_key("heads") => None,
        Some(RoleKind::Executive) => Some((
            "経営者と一緒に決める事業責任者がいません。",
            "No business head decides together with the executive.",
        )),
        Some(RoleKind::Ciso) if line.body.contains_key("approved_on") => None,
        Some(RoleKind::Ciso) => Some((
            "CISOへの委任が承認されていません。",
            "The power delegated to the CISO has not been approved.",
        )),
        _ => Some((
            "決める人が、経営者でもCISOでもありません。",
            "The decider is neither an executive nor the CISO.",
        )),
    }
}

/// Rules of criteria.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "stop_criterion.whole",
        register: "stop_criterion",
        label: Text::new(
            "決める人・影響・持ち出しへの備えがそろっている",
            "Decider, effect and the case of data that has left are settled",
        ),
        why: Text::new(
            "基準だけでは、だれも止められません。",
            "Nobody stops anything by a criterion alone.",
        ),
        mend: Text::new(
            "権限の行、業務とお客さまへの影響、データが既に出ている場合の備えを入れてください。",
            "Give the line of authority, the effect on work and customers, and what is done if data has left.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("authority"), Input::All("role")],
        tells: &[],
        check: |c| {
            let v = decider(c)
                .map_or_else(Verdict::ok, |(ja, en)| Verdict::finding("authority", ja, en));
            [
                ("effect_work", "業務への影響がありません。", "The effect on work is missing."),
                (
                    "effect_customers",
                    "お客さまへの影響がありません。",
                    "The effect on customers is missing.",
                ),
                (
                    "leaked",
                    "データが既に出ている場合の備えがありません。",
                    "What is done if data has left already is missing.",
                ),
            ]
            .iter()
            .filter(|(f, _, _)| !c.me.body.contains_key(*f))
            .fold(v, |v, (f, ja, en)| v.and(f, *ja, *en))
        },
        meets: &["IPA-139"],
    },
    RuleDef {
        id: "organisation.stop_criteria",
        register: "organisation",
        label: Text::new(
            "四つの場合に停止基準がある",
            "There is a criterion for each of four cases",
        ),
        why: Text::new(
            "起きてから基準を考えると、止める判断が遅れます。",
            "Thinking of criteria when it happens delays the stop.",
        ),
        mend: Text::new(
            "足りない場合のサービス停止基準を登録してください。",
            "Register the criteria that are missing.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("stop_criterion")],
        tells: &[],
        check: |c| {
            StopCase::DEF
                .options
                .iter()
                .filter(|o| !c.all("stop_criterion").any(|r| r.text("case") == o.id))
                .fold(Verdict::ok(), |v, o| {
                    v.and(
                        "",
                        format!("「{}」の停止基準がありません。", o.label.ja),
                        format!("No criterion for: {}.", o.label.en),
                    )
                })
        },
        meets: &["IPA-139"],
    },
];
