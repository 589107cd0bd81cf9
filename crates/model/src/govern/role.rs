//! Roles with ordered deputies (役割と代行者).

use super::department::Department;
use super::person::{self, Person};
use crate::improve::audit::Audit;
use crate::respond::incident::Incident;
use crate::*;

/// What a role is in the response and in the policy table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Choice)]
pub enum RoleKind {
    /// Top management; commands the whole company in an emergency.
    #[choice(ja = "経営者（IT-BCP統括責任者）", en = "Executive (IT-BCP general manager)")]
    Executive,
    /// Chief information security officer.
    #[choice(ja = "CISO", en = "CISO")]
    Ciso,
    /// Receives every detection report and starts the response.
    #[choice(ja = "情報セキュリティ責任者", en = "Information security manager")]
    SecurityManager,
    /// Is told of every report and confirms the effect of improvements.
    #[choice(ja = "IT管理責任者", en = "IT management responsible person")]
    ItManager,
    /// Leads the technical response.
    #[choice(ja = "技術対応責任者", en = "Technical response lead")]
    TechnicalLead,
    /// Leads public relations.
    #[choice(ja = "広報責任者", en = "Public relations lead")]
    PrLead,
    /// Leads the response to customers.
    #[choice(ja = "顧客対応責任者", en = "Customer response lead")]
    CustomerLead,
    /// Works on incidents.
    #[choice(ja = "CSIRT・対応担当", en = "CSIRT member")]
    Csirt,
    /// Coordinates all response.
    #[choice(ja = "全体統括", en = "Overall coordination")]
    Coordinator,
    /// Answers for what nobody foresaw.
    #[choice(ja = "想定外の受け皿", en = "Owner of the unforeseen")]
    UnforeseenOwner,
    /// Takes reports.
    #[choice(ja = "報告窓口", en = "Reporting desk")]
    ReportingDesk,
    /// Works on site and notices first.
    #[choice(ja = "現場担当者", en = "Field staff")]
    FieldStaff,
    /// Heads a department.
    #[choice(ja = "部門責任者", en = "Department head")]
    DepartmentHead,
    /// Keeps contacts and records.
    #[choice(ja = "総務（連絡・記録管理）", en = "General affairs (contact and records)")]
    GeneralAffairs,
    /// Audits, read-only and for a limited time.
    #[choice(ja = "監査", en = "Auditor")]
    Auditor,
    /// Runs this program.
    #[choice(ja = "システム管理者", en = "Administrator")]
    Administrator,
    /// Supports from outside.
    #[choice(ja = "外部支援", en = "External support")]
    ExternalSupport,
}

/// Whether the holder or a deputy acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Acting {
    /// The holder.
    #[choice(ja = "担当者", en = "Holder", tone = "good")]
    Holder,
    /// A deputy, for a limited time.
    #[choice(ja = "代行中", en = "Deputy acting", tone = "caution")]
    Deputy,
}

