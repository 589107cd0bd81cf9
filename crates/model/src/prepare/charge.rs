//! Who is in charge of which part of a crisis (担当の分担): six functions (IPA-132), and the split
//! of windows with the lines to officers (IPA-131).

use crate::govern::person::Person;
use crate::govern::role::Role;
use crate::*;

/// What somebody is in charge of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Part {
    /// Function: vulnerability handling.
    #[choice(ja = "機能：脆弱性への対応", en = "Function: vulnerability handling")]
    Vulnerability,
    /// Function: incident handling.
    #[choice(ja = "機能：インシデントへの対応", en = "Function: incident handling")]
    Incident,
    /// Function: event analysis.
    #[choice(ja = "機能：事象の分析", en = "Function: event analysis")]
    Analysis,
    /// Function: staff awareness.
    #[choice(ja = "機能：従業員への啓発", en = "Function: staff awareness")]
    Awareness,
    /// Function: alerts to those concerned.
    #[choice(ja = "機能：関係者への注意喚起", en = "Function: alerts to those concerned")]
    Alerts,
    /// Function: other, such as rehearsals.
    #[choice(ja = "機能：その他（予行演習など）", en = "Function: other, such as rehearsals")]
    Other,
    /// Window: authorities.
    #[choice(ja = "窓口：官公庁・警察", en = "Window: authorities")]
    Authorities,
    /// Window: group companies and partners.
    #[choice(ja = "窓口：グループ会社・取引先", en = "Window: group and partners")]
    Partners,
    /// Window: executives.
    #[choice(ja = "窓口：経営層", en = "Window: executives")]
    Executives,
    /// Window: announcements inside.
    #[choice(ja = "窓口：社内への周知", en = "Window: announcements inside")]
    Inside,
    /// Window: press.
    #[choice(ja = "窓口：報道機関", en = "Window: press")]
    Press,
    /// Window: customers.
    #[choice(ja = "窓口：お客様", en = "Window: customers")]
    Customers,
    /// Window: employees.
    #[choice(ja = "窓口：従業員からの相談", en = "Window: employees")]
    Employees,
    /// Window: outside reports of vulnerabilities of our websites.
    #[choice(
        ja = "窓口：自社サイトの脆弱性の指摘",
        en = "Window: outside reports of our websites' vulnerabilities"
    )]
    SiteReports,
    /// Window: CSIRTs of others.
    #[choice(ja = "窓口：他組織のCSIRT", en = "Window: other CSIRTs")]
    OtherCsirts,
    /// Line to the CISO.
    #[choice(ja = "連絡線：CISO", en = "Line: CISO")]
    LineCiso,
    /// Line to the CIO.
    #[choice(ja = "連絡線：CIO", en = "Line: CIO")]
    LineCio,
    /// Line to other officers.
    #[choice(ja = "連絡線：その他の役員", en = "Line: other officers")]
    LineOfficers,
}

/// Which desk has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Desk {
    /// The CSIRT.
    #[choice(ja = "CSIRT", en = "CSIRT")]
    Csirt,
    /// Public relations.
    #[choice(ja = "広報", en = "Public relations")]
    Pr,
    /// The support centre for customers.
    #[choice(ja = "お客様窓口", en = "Support centre")]
    Support,
    /// The help desk inside.
    #[choice(ja = "社内ヘルプデスク", en = "Internal help desk")]
    HelpDesk,
    /// Another.
    #[choice(ja = "その他", en = "Another")]
    Another,
}

/// The six functions (IPA-132).
pub const FUNCTIONS: [Part; 6] = [
    Part::Vulnerability,
    Part::Incident,
    Part::Analysis,
    Part::Awareness,
    Part::Alerts,
    Part::Other,
];

/// The windows, each with the desk that it falls to (IPA-131).
pub const WINDOWS: [(Part, Desk); 9] = [
    (Part::Authorities, Desk::Csirt),
    (Part::Partners, Desk::Csirt),
    (Part::Executives, Desk::Csirt),
    (Part::Inside, Desk::Csirt),
    (Part::Press, Desk::Pr),
    (Part::Customers, Desk::Support),
    (Part::Employees, Desk::HelpDesk),
    (Part::SiteReports, Desk::Csirt),
    (Part::OtherCsirts, Desk::Csirt),
];

/// The lines to officers (IPA-131).
pub const LINES: [Part; 3] = [Part::LineCiso, Part::LineCio, Part::LineOfficers];

