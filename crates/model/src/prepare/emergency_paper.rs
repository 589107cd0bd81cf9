//! Emergency papers (緊急時の文書): author, approver, review of each (IPA-146).

use crate::govern::person::Person;
use crate::*;

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PaperKind {
    /// Emergency contacts.
    #[choice(ja = "緊急連絡先", en = "Emergency contacts")]
    Contacts,
    /// Response manual.
    #[choice(ja = "初動対応マニュアル", en = "First-response manual")]
    Manual,
    /// Papers of the team.
    #[choice(ja = "体制の文書", en = "Papers of the team")]
    Team,
    /// Notification list.
    #[choice(ja = "通知先リスト", en = "Notification list")]
    NotificationList,
    /// Forms.
    #[choice(ja = "通知用フォーマット", en = "Notification form")]
    Form,
    /// Report routes.
    #[choice(ja = "経営層への報告経路", en = "Report routes to executives")]
    ReportRoutes,
    /// Who tells whom, when, how, with whose approval.
    #[choice(ja = "連絡の取り決め", en = "Protocol of who tells whom")]
    Protocol,
    /// When and how JPCERT/CC and police are told.
    #[choice(ja = "外部への報告の社内指針", en = "Guideline on reports to JPCERT/CC and police")]
    OutsideGuideline,
}

/// One paper.
#[derive(Debug, Clone, Register)]
#[register(
    id = "emergency_paper",
    wing = Prepare,
    menu = 22,
    ja = "緊急時の文書",
    en = "Emergency paper",
    question_ja = "緊急時の文書は、だれが承認し、いつ見直しましたか",
    question_en = "Who approved the emergency papers, and when were they reviewed?",
    about_ja = "緊急連絡先、マニュアル、通知先リスト、様式などの作成者・承認者・見直しを残します。見直しが遅れると不備になります。",
    about_en = "Author, approver and reviews of contacts, manual, lists and forms. An overdue review is a finding.",
    purpose_ja = "文書が承認され、古くなっていないことを示すために残します。",
    purpose_en = "Shows that the papers are approved and up to date.",
    sort = "title",
    meets = ["IPA-146"]
)]
pub struct EmergencyPaper {
    /// Title.
    #[field(ja = "文書", en = "Paper", title, list, search)]
    pub title: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: PaperKind,
    /// Where it is.
    #[field(ja = "ある場所", en = "Where it is")]
    pub place: Option<String>,
    /// What it lays down.
    #[field(ja = "定めていること", en = "What it lays down", search)]
    pub content: Option<Long>,
    /// Author.
    #[field(ja = "作成者", en = "Author", list)]
    pub author: Option<Ref<Person>>,
    /// Approver.
    #[field(ja = "承認者（緊急時の責任者）", en = "Approved by (emergency head)", list)]
    pub approver: Option<Ref<Person>>,
    /// CISO, where needed.
    #[field(ja = "CISOの承認", en = "Approved by CISO")]
    pub ciso: Option<Ref<Person>>,
    /// Approved on.
    #[field(ja = "承認日", en = "Approved on", list)]
    pub approved_on: Option<Date>,
    /// Review period in days.
    #[field(ja = "見直しの間隔（日）", en = "Review every (days)")]
    pub review_days: Option<i64>,
    /// Last review.
    #[field(ja = "最後に見直した日", en = "Last reviewed on", list)]
    pub reviewed_on: Option<Date>,
    /// Its result.
    #[field(ja = "見直しの結果", en = "Result of the review")]
    pub review_result: Option<String>,
}

/// Rules of emergency papers.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "emergency_paper.reviewed",
    register: "emergency_paper",
    label: Text::new("承認され、期限どおり見直されている", "Approved, and reviewed in time"),
    why: Text::new(
        "承認の無い文書や古い文書は、緊急時に使ってよいか迷います。",
        "Nobody dares rely on a paper that is not approved or is old.",
    ),
    mend: Text::new(
        "作成者・承認者・承認日・見直しの間隔を入れ、見直した日と結果を残してください。",
        "Give author, approver, day of approval and review interval, and record the review.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &["security_manager"],
    check: reviewed,
    meets: &["IPA-146"],
}];

fn reviewed(c: &RuleCtx<'_>) -> Verdict {
    let mut verdict = Verdict::ok();
    for f in ["author", "approver", "approved_on", "review_days"] {
        if !c.me.body.contains_key(f) {
            let (ja, en) = c.me.def.field(f).map_or((f, f), |d| (d.label.ja, d.label.en));
            verdict =
                verdict.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."));
        }
    }
    let last = [c.me.text("reviewed_on"), c.me.text("approved_on")]
        .into_iter()
        .find(|d| !d.is_empty())
        .and_then(|d| Time::parse(&format!("{d}T00:00"), c.zone));
    let (Some(last), Some(days)) = (last, c.me.int("review_days")) else { return verdict };
    let due = last.plus(days * DAY);
    if c.now < due {
        return verdict.check_at(due);
    }
    let over = c.now.since(due) / DAY;
    verdict.and(
        "reviewed_on",
        format!("見直しの期限を{over}日過ぎています。"),
        format!("The review is {over} days overdue."),
    )
}
