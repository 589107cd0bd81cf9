//! Response headquarters (対策本部): who sits in it, who heads it, on which judgement it was founded.

use super::decision::Decision;
use super::incident::Incident;
use crate::govern::{department::Department, person::Person};
use crate::*;

/// Whether it is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum HeadquartersState {
    /// At work.
    #[choice(ja = "設置中", en = "At work", tone = "warning")]
    Standing,
    /// Dissolved.
    #[choice(ja = "解散", en = "Dissolved")]
    Dissolved,
}

/// A member.
#[derive(Debug, Clone, Rows)]
pub struct Seat {
    /// Department.
    #[field(ja = "部門", en = "Department")]
    pub department: Option<Ref<Department>>,
    /// Who.
    #[field(ja = "人", en = "Person")]
    pub person: Ref<Person>,
    /// What for.
    #[field(ja = "受け持ち", en = "Charge", max = 100)]
    pub charge: Option<String>,
}

/// A meeting.
#[derive(Debug, Clone, Rows)]
pub struct Meeting {
    /// When.
    #[field(ja = "日時", en = "When")]
    pub at: Time,
    /// What was looked at.
    #[field(ja = "議題と結論", en = "Topics and conclusions", max = 1000)]
    pub text: Long,
}

/// A response headquarters.
#[derive(Debug, Clone, Register)]
#[register(
    id = "headquarters",
    wing = Respond,
    menu = 11,
    ja = "対策本部",
    en = "Response headquarters",
    question_ja = "対策本部はだれで、いつ何を決めましたか",
    question_en = "Who is in the headquarters, and what did it decide when?",
    about_ja = "関係する部門を集めた対策本部の設置から解散までを残します。",
    about_en = "The headquarters of the departments concerned, from its founding to its end.",
    purpose_ja = "設置の根拠と、だれが何を決めたかを示すために残します。",
    purpose_en = "Shows on which judgement it was founded and who decided what.",
    sort = "founded_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["JP-65"]
)]
pub struct Headquarters {
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Head.
    #[field(ja = "本部長", en = "Head", list)]
    pub head: Ref<Person>,
    /// Members by department.
    #[field(ja = "構成員（部門ごと）", en = "Members by department")]
    pub seats: Table<Seat>,
    /// The judgement it was founded on.
    #[field(
        ja = "設置の判断",
        en = "Founded on the decision",
        help_ja = "重大なインシデントに発展しうると判断した決定を選びます。",
        help_en = "The decision that it could grow into a grave incident."
    )]
    pub judgement: Ref<Decision>,
    /// Founded at.
    #[field(ja = "設置した日時", en = "Founded at", list)]
    pub founded_at: Option<Time>,
    /// Meetings.
    #[field(ja = "会議", en = "Meetings")]
    pub meetings: Table<Meeting>,
    /// Decisions taken by it.
    #[field(ja = "本部で決めたこと", en = "Decisions of the headquarters")]
    pub decisions: Vec<Ref<Decision>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<HeadquartersState>,
    /// Dissolved at.
    #[field(ja = "解散した日時", en = "Dissolved at", system)]
    pub dissolved_at: Option<Time>,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "standing",
    start: Start { stamps: &["founded_at"], ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "dissolve",
            label: Text::new("解散する", "Dissolve"),
            from: &["standing"],
            to: "dissolved",
            reason: true,
            fill: Some(|c| {
                [("dissolved_at".to_owned(), c.now.millis().into())].into_iter().collect()
            }),
            ..Transition::PLAIN
        },
        Transition {
            id: "recall",
            label: Text::new("再び設置する", "Found it again"),
            from: &["dissolved"],
            to: "standing",
            reason: true,
            fill: Some(|_| [("dissolved_at".to_owned(), Value::Null)].into_iter().collect()),
            ..Transition::PLAIN
        },
    ],
};

/// Rules of headquarters.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "headquarters.departments",
    register: "headquarters",
    label: Text::new(
        "二つ以上の部門から人が出ている",
        "It brings together at least two departments",
    ),
    why: Text::new(
        "対策本部は、関係する部門をまたいで決めるために置きます。",
        "A headquarters is there to decide across the departments concerned.",
    ),
    mend: Text::new(
        "構成員に、関係する部門の人を部門とともに入れてください。",
        "Add members of the departments concerned, each with the department.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &[],
    check: |c| {
        let mut departments: Vec<&str> =
            c.me.rows("seats").filter_map(|s| s.get("department")?.as_str()).collect();
        departments.sort_unstable();
        departments.dedup();
        Verdict::when(
            departments.len() < 2,
            "seats",
            Text::new(
                "構成員の部門が一つ以下です。",
                "Its members come from fewer than two departments.",
            ),
        )
    },
    meets: &["JP-65"],
}];
