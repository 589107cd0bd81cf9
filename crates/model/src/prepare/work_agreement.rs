//! Agreements with departments (部門との合意): division of work, response procedures.

use super::csirt::Csirt;
use super::playbook::Playbook;
use crate::govern::department::Department;
use crate::govern::person::Person;
use crate::*;

/// What is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Subject {
    /// Who does what (NI-162).
    #[choice(ja = "分担", en = "Division of work")]
    Division,
    /// How it is done (NI-163).
    #[choice(ja = "対応の手順", en = "Response procedures")]
    Procedure,
}

impl Subject {
    /// Both.
    pub const ALL: [Subject; 2] = [Subject::Division, Subject::Procedure];
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AgreementState {
    /// Being written.
    #[choice(ja = "合意前", en = "Not agreed yet", tone = "caution")]
    Draft,
    /// Agreed.
    #[choice(ja = "合意済み", en = "Agreed", tone = "good")]
    Agreed,
}

/// An agreement.
#[derive(Debug, Clone, Register)]
#[register(
    id = "work_agreement",
    wing = Prepare,
    menu = 6,
    ja = "部門との合意",
    en = "Agreement with a department",
    question_ja = "各部門は、自分の分担と手順に合意していますか",
    question_en = "Have the departments agreed to their part and to the procedures?",
    about_ja = "CSIRTと関係する部門の間で、分担と対応の手順を前もって合意します。相手の部門・CSIRT・手順・合意の文が変わると、合意は切れます。",
    about_en = "Division of work and procedures are agreed beforehand. It lapses when department, CSIRT, procedure or its own text changes.",
    purpose_ja = "その場で「聞いていない」と止まらないようにするために使います。",
    purpose_en = "So that nobody stops with \"we never heard of this\".",
    sort = "title",
    flow = FLOW,
    meets = ["NI-162", "NI-163"]
)]
pub struct WorkAgreement {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// What.
    #[field(ja = "合意すること", en = "Subject", list)]
    pub subject: Subject,
    /// Unit.
    #[field(ja = "CSIRT", en = "CSIRT", list)]
    pub csirt: Ref<Csirt>,
    /// With whom.
    #[field(ja = "相手の部門", en = "Department", list)]
    pub department: Ref<Department>,
    /// In words.
    #[field(ja = "合意する内容", en = "What is agreed", search)]
    pub content: Long,
    /// Procedures meant.
    #[field(ja = "対象の手順書", en = "Playbooks meant")]
    pub playbooks: Vec<Ref<Playbook>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AgreementState>,
    /// Agreed by, on the department's side.
    #[field(ja = "合意した人（部門）", en = "Agreed by, for the department", list, system)]
    pub agreed_by: Option<Ref<Person>>,
    /// Agreed on.
    #[field(ja = "合意した日", en = "Agreed on", list, system)]
    pub agreed_on: Option<Date>,
    /// Agreed at.
    #[field(ja = "合意を記録した日時", en = "Agreement recorded at", system)]
    pub agreed_at: Option<Time>,
    /// Digest of what was agreed, as it stood.
    #[field(ja = "合意した内容の照合値", en = "Digest of what was agreed", system, max = 64)]
    pub as_agreed: Option<String>,
}

