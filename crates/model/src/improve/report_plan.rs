//! Plans of reports (報告の計画): for whom, what they need, what it costs, until when it is of use, on
//! which objective and decision it bears (NI-217 to NI-222).

use crate::govern::{person::Person, role::Role};
use crate::prepare::contact::Contact;
use crate::*;

/// For whom a report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Stakeholder {
    /// Management.
    #[choice(ja = "経営層", en = "Management")]
    Management,
    /// Departments.
    #[choice(ja = "部門", en = "Departments")]
    Departments,
    /// Employees.
    #[choice(ja = "従業員", en = "Employees")]
    Employees,
    /// Customers and partners.
    #[choice(ja = "顧客・取引先", en = "Customers and partners")]
    Customers,
    /// Authorities.
    #[choice(ja = "所管官庁・監督機関", en = "Authorities")]
    Authorities,
    /// The sector.
    #[choice(ja = "業界・専門機関", en = "Sector and expert bodies")]
    Sector,
    /// Owners.
    #[choice(ja = "株主・投資家", en = "Owners and investors")]
    Owners,
}

/// How deep it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Level {
    /// For everybody.
    #[choice(ja = "だれにでも分かる言葉", en = "Plain words")]
    Plain,
    /// In the words of management.
    #[choice(ja = "経営の言葉", en = "Words of management")]
    Management,
    /// For experts.
    #[choice(ja = "専門家向け", en = "For experts")]
    Expert,
}

/// In which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReportLanguage {
    /// Japanese.
    #[choice(ja = "日本語", en = "Japanese")]
    Ja,
    /// English.
    #[choice(ja = "英語", en = "English")]
    En,
    /// Both.
    #[choice(ja = "日本語と英語", en = "Japanese and English")]
    Both,
}

/// By which means it is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReportMethod {
    /// In a meeting.
    #[choice(ja = "会議で説明", en = "In a meeting")]
    Meeting,
    /// Mail.
    #[choice(ja = "メール", en = "Mail")]
    Mail,
    /// Paper.
    #[choice(ja = "紙", en = "Paper")]
    Paper,
    /// In this program.
    #[choice(ja = "この画面", en = "In this program")]
    Screen,
}

/// What the record can answer a need with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ReportPart {
    /// Incidents of the period.
    #[choice(ja = "期間内のインシデント", en = "Incidents of the period")]
    Incidents,
    /// Improvements.
    #[choice(ja = "改善の進み具合", en = "Progress of improvements")]
    Improvements,
    /// Audits and their findings.
    #[choice(ja = "監査と指摘", en = "Audits and findings")]
    Audits,
    /// Reconnections.
    #[choice(ja = "再接続の状況", en = "State of reconnections")]
    Reconnections,
    /// Deadlines.
    #[choice(ja = "守れていない期限", en = "Deadlines that were missed")]
    Deadlines,
    /// Figures.
    #[choice(ja = "指標", en = "Figures")]
    Figures,
    /// Words alone.
    #[choice(ja = "文章で答える", en = "Answered in words")]
    Words,
}

/// One need of the stakeholder.
#[derive(Debug, Clone, Rows)]
pub struct Need {
    /// Key.
    #[field(ja = "記号", en = "Key", max = 12)]
    pub key: String,
    /// What they want to know or demand.
    #[field(ja = "知りたいこと・求めること", en = "What they need or demand", max = 300)]
    pub need: String,
    /// What answers it.
    #[field(ja = "答えるもの", en = "Answered by")]
    pub part: ReportPart,
}

