//! Exercises and training (演習・訓練): planned, held, looked back on, and what came of them.

use super::contact::Contact;
use super::exercise_flow::FLOW;
use super::playbook::Playbook;
use super::scenario::Scenario;
use super::written_plan::WrittenPlan;
use crate::govern::person::Person;
use crate::identify::system::System;
use crate::*;

/// What kind of exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ExerciseKind {
    /// Talked through at a table.
    #[choice(ja = "机上訓練", en = "Tabletop exercise")]
    Tabletop,
    /// Acted out along a scenario.
    #[choice(ja = "模擬訓練", en = "Simulated exercise")]
    Simulated,
    /// Held with others or by an outside body.
    #[choice(ja = "外部演習", en = "External exercise")]
    External,
    /// Calling and reporting only.
    #[choice(ja = "連絡訓練", en = "Communication drill")]
    Calling,
    /// Simulated attack on our systems by a specialist (IPA-145).
    #[choice(ja = "模擬攻撃（技術の検証）", en = "Simulated attack (technical proof)")]
    SimulatedAttack,
    /// Diagnosis of our systems by a specialist (IPA-145).
    #[choice(ja = "診断（技術の検証）", en = "Diagnosis (technical proof)")]
    Diagnosis,
}

impl ExerciseKind {
    /// Whether it proves technical measures, apart from drills of people.
    pub const fn technical(self) -> bool {
        matches!(self, Self::SimulatedAttack | Self::Diagnosis)
    }
}

/// What an exercise tries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Tested {
    /// Controls that came from risk management (NI-194).
    #[choice(ja = "平常時の対策（リスク管理の結果）", en = "Controls from risk management")]
    Controls,
    /// Structure set up beforehand (NI-194).
    #[choice(ja = "平常時の体制（リスク管理の結果）", en = "Structure from risk management")]
    Structure,
    /// First response (NI-195).
    #[choice(ja = "危機管理：初動対応", en = "Crisis management: first response")]
    FirstResponse,
    /// Report and escalation (NI-195).
    #[choice(ja = "危機管理：報告と判断", en = "Crisis management: report and decision")]
    Escalation,
    /// Continuity and recovery (NI-195).
    #[choice(ja = "危機管理：事業継続と復旧", en = "Crisis management: continuity and recovery")]
    Continuity,
    /// Telling outside (NI-195).
    #[choice(ja = "危機管理：社外への連絡・公表", en = "Crisis management: telling outside")]
    Outside,
}

impl Tested {
    /// Whether it belongs to what was prepared in quiet times, and not to crisis management.
    pub const fn preparation(self) -> bool {
        matches!(self, Self::Controls | Self::Structure)
    }
}

/// What a finding changes (IPA-144).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Area {
    /// Manual, plan or playbook.
    #[choice(ja = "マニュアル・計画", en = "Manual or plan")]
    Manual,
    /// Contacts.
    #[choice(ja = "連絡先", en = "Contacts")]
    Contacts,
    /// People and numbers.
    #[choice(ja = "要員・体制", en = "People")]
    People,
    /// Skills.
    #[choice(ja = "育成計画", en = "Skill plan")]
    Skills,
    /// Technical measures.
    #[choice(ja = "技術的な対策", en = "Technical measures")]
    Technology,
}

/// Where an exercise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ExerciseState {
    /// Planned.
    #[choice(ja = "計画", en = "Planned", tone = "caution")]
    Planned,
    /// Held; not looked back on yet.
    #[choice(ja = "実施済み", en = "Held", tone = "warning")]
    Held,
    /// Looked back on, and changes are under way.
    #[choice(ja = "振り返り済み", en = "Looked back on", tone = "good")]
    Reviewed,
    /// Not held.
    #[choice(ja = "中止", en = "Cancelled")]
    Cancelled,
}

/// One thing found.
#[derive(Debug, Clone, Rows)]
pub struct Found {
    /// What.
    #[field(ja = "気づいたこと", en = "What was found", max = 300)]
    pub text: String,
    /// The change it leads to.
    #[field(ja = "直すこと", en = "Change", max = 200)]
    pub change: Option<String>,
    /// Of what.
    #[field(ja = "直す対象", en = "Of what")]
    pub area: Area,
    /// In charge.
    #[field(ja = "担当", en = "In charge")]
    pub owner: Option<Ref<Person>>,
    /// By when.
    #[field(ja = "期限", en = "Due")]
    pub due_on: Option<Date>,
}