/// A role.
#[derive(Debug, Clone, Register)]
#[register(
    id = "role",
    wing = Govern,
    menu = 4,
    ja = "役割と代行者",
    en = "Role",
    question_ja = "いま、だれが何の責任を負っていますか",
    question_en = "Who answers for what right now?",
    about_ja = "役割ごとに担当者と、順番の決まった代行者を登録します。緊急時はこの順に連絡します。",
    about_en = "Each role has a holder and ordered deputies. In an emergency they are called in this order.",
    purpose_ja = "連絡・判断・権限を、人ではなく役割に結び付けるために使います。",
    purpose_en = "Ties contact, decision and rights to the role, not to the person.",
    sort = "kind",
    flow = FLOW,
    meets = ["TK-10", "TK-11", "TK-13", "TK-14", "TK-15", "JP-04", "JP-05", "JP-18", "JP-22", "NI-207"]
)]
pub struct Role {
    /// Name.
    #[field(ja = "役割名", en = "Role", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: RoleKind,
    /// Holder.
    #[field(ja = "担当者", en = "Holder", list)]
    pub holder: Option<Ref<Person>>,
    /// Deputies in order.
    #[field(ja = "代行者（順番どおり）", en = "Deputies, in order", list)]
    pub deputies: Vec<Ref<Person>>,
    /// Main tasks.
    #[field(
        ja = "主な任務",
        en = "Main tasks",
        help_ja = "紙に印刷して渡せる言葉で書きます。",
        help_en = "In words that can be printed and handed over."
    )]
    pub duties: Option<Long>,
    /// Steps by which it is done.
    #[field(
        ja = "進め方",
        en = "Steps",
        help_ja = "役割を兼ねる人が、何をどの順にするかを書きます。",
        help_en = "For whoever holds several roles: what is done, in which order."
    )]
    pub steps: Option<Long>,
    /// Where its responsibility ends.
    #[field(
        ja = "責任の範囲と限界",
        en = "Limits of responsibility",
        help_ja = "ここまでは自分で決める、ここからは別の人に渡す、を書きます。",
        help_en = "What is settled here, and from where on somebody else takes over."
    )]
    pub limits: Option<Long>,
    /// Inside or outside.
    #[field(ja = "社外の役割", en = "External role")]
    pub external: bool,
    /// Department headed.
    #[field(ja = "対象の部門", en = "Department concerned")]
    pub department: Option<Ref<Department>>,
    /// Incidents an auditor may read.
    #[field(ja = "見てよい案件（監査）", en = "Cases open to the auditor")]
    pub cases: Vec<Ref<Incident>>,
    /// Audit an auditor's role is for: its registers, cases and window limit the role (NI-207).
    #[field(
        ja = "担当する監査",
        en = "Audit it is for",
        help_ja = "選ぶと、その監査の台帳・案件・期間だけが見えます。",
        help_en = "Where chosen, the role sees the registers and cases of this audit, in its window only."
    )]
    pub audit: Option<Ref<Audit>>,
    /// Valid from.
    #[field(ja = "有効開始", en = "Valid from")]
    pub valid_from: Option<Time>,
    /// Valid to.
    #[field(
        ja = "有効終了",
        en = "Valid to",
        help_ja = "監査は終了日時が必須です。過ぎると自動的に見えなくなります。",
        help_en = "Required for auditors: access ends by itself at this time."
    )]
    pub valid_to: Option<Time>,
    /// Last confirmed.
    #[field(ja = "確認した日", en = "Confirmed on")]
    pub confirmed_on: Option<Date>,
    /// Who acts.
    #[field(ja = "現在", en = "Now", list, system)]
    pub state: Option<Acting>,
    /// Deputy who acts.
    #[field(ja = "代行している人", en = "Acting deputy", system)]
    pub acting: Option<Ref<Person>>,
    /// Since.
    #[field(ja = "代行の開始", en = "Acting since", system)]
    pub acting_since: Option<Time>,
    /// At the latest until.
    #[field(ja = "代行の期限", en = "Acting until", system)]
    pub acting_until: Option<Time>,
    /// Why.
    #[field(ja = "代行の理由", en = "Reason for acting", system)]
    pub acting_reason: Option<String>,
    /// Deputies called in vain.
    #[field(ja = "連絡のつかなかった代行者", en = "Deputies not reached", system)]
    pub not_reached: Vec<Ref<Person>>,
    /// Note on handing back.
    #[field(ja = "引き継ぎのメモ", en = "Hand-back note", system)]
    pub hand_back_note: Option<Long>,
}

/// Whoever acts in a role at an instant: the deputy while activated and in time, else the holder.
pub fn acting_person(role: &Record, now: Time) -> Option<RecordId> {
    if role.ended()
        || role.time("valid_from").is_some_and(|t| now < t)
        || role.time("valid_to").is_some_and(|t| now >= t)
    {
        return None;
    }
    let deputy = role.text("state") == Acting::Deputy.id()
        && role.time("acting_until").is_none_or(|t| now < t);
    let field = if deputy { "acting" } else { "holder" };
    role.ids(field).first().map(|id| RecordId::new(*id))
}