/// The plan of a report.
#[derive(Debug, Clone, Register)]
#[register(
    id = "report_plan",
    wing = Improve,
    menu = 9,
    ja = "報告の計画",
    en = "Report plan",
    question_ja = "だれに、何のために、いつまでに報告しますか",
    question_en = "Who is reported to, what for, and by when?",
    about_ja = "報告ごとに、相手が知りたいこと、目的と判断への関わり、費用、頻度、役に立つ期限、渡し方を決めます。",
    about_en = "For each report: what its reader needs, on which objective and decision it bears, cost, frequency, latest useful time, and delivery.",
    purpose_ja = "読まれず、間に合わず、判断に使われない報告を無くすために使います。",
    purpose_en = "So that no report goes unread, comes too late or serves no decision.",
    sort = "name",
    meets = ["NI-219", "NI-220", "NI-221"]
)]
pub struct ReportPlan {
    /// Name.
    #[field(ja = "報告の名称", en = "Report", title, list, search)]
    pub name: String,
    /// For whom.
    #[field(ja = "相手の種類", en = "For whom", list)]
    pub stakeholder: Stakeholder,
    /// The role inside.
    #[field(ja = "相手（役割）", en = "Role inside")]
    pub role: Option<Ref<Role>>,
    /// The body outside.
    #[field(ja = "相手（社外）", en = "Body outside")]
    pub contact: Option<Ref<Contact>>,
    /// Needs.
    #[field(ja = "相手が知りたいこと・求めること", en = "What they need or demand", required)]
    pub needs: Table<Need>,
    /// Objective.
    #[field(
        ja = "関わる組織の目的",
        en = "Objective it bears on",
        help_ja = "この報告の内容は、組織のどの目的にどう関わりますか。",
        help_en = "Which objective of the organisation it bears on, and how.",
        max = 1000
    )]
    pub objective: Option<Long>,
    /// Decision.
    #[field(ja = "使われる判断", en = "Decision it serves", max = 1000)]
    pub decision: Option<Long>,
    /// Language.
    #[field(ja = "言語", en = "Language", list)]
    pub language: ReportLanguage,
    /// Level.
    #[field(ja = "言葉の水準", en = "Level", list)]
    pub level: Level,
    /// Method.
    #[field(ja = "渡し方", en = "Method", list)]
    pub method: ReportMethod,
    /// Months between two.
    #[field(ja = "頻度（か月ごと）", en = "Every (months)", list)]
    pub every_months: Option<i64>,
    /// Days after the period in which it is of use.
    #[field(
        ja = "役に立つ期限（期間の末日からの日数）",
        en = "Of use until (days after the period)",
        help_ja = "これより遅い報告は、判断に間に合いません。",
        help_en = "Later than that it misses the decision."
    )]
    pub useful_days: Option<i64>,
    /// Cost of one.
    #[field(ja = "一回の費用（円）", en = "Cost of one (yen)")]
    pub cost: Option<Yen>,
    /// Effort of one.
    #[field(ja = "一回の手間（分）", en = "Effort of one (minutes)")]
    pub effort: Option<Minutes>,
    /// Owner.
    #[field(ja = "作る人", en = "Made by", list)]
    pub owner: Option<Ref<Person>>,
}

/// Rules of plans of reports.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "report_plan.complete",
        register: "report_plan",
        label: Text::new(
            "目的・判断・費用・頻度・役に立つ期限・渡す相手がそろっている",
            "Objective, decision, cost, frequency, latest useful time and recipient are given",
        ),
        why: Text::new(
            "何のための報告かが分からないと、手間だけが残ります。",
            "Without its use a report is only work.",
        ),
        mend: Text::new("空いている欄を埋めてください。", "Fill in the empty fields."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let v = ["objective", "decision", "cost", "every_months", "useful_days", "owner"]
                .iter()
                .filter(|f| !c.me.body.contains_key(**f))
                .filter_map(|f| c.me.def.field(f))
                .fold(Verdict::ok(), |v, f| {
                    let (ja, en) = (f.label.ja, f.label.en);
                    v.and(f.id, format!("「{ja}」が空いています。"), format!("\"{en}\" is empty."))
                });
            if c.me.body.contains_key("role") || c.me.body.contains_key("contact") {
                return v;
            }
            v.and("role", "渡す相手が決まっていません。", "No recipient is named.")
        },
        meets: &["NI-220", "NI-221", "NI-222"],
    },
    RuleDef {
        id: "report_plan.due",
        register: "report_plan",
        label: Text::new("決めた頻度で渡している", "It is handed over as often as planned"),
        why: Text::new(
            "間が空くと、判断の材料が古くなります。",
            "A gap leaves decisions with stale ground.",
        ),
        mend: Text::new("報告を作って渡してください。", "Make the report and hand it over."),
        severity: Severity::Warning,
        inputs: &[Input::In("report_issue", "plan")],
        tells: &[],
        check: |c| {
            let Some(months) = c.me.int("every_months").filter(|m| *m > 0) else {
                return Verdict::ok();
            };
            let wait = c.me.int("useful_days").unwrap_or(0);
            let last = c
                .incoming("report_issue", "plan")
                .filter(|r| r.body.contains_key("delivered_at"))
                .filter_map(|r| Time::parse(&format!("{}T00:00", r.text("period_to")), c.zone))
                .max()
                .unwrap_or(c.me.created_at);
            let Some(due) = last.plus_months(months, c.zone).map(|t| t.plus((wait + 1) * DAY))
            else {
                return Verdict::ok();
            };
            if c.now < due {
                return Verdict::ok().check_at(due);
            }
            Verdict::finding(
                "every_months",
                format!("次の報告が、役に立つ期限（期間の末日から{wait}日）を過ぎています。"),
                format!("The next report is past its latest useful time ({wait} days)."),
            )
        },
        meets: &["NI-220"],
    },
];
