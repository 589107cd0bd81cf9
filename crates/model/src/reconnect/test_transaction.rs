//! Test transactions (テスト取引) over a link, reconciled by both sides (G7-79), each naming which
//! property of the data it covers (G7-02).

use super::link::Link;
use super::parts::OF_CASE;
use super::reconnection::{Integrity, Reconnection};
use crate::respond::incident::Incident;
use crate::*;

/// In which stage of reconnecting a test is run (G7-79, 80).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TestStage {
    /// With chosen stakeholders only.
    #[choice(ja = "第一段階（選んだ相手だけ）", en = "First stage (chosen parties only)")]
    First,
    /// Further reconnections.
    #[choice(ja = "第二段階（その他）", en = "Second stage (further ones)")]
    Second,
}

/// What one side found when comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Reconciled {
    /// Agrees.
    #[choice(ja = "一致", en = "Agrees", tone = "good")]
    Agrees,
    /// Differs.
    #[choice(ja = "不一致", en = "Differs", tone = "danger")]
    Differs,
}

/// Where a test stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TestState {
    /// Planned.
    #[choice(ja = "予定", en = "Planned")]
    Planned,
    /// Run, to be reconciled.
    #[choice(ja = "実施済み・照合待ち", en = "Run, to be reconciled", tone = "caution")]
    Run,
    /// Passed.
    #[choice(ja = "合格", en = "Passed", tone = "good")]
    Passed,
    /// Failed.
    #[choice(ja = "不合格", en = "Failed", tone = "danger")]
    Failed,
    /// Set aside after a failed one was mended and run anew.
    #[choice(ja = "直してやり直した", en = "Mended and run anew")]
    Replaced,
}

/// A test transaction.
#[derive(Debug, Clone, Register)]
#[register(
    id = "test_transaction",
    wing = Reconnect,
    menu = 19,
    ja = "テスト取引",
    en = "Test transaction",
    question_ja = "試しに流したデータは、双方で一致しましたか",
    question_en = "Did the test data agree on both sides?",
    about_ja = "接続ごとに、試す内容・予想・実際の結果と、双方の照合を残します。一つでも合わなければ、次の段階へは進めません。",
    about_en = "Per link: what is tried, what is expected, what came, and what each side found. One that differs stops the next stage.",
    purpose_ja = "データが正しく、本物で、改ざんされていないことを確かめるために使います。",
    purpose_en = "Shows that data are correct, genuine and not altered.",
    sort = "run_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-79", "G7-02"]
)]
pub struct TestTransaction {
    /// What is tried.
    #[field(ja = "試すこと", en = "What is tried", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Link.
    #[field(ja = "接続", en = "Link", list)]
    pub link: Ref<Link>,
    /// Stage.
    #[field(ja = "段階", en = "Stage", list)]
    pub stage: TestStage,
    /// Type.
    #[field(ja = "取引の種類", en = "Type of transaction", max = 120)]
    pub kind: String,
    /// Expected.
    #[field(ja = "予想される結果", en = "Expected", max = 2000)]
    pub expected: Long,
    /// Properties covered.
    #[field(ja = "確かめるデータの性質", en = "Property of data covered", list, required)]
    pub covers: Many<Integrity>,
    /// Actual.
    #[field(ja = "実際の結果", en = "Actual", system, max = 2000)]
    pub actual: Option<Long>,
    /// Run at.
    #[field(ja = "実施した日時", en = "Run at", list, system)]
    pub run_at: Option<Time>,
    /// What we found.
    #[field(ja = "当社の照合", en = "Our reconciliation", system)]
    pub ours: Option<Reconciled>,
    /// By whom here.
    #[field(ja = "当社で照合した人", en = "Reconciled here by", system, max = 120)]
    pub ours_by: Option<String>,
    /// What they found.
    #[field(ja = "相手組織の照合", en = "Their reconciliation", system)]
    pub theirs: Option<Reconciled>,
    /// By whom there.
    #[field(ja = "相手組織で照合した人", en = "Reconciled there by", system, personal, max = 120)]
    pub theirs_by: Option<String>,
    /// Why it failed.
    #[field(ja = "合わなかったこと", en = "What did not agree", system, max = 1000)]
    pub failed_why: Option<Long>,
    /// The test run anew.
    #[field(ja = "やり直したテスト", en = "Run anew as", system)]
    pub again: Option<Ref<TestTransaction>>,
    /// Judged at.
    #[field(ja = "判定の日時", en = "Judged at", system)]
    pub judged_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<TestState>,
}

const BOTH_AGREE: Gate = Gate {
    id: "both_agree",
    label: Text::new("双方の照合が一致している", "Both sides found that it agrees"),
    mend: Text::new(
        "双方の照合を入れてください。一方でも合わなければ、不合格として記録します。",
        "Give what both sides found. If either differs, record that it failed.",
    ),
    inputs: &[],
    holds: |c| ["ours", "theirs"].iter().all(|f| c.me.text(f) == Reconciled::Agrees.id()),
    meets: &["G7-79"],
};

const ANEW_PASSED: Gate = Gate {
    id: "anew_passed",
    label: Text::new(
        "同じ接続・同じ段階でやり直したテストが合格している",
        "The test run anew over the same link and stage has passed",
    ),
    mend: Text::new(
        "原因を直し、新しいテスト取引を合格させてから選んでください。",
        "Mend the cause, let a new test pass, then choose it.",
    ),
    inputs: &[Input::Out("again")],
    holds: |c| {
        c.out("again").is_some_and(|a| {
            a.text("state") == TestState::Passed.id()
                && ["link", "reconnection"].iter().all(|f| a.ids(f) == c.me.ids(f))
                && a.text("stage") == c.me.text("stage")
        })
    },
    meets: &["G7-80"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: OF_CASE,
    transitions: &[
        Transition {
            id: "run",
            label: Text::new("結果を記録する", "Record the result"),
            from: &["planned"],
            to: "run",
            asks: &[("actual", true)],
            stamps: &["run_at"],
            meets: &["G7-79"],
            ..Transition::PLAIN
        },
        Transition {
            id: "pass",
            label: Text::new("双方で一致した", "Both sides agree"),
            from: &["run"],
            to: "passed",
            asks: &[("ours", true), ("ours_by", true), ("theirs", true), ("theirs_by", true)],
            stamps: &["judged_at"],
            gates: &[BOTH_AGREE],
            meets: &["G7-79"],
            ..Transition::PLAIN
        },
        Transition {
            id: "fail",
            label: Text::new("合わなかった", "It does not agree"),
            from: &["run"],
            to: "failed",
            asks: &[("failed_why", true), ("ours", false), ("theirs", false)],
            stamps: &["judged_at"],
            meets: &["G7-80"],
            ..Transition::PLAIN
        },
        Transition {
            id: "replace",
            label: Text::new("直してやり直した", "Mended and run anew"),
            from: &["failed"],
            to: "replaced",
            asks: &[("again", true)],
            gates: &[ANEW_PASSED],
            meets: &["G7-80"],
            ..Transition::PLAIN
        },
    ],
};