/// A number that differs from the company directory (IPA-144).
#[derive(Debug, Clone, PartialEq, Eq, Rows)]
pub struct PhoneDifference {
    /// Whose.
    #[field(ja = "氏名", en = "Name", max = 80)]
    pub name: String,
    /// In our contact data.
    #[field(ja = "当社の連絡先の番号", en = "In our contact data", max = 80)]
    pub ours: Option<String>,
    /// In the directory.
    #[field(ja = "社内名簿の番号", en = "In the directory", max = 80)]
    pub directory: Option<String>,
}

/// An exercise.
#[derive(Debug, Clone, Register)]
#[register(
    id = "exercise",
    wing = Prepare,
    menu = 7,
    ja = "演習・訓練",
    en = "Exercise",
    question_ja = "計画は、試して確かめましたか。次はいつですか",
    question_en = "Have the plans been tried, and when is the next time?",
    about_ja = "演習の目的・シナリオ・参加者・試す計画と、結果・評価・直すことを残します。直すことは改善として期限まで追います。",
    about_en = "Aims, scenario, participants, plans tried, result, scores and changes. Changes are followed as improvements.",
    purpose_ja = "計画と体制が本番で動くかを確かめ、直すために使います。",
    purpose_en = "Shows whether plans and people work, and mends what does not.",
    sort = "held_on",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10,
    meets = ["NI-193"]
)]
pub struct Exercise {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "EX", system)]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Kind.
    #[field(ja = "種類", en = "Type", list)]
    pub kind: ExerciseKind,
    /// Day.
    #[field(ja = "実施日（予定日）", en = "Held or planned on", list)]
    pub held_on: Date,
    /// Objectives.
    #[field(ja = "目的", en = "Objectives", search)]
    pub objectives: Long,
    /// Scenarios.
    #[field(ja = "想定シナリオ", en = "Scenario")]
    pub scenarios: Vec<Ref<Scenario>>,
    /// What it tries out.
    #[field(ja = "試すこと", en = "What it tests", list)]
    pub tests: Many<Tested>,
    /// Plans tried.
    #[field(ja = "試す計画・規程", en = "Plans tested")]
    pub plans: Vec<Ref<WrittenPlan>>,
    /// Playbooks tried.
    #[field(ja = "試す手順書", en = "Playbooks tested")]
    pub playbooks: Vec<Ref<Playbook>>,
    /// Systems concerned.
    #[field(ja = "対象のシステム", en = "Systems concerned")]
    pub systems: Vec<Ref<System>>,
    /// Participants.
    #[field(ja = "参加者", en = "Participants")]
    pub participants: Vec<Ref<Person>>,
    /// Others who take part.
    #[field(ja = "ほかの参加者（社外など）", en = "Other participants")]
    pub others: Option<String>,
    /// The specialist who attacks or diagnoses.
    #[field(ja = "攻撃・診断を行う専門会社", en = "Specialist who attacks or diagnoses")]
    pub tester: Option<Ref<Contact>>,
    /// Facilitator.
    #[field(ja = "進行役", en = "Facilitator")]
    pub facilitator: Option<Ref<Person>>,
    /// Recorder.
    #[field(ja = "記録係", en = "Recorder")]
    pub recorder: Option<Ref<Person>>,
    /// Result.
    #[field(ja = "結果", en = "Result", search)]
    pub result: Option<Long>,
    /// Report delay.
    #[field(
        ja = "報告までの時間（分）",
        en = "Delay of the report (minutes)",
        help_ja = "気づいてから最初の報告までです。訓練のインシデントがあれば、そちらから計ります。",
        help_en = "From noticing to the first report. Taken from the drill incident where there is one."
    )]
    pub report_delay: Option<Minutes>,
    /// Score of the contact system.
    #[field(
        ja = "評価：連絡体制（1〜5）",
        en = "Score: contact system (1–5)",
        help_ja = "報告の遅れ、情報の漏れを見ます。5が最もよい評価です。",
        help_en = "Delay of reports, leaks of information. 5 is best."
    )]
    pub score_contact: Option<i64>,
    /// Score of decisions.
    #[field(
        ja = "評価：判断と指示（1〜5）",
        en = "Score: decisions and orders (1–5)",
        help_ja = "優先順位と順序を見ます。",
        help_en = "Priority and sequence."
    )]
    pub score_decisions: Option<i64>,
    /// Score of documents.
    #[field(
        ja = "評価：文書との整合（1〜5）",
        en = "Score: fit of documents (1–5)",
        help_ja = "計画どおりに動けたか、計画が実情に合うかを見ます。",
        help_en = "Whether people followed the plan, and whether the plan fits."
    )]
    pub score_documents: Option<i64>,
    /// Remarks on the scores.
    #[field(ja = "評価の所見", en = "Remarks on the scores")]
    pub remarks: Option<Long>,
    /// Findings with their changes.
    #[field(ja = "気づいたことと直すこと", en = "Findings and changes")]
    pub findings: Table<Found>,
    /// Phone numbers matched with the directory on.
    #[field(ja = "社内名簿と番号を照合した日", en = "Numbers matched with the directory on")]
    pub directory_on: Option<Date>,
    /// Differences.
    #[field(ja = "名簿と違った番号", en = "Numbers that differ")]
    pub phone_differences: Table<PhoneDifference>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<ExerciseState>,
    /// Looked back on at.
    #[field(ja = "振り返った日時", en = "Looked back on at", system)]
    pub reviewed_at: Option<Time>,
}