/// One part of the division.
#[derive(Debug, Clone, Register)]
#[register(
    id = "charge",
    wing = Prepare,
    menu = 7,
    ja = "危機管理の分担",
    en = "Division of crisis work",
    question_ja = "この相手とは、だれが話しますか。この機能は、だれの仕事ですか",
    question_en = "Who speaks to this party? Whose work is this function?",
    about_ja = "危機管理の六つの機能の担当、相手ごとの窓口、役員への連絡線を決めます。窓口の行は、受け持つ部署が自動で入ります。",
    about_en = "Owners of the six functions of crisis work, the window for each party, and lines to officers. The usual desk of a window is filled in.",
    purpose_ja = "同じ相手に別々のことを言わず、だれの仕事でもない隙間を作らないために使います。",
    purpose_en = "So that one party hears one voice and no work is nobody's.",
    sort = "part",
    flow = FLOW,
    meets = ["IPA-131", "IPA-132"]
)]
pub struct Charge {
    /// What.
    #[field(ja = "機能・窓口・連絡線", en = "Function, window or line", list)]
    pub part: Part,
    /// Desk.
    #[field(ja = "受け持つ部署", en = "Desk", list)]
    pub desk: Option<Desk>,
    /// Who answers for it.
    #[field(ja = "担当の役割", en = "Role in charge", list)]
    pub role: Option<Ref<Role>>,
    /// Person, where no role fits.
    #[field(ja = "担当の人", en = "Person in charge", list)]
    pub person: Option<Ref<Person>>,
    /// How it is done.
    #[field(
        ja = "進め方・知らせる時機",
        en = "How and when",
        title,
        search,
        help_ja = "CISOが指揮しないときは、どう密に共有するかを書きます。",
        help_en = "Where the CISO is not in command: how it is shared closely."
    )]
    pub how: Option<String>,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<ChargeState>,
}

/// Whether it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ChargeState {
    /// In force.
    #[choice(ja = "有効", en = "In force", tone = "good")]
    InForce,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "in_force",
    start: Start {
        fill: Some(|c| {
            let part = Part::from_id(c.me.text("part"));
            WINDOWS
                .iter()
                .find(|(p, _)| Some(*p) == part)
                .map(|(_, desk)| ("desk".to_owned(), Value::from(desk.id())))
                .into_iter()
                .collect()
        }),
        ..Start::PLAIN
    },
    transitions: &[],
};

fn owned(charge: &Record) -> bool {
    charge.body.contains_key("role") || charge.body.contains_key("person")
}

/// Parts of which nobody is in charge.
fn missing(c: &RuleCtx<'_>, parts: impl Iterator<Item = Part>) -> Verdict {
    parts.filter(|part| !c.all("charge").any(|r| r.text("part") == part.id() && owned(r))).fold(
        Verdict::ok(),
        |v, part| {
            let label = part.label();
            v.and(
                "",
                format!("「{}」の担当が決まっていません。", label.ja),
                format!("Nobody is in charge of \"{}\".", label.en),
            )
        },
    )
}

/// Rules of the division.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "charge.functions",
        register: "organisation",
        label: Text::new(
            "危機管理の六つの機能に担当がいる",
            "The six functions of crisis work have owners",
        ),
        why: Text::new(
            "起きたことへの対応だけでなく、脆弱性・分析・啓発・注意喚起・予行まで受け持つ人が要るためです。",
            "Beside incidents, vulnerabilities, analysis, awareness, alerts and rehearsals need owners.",
        ),
        mend: Text::new(
            "危機管理の分担で、担当の無い機能に役割か人を入れてください。",
            "Give a role or person for each function without one.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("charge")],
        tells: &[],
        check: |c| missing(c, FUNCTIONS.into_iter()),
        meets: &["IPA-132"],
    },
    RuleDef {
        id: "charge.windows",
        register: "organisation",
        label: Text::new(
            "相手ごとの窓口と、役員への連絡線が決まっている",
            "Windows by party and lines to officers are settled",
        ),
        why: Text::new(
            "同じ相手に別の部署から違うことが伝わると、信用を失うためです。",
            "Trust is lost where one party hears different things from different desks.",
        ),
        mend: Text::new(
            "危機管理の分担で、窓口と連絡線の行を足してください。",
            "Add the windows and lines that are missing.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("charge")],
        tells: &[],
        check: |c| missing(c, WINDOWS.into_iter().map(|(part, _)| part).chain(LINES)),
        meets: &["IPA-131"],
    },
    RuleDef {
        id: "charge.line",
        register: "charge",
        label: Text::new(
            "連絡線には、どう共有するかが書かれている",
            "A line to an officer says how things are shared",
        ),
        why: Text::new(
            "CISOが指揮しない体制では、共有のしかたが無いと判断がずれるためです。",
            "Where the CISO is not in command, judgements drift apart without close sharing.",
        ),
        mend: Text::new("進め方・知らせる時機を書いてください。", "Write how and when."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let line = LINES.iter().any(|p| p.id() == c.me.text("part"));
            Verdict::when(
                line && c.me.text("how").trim().is_empty(),
                "how",
                Text::new("どう共有するかがありません。", "How it is shared is missing."),
            )
        },
        meets: &["IPA-131"],
    },
];