/// Everyone in order of calling: whoever acts, then the deputies.
pub fn calling_order(role: &Record, now: Time) -> Vec<RecordId> {
    let mut order: Vec<RecordId> = acting_person(role, now).into_iter().collect();
    for id in role.ids("deputies") {
        let id = RecordId::new(id);
        if !order.contains(&id) {
            order.push(id);
        }
    }
    order
}

/// The fields of one turn of acting.
const TURN: [&str; 5] = ["acting", "acting_since", "acting_until", "acting_reason", "not_reached"];

fn body_of<const N: usize>(fields: [(&str, Value); N]) -> Body {
    fields.into_iter().map(|(f, v)| (f.to_owned(), v)).collect()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "holder",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "activate_deputy",
            label: Text::new("代行を始める", "Start acting"),
            from: &["holder", "deputy"],
            to: "deputy",
            asks: &[
                ("acting", true),
                ("acting_reason", true),
                ("acting_until", true),
                ("not_reached", false),
            ],
            // Each turn begins at its own time.
            fill: Some(|c| body_of([("acting_since", c.now.millis().into())])),
            gates: &[Gate {
                id: "order",
                label: Text::new(
                    "代行者は決めた順に呼ばれている",
                    "Deputies are called in the stated order",
                ),
                mend: Text::new(
                    "先の順番の代行者に連絡がつかなかった場合は、その人を「連絡のつかなかった代行者」に入れてください。",
                    "If an earlier deputy could not be reached, name that person as not reached.",
                ),
                inputs: &[],
                holds: |c| {
                    let missed = c.me.ids("not_reached");
                    let next = c.me.ids("deputies").into_iter().find(|d| !missed.contains(d));
                    next.is_some() && next == c.me.ids("acting").first().copied()
                },
                meets: &["TK-12"],
            }],
            meets: &["TK-12"],
            ..Transition::PLAIN
        },
        Transition {
            id: "hand_back",
            label: Text::new("担当者に戻す", "Hand back"),
            from: &["deputy"],
            to: "holder",
            asks: &[("hand_back_note", true)],
            // The history keeps the turn; the next one starts with the first deputy again.
            fill: Some(|_| body_of(TURN.map(|field| (field, Value::Null)))),
            meets: &["TK-12"],
            ..Transition::PLAIN
        },
    ],
};

/// Key roles that must have a holder, with what each is for.
const KEY_ROLES: [RoleKind; 8] = [
    RoleKind::SecurityManager,
    RoleKind::ItManager,
    RoleKind::TechnicalLead,
    RoleKind::PrLead,
    RoleKind::CustomerLead,
    RoleKind::Coordinator,
    RoleKind::UnforeseenOwner,
    RoleKind::ReportingDesk,
];

/// Key roles without a holder.
pub fn missing_roles(c: &RuleCtx<'_>) -> Verdict {
    KEY_ROLES
        .iter()
        .filter(|kind| {
            !c.all("role").any(|r| r.text("kind") == kind.id() && r.body.contains_key("holder"))
        })
        .fold(Verdict::ok(), |v, kind| {
            let label = kind.label();
            v.and(
                "",
                format!("「{}」の担当がまだいません。", label.ja),
                format!("The role \"{}\" has no holder yet.", label.en),
            )
        })
}

/// One of the four groups that have their duties on paper (TK-15).
#[derive(Debug)]
pub struct DutyGroup {
    /// Its name.
    pub label: Text,
    /// The kinds of role that stand for it.
    pub kinds: &'static [RoleKind],
}