/// A digest of everything that both sides agreed to: its own text, the playbooks meant, what the
/// department is, and mandate and authority of the unit.
fn as_it_stands(c: &RuleCtx<'_>) -> String {
    use sha2::{Digest, Sha256};
    let mut all = vec![c.me.text("content").to_owned()];
    for playbook in c.outs("playbooks") {
        all.push(format!("{}#{}", playbook.id, playbook.int("version").unwrap_or(0)));
        all.push(playbook.body.get("approved_steps").map(Value::to_string).unwrap_or_default());
    }
    let parts = |field: &str, of: &[&str]| -> Vec<String> {
        let record = c.out(field);
        of.iter().map(|f| record.map_or("", |r| r.text(f)).to_owned()).collect()
    };
    all.extend(parts("department", &["name", "parent", "head", "note"]));
    all.extend(parts("csirt", &["name", "mandate", "authority", "hours"]));
    let mut hash = Sha256::new();
    for part in all {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[Transition {
        id: "agree",
        label: Text::new("合意を記録する", "Record the agreement"),
        from: &["draft", "agreed"],
        to: "agreed",
        asks: &[("agreed_by", true), ("agreed_on", true)],
        gates: &[Gate {
            id: "of_the_department",
            label: Text::new(
                "合意したのは社内の人である",
                "Whoever agreed belongs to our organisation",
            ),
            mend: Text::new(
                "相手の部門の人を選んでください。",
                "Choose somebody of the department.",
            ),
            inputs: &[
                Input::Out("agreed_by"),
                Input::Out("playbooks"),
                Input::Out("department"),
                Input::Out("csirt"),
            ],
            holds: |c| c.out("agreed_by").is_some_and(|p| !p.flag("external")),
            meets: &[],
        }],
        fill: Some(|c| {
            [
                ("agreed_at".to_owned(), c.now.millis().into()),
                ("as_agreed".to_owned(), as_it_stands(c).into()),
            ]
            .into_iter()
            .collect()
        }),
        meets: &["NI-162", "NI-163"],
        ..Transition::PLAIN
    }],
};

/// For each department that the unit names there is an agreement of each kind.
fn all_departments(c: &RuleCtx<'_>) -> Verdict {
    let agreed = |department: &str, subject: Subject| {
        c.incoming("work_agreement", "csirt").any(|a| {
            a.text("state") == AgreementState::Agreed.id()
                && a.text("subject") == subject.id()
                && a.ids("department") == [department]
        })
    };
    let mut verdict = Verdict::ok();
    for department in c.outs("departments") {
        for subject in Subject::ALL {
            if !agreed(department.id.as_str(), subject) {
                let (name, label) = (department.text("name"), subject.label());
                verdict = verdict.and(
                    "departments",
                    format!("{name}と「{}」を合意していません。", label.ja),
                    format!("\"{}\" is not agreed with {name}.", label.en),
                );
            }
        }
    }
    verdict
}

/// Rules of agreements.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "work_agreement.holds",
        register: "work_agreement",
        label: Text::new(
            "合意が記録され、その後に変わっていない",
            "The agreement is recorded and nothing has changed since",
        ),
        why: Text::new(
            "変わった後の分担や手順には、まだだれも合意していないためです。",
            "Nobody has agreed to what came after.",
        ),
        mend: Text::new(
            "部門と確かめ直し、合意を記録してください。",
            "Go through it with the department again and record the agreement.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("department"), Input::Out("csirt"), Input::Out("playbooks")],
        tells: &[],
        check: |c| {
            if c.me.text("state") != AgreementState::Agreed.id() {
                return Verdict::finding("state", "まだ合意していません。", "Not agreed yet.");
            }
            Verdict::when(
                c.me.text("as_agreed") != as_it_stands(c),
                "content",
                Text::new(
                    "合意した後に、内容・手順書・部門・CSIRTのどれかが変わりました。合意は切れています。",
                    "Text, playbook, department or CSIRT has changed since; the agreement has lapsed.",
                ),
            )
        },
        meets: &["NI-162", "NI-163"],
    },
    RuleDef {
        id: "csirt.agreed",
        register: "csirt",
        label: Text::new(
            "関係する部門すべてと、分担と手順を合意している",
            "Division and procedures are agreed with every department concerned",
        ),
        why: Text::new(
            "合意していない部門は、緊急時に動いてくれるとは限りません。",
            "A department that has not agreed need not move in an emergency.",
        ),
        mend: Text::new(
            "部門ごとに「分担」と「対応の手順」の合意を登録してください。",
            "Register both agreements for each department.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("departments"), Input::In("work_agreement", "csirt")],
        tells: &[],
        check: all_departments,
        meets: &["NI-162", "NI-163"],
    },
];