/// The three evaluation points (TK-128).
pub const SCORES: [&str; 3] = ["score_contact", "score_decisions", "score_documents"];

/// A score lies between 1 and 5.
fn check(body: &Body) -> Vec<FieldProblem> {
    SCORES
        .into_iter()
        .filter(|f| body.get(*f).and_then(Value::as_i64).is_some_and(|n| !(1..=5).contains(&n)))
        .map(|f| {
            let text =
                Message::new("評価は1から5で入れてください。", "A score lies between 1 and 5.");
            FieldProblem::new(f, "out_of_range", text)
        })
        .collect()
}

/// Whether an exercise was held (looked back on or not).
pub fn held(record: &Record) -> bool {
    !record.ended() && matches!(record.text("state"), "held" | "reviewed")
}

/// Whether it proves technical measures.
pub fn technical(record: &Record) -> bool {
    ExerciseKind::from_id(record.text("kind")).is_some_and(ExerciseKind::technical)
}

/// Compares the company directory, one line a person (`氏名,番号`), with our contact data. Numbers
/// are compared by their digits; a person whom the directory does not know is a difference too.
pub fn match_directory<'a>(
    directory: &str,
    people: impl Iterator<Item = &'a Record>,
) -> Vec<PhoneDifference> {
    let digits = |t: &str| t.chars().filter(char::is_ascii_digit).collect::<String>();
    let bare = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let lines: Vec<(String, &str)> = directory
        .lines()
        .filter_map(|l| l.split_once([',', '\t', '、', '，']))
        .map(|(name, number)| (bare(name), number.trim()))
        .collect();
    let own = |p: &Record| {
        ["phone", "phone_off_hours"]
            .iter()
            .map(|f| p.text(f).to_owned())
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
    };
    people
        .filter(|p| !p.flag("external"))
        .filter_map(|p| {
            let ours = own(p);
            let theirs: Vec<&str> =
                lines.iter().filter(|(n, _)| *n == bare(p.text("name"))).map(|l| l.1).collect();
            let known = |n: &String| theirs.iter().any(|t| digits(t) == digits(n));
            if !ours.is_empty() && !theirs.is_empty() && ours.iter().any(known) {
                return None;
            }
            let joined = |list: Vec<String>| (!list.is_empty()).then(|| list.join(" / "));
            Some(PhoneDifference {
                name: p.text("name").to_owned(),
                ours: joined(ours),
                directory: joined(theirs.into_iter().map(str::to_owned).collect()),
            })
        })
        .collect()
}