/// Management, IT person, field staff, response unit.
pub const DUTY_GROUPS: [DutyGroup; 4] = [
    DutyGroup { label: Text::new("経営層", "Management"), kinds: &[RoleKind::Executive] },
    DutyGroup {
        label: Text::new("IT担当者", "IT person"),
        kinds: &[RoleKind::ItManager, RoleKind::TechnicalLead],
    },
    DutyGroup {
        label: Text::new("現場担当者", "Field staff"), kinds: &[RoleKind::FieldStaff]
    },
    DutyGroup {
        label: Text::new("CSIRT・セキュリティ担当者", "Response unit"),
        kinds: &[RoleKind::Csirt, RoleKind::SecurityManager],
    },
];

impl DutyGroup {
    /// Whether a role stands for the group.
    pub fn has(&self, role: &Record) -> bool {
        self.kinds.iter().any(|k| k.id() == role.text("kind"))
    }
}

/// Whether a line of the authority table lets the head of the business command in an emergency, by
/// what was agreed beforehand.
pub fn commands(line: &Record, roles: &[&Record]) -> bool {
    let head = |id: &str| {
        roles.iter().any(|r| r.id.as_str() == id && r.text("kind") == RoleKind::Executive.id())
    };
    line.text("power") == super::authority::Power::Command.id()
        && line.text("situation") == super::authority::Situation::Emergency.id()
        && line.body.contains_key("approved_on")
        && line.ids("decider").into_iter().any(head)
}

/// Groups without written duties, and whether somebody commands in an emergency.
pub fn missing_duties(c: &RuleCtx<'_>) -> Verdict {
    let roles: Vec<&Record> = c.all("role").collect();
    let verdict = DUTY_GROUPS
        .iter()
        .filter(|g| !roles.iter().any(|r| g.has(r) && !r.text("duties").trim().is_empty()))
        .fold(Verdict::ok(), |v, g| {
            v.and(
                "",
                format!("「{}」の任務が書かれていません。", g.label.ja),
                format!("The duties of \"{}\" are not written.", g.label.en),
            )
        });
    if c.all("authority").any(|a| commands(a, &roles)) {
        return verdict;
    }
    verdict.and(
        "",
        "緊急時に事業の責任者が指揮することが、承認されていません。",
        "It is not approved yet that the head of the business commands in an emergency.",
    )
}

/// Rules of roles.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "role.deputy",
        register: "role",
        label: Text::new(
            "代行者がいて、担当者と別人である",
            "There is a deputy, other than the holder",
        ),
        why: Text::new(
            "担当者に連絡がつかない夜にも、次に動く人が決まっているようにするためです。",
            "So that somebody moves even in the night when the holder cannot be reached.",
        ),
        mend: Text::new(
            "この役割に、ほかの役割と重ならない代行者を決めてください。",
            "Name a deputy of this role's own.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("role")],
        tells: &[],
        check: deputies,
        meets: &["TK-11"],
    },
    RuleDef {
        id: "role.reachable",
        register: "role",
        label: Text::new(
            "担当者と代行者に二つ以上の連絡手段がある",
            "Holder and deputies have two means of contact",
        ),
        why: Text::new(
            "メールや社内電話が止まっていても連絡できるようにするためです。",
            "So that they can be reached when mail or the office telephone is down.",
        ),
        mend: Text::new(
            "要員の台帳で、電話など二つ目の連絡手段を登録してください。",
            "Add a second means, such as a telephone, in the register of people.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("holder"), Input::Out("deputies")],
        tells: &[],
        check: |c| {
            c.outs("holder")
                .into_iter()
                .chain(c.outs("deputies"))
                .filter(|p| person::means(p) < 2)
                .fold(Verdict::ok(), |v, p| {
                    v.and(
                        "holder",
                        format!("{}さんの連絡手段が二つそろっていません。", p.text("name")),
                        format!("{} has fewer than two means of contact.", p.text("name")),
                    )
                })
        },
        meets: &["TK-11"],
    },
    RuleDef {
        id: "role.double",
        register: "role",
        label: Text::new(
            "兼ねる役割には、進め方と責任の限界が書かれている",
            "A role held beside another has written steps and limits",
        ),
        why: Text::new(
            "一人が二つの役割を持つときは、どちらを先にし、どこまで決めてよいかを、起きる前に決めておくためです。",
            "One person may hold several roles; which comes first and how far it goes is settled beforehand.",
        ),
        mend: Text::new(
            "この役割に「進め方」と「責任の範囲と限界」を書いてください。",
            "Write steps and limits of responsibility of this role.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("role")],
        tells: &[],
        check: double,
        meets: &["TK-93"],
    },
    RuleDef {
        id: "role.auditor_window",
        register: "role",
        label: Text::new(
            "監査の役割に期間があり、社外の人は一つの監査に限られている",
            "An auditor's role has an end, and one held from outside is limited to an audit",
        ),
        why: Text::new(
            "社外の専門家に見せる範囲と期間を、その監査に限るためです。",
            "Access of outside experts is limited to that audit.",
        ),
        mend: Text::new("有効終了を入れてください。", "Give the end of validity."),
        severity: Severity::Serious,
        inputs: &[Input::Out("audit"), Input::Out("holder")],
        tells: &[],
        check: auditor_limits,
        meets: &["NI-207"],
    },
];

/// An auditor's role ends by its own date or that of its audit; from outside it names its audit or
/// the cases that may be read.
fn auditor_limits(c: &RuleCtx<'_>) -> Verdict {
    if c.me.text("kind") != RoleKind::Auditor.id() {
        return Verdict::ok();
    }
    let ends = c.me.body.contains_key("valid_to")
        || c.out("audit").is_some_and(|a| a.body.contains_key("access_until"));
    let outside = c.me.flag("external") || c.out("holder").is_some_and(|p| p.flag("external"));
    let limited = c.me.body.contains_key("audit") || !c.me.ids("cases").is_empty();
    let verdict = Verdict::when(
        !ends,
        "valid_to",
        Text::new("監査の役割に終了日時がありません。", "The auditor's role has no end."),
    );
    if outside && !limited {
        return verdict.and(
            "audit",
            "社外の人の監査に、担当する監査も、見てよい案件もありません。",
            "An auditor from outside is limited to no audit and to no case.",
        );
    }
    verdict
}

/// Whoever holds this role and another knows by what is written how to do both (TK-93).
fn double(c: &RuleCtx<'_>) -> Verdict {
    let Some(holder) = c.me.ids("holder").first().copied() else { return Verdict::ok() };
    let other = c.all("role").find(|r| r.id != c.me.id && r.ids("holder") == [holder]);
    let Some(other) = other else { return Verdict::ok() };
    [
        ("steps", "進め方", "the steps"),
        ("limits", "責任の範囲と限界", "the limits of responsibility"),
    ]
    .into_iter()
    .filter(|(field, ..)| c.me.text(field).trim().is_empty())
    .fold(Verdict::ok(), |v, (field, ja, en)| {
        let name = other.text("name");
        v.and(
            field,
            format!("担当者は「{name}」を兼ねていますが、{ja}が書かれていません。"),
            format!("Its holder also holds \"{name}\", and {en} are not written."),
        )
    })
}

fn deputies(c: &RuleCtx<'_>) -> Verdict {
    let mine = c.me.ids("deputies");
    if mine.is_empty() {
        return Verdict::finding(
            "deputies",
            "代行者がまだ決まっていません。",
            "No deputy has been named yet.",
        );
    }
    let mut verdict = Verdict::ok();
    if c.me.ids("holder").iter().any(|h| mine.contains(h)) {
        verdict = verdict.and(
            "deputies",
            "担当者本人が代行者にもなっています。",
            "The holder is also named as deputy.",
        );
    }
    for other in c.all("role").filter(|r| r.id != c.me.id) {
        let shared = mine.first().is_some_and(|d| other.ids("deputies").first() == Some(d));
        if shared {
            verdict = verdict.and(
                "deputies",
                format!("最初の代行者が「{}」と同じ人です。", other.text("name")),
                format!("The first deputy also serves \"{}\".", other.text("name")),
            );
        }
    }
    verdict
}
