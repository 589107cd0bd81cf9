//! Backups (バックアップ): what is saved, how often, and whether it can be brought back.

use crate::govern::person::Person;
use crate::identify::system::{System, target};
use crate::*;

/// What kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum BackupKind {
    /// Full.
    #[choice(ja = "全体", en = "Full")]
    Full,
    /// Changes only.
    #[choice(ja = "差分・増分", en = "Changes only")]
    Changes,
    /// Image of the machine.
    #[choice(ja = "機器の丸ごとの複製", en = "Image of the machine")]
    Image,
    /// Continuous.
    #[choice(ja = "常時複製", en = "Continuous")]
    Continuous,
}

/// Whether the plan is adopted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum BackupState {
    /// Drafted.
    #[choice(ja = "案", en = "Draft", tone = "caution")]
    Draft,
    /// Adopted.
    #[choice(ja = "採用", en = "Adopted", tone = "good")]
    Adopted,
}

/// A backup plan with what it has come to.
#[derive(Debug, Clone, Register)]
#[register(
    id = "backup",
    wing = Prepare,
    menu = 8,
    ja = "バックアップ",
    en = "Backup",
    question_ja = "いま止まったら、どの時点まで戻せますか",
    question_en = "If it stopped now, how far back would we fall?",
    about_ja = "システムごとに、間隔・置き場所・切り離した控え・最後の成功と復元試験を登録します。",
    about_en = "By system: interval, place, offline copy, last success and last restore test.",
    purpose_ja = "失うデータを目標（RPO）以内に収めるために使います。",
    purpose_en = "Keeps the loss of data within its target (RPO).",
    sort = "name",
    flow = FLOW,
    meets = ["TK-47"]
)]
pub struct Backup {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// System.
    #[field(ja = "システム", en = "System", list)]
    pub system: Ref<System>,
    /// Kind.
    #[field(ja = "種類", en = "Kind")]
    pub kind: BackupKind,
    /// Interval.
    #[field(ja = "間隔（分）", en = "Interval (minutes)", list)]
    pub interval: Minutes,
    /// Place.
    #[field(ja = "置き場所", en = "Place", list, search)]
    pub place: Option<String>,
    /// Cut off from the network.
    #[field(
        ja = "ネットワークから切り離した控えがある",
        en = "There is a copy cut off from the network"
    )]
    pub offline: bool,
    /// Last success.
    #[field(ja = "最後に成功した日時", en = "Last success", list)]
    pub last_success_at: Option<Time>,
    /// Last restore test.
    #[field(ja = "最後に復元を試した日", en = "Last restore test", list)]
    pub restore_tested_on: Option<Date>,
    /// Why an interval longer than the RPO is accepted.
    #[field(
        ja = "RPOより長い間隔を認める理由",
        en = "Why an interval beyond the RPO is accepted",
        system
    )]
    pub exception: Option<Long>,
    /// Who accepted it.
    #[field(ja = "認めた人", en = "Accepted by", system)]
    pub exception_by: Option<Ref<Person>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<BackupState>,
}

/// Minutes by which the interval exceeds the target in effect.
fn beyond(c: &RuleCtx<'_>) -> Option<(i64, i64)> {
    let rpo = target(c.out("system")?, "rpo")?;
    let interval = c.me.int("interval")?;
    (interval > rpo).then_some((interval, rpo))
}

fn excepted(c: &RuleCtx<'_>) -> bool {
    c.me.body.contains_key("exception") && c.me.body.contains_key("exception_by")
}

const WITHIN_RPO: Gate = Gate {
    id: "interval_within_rpo",
    label: Text::new(
        "間隔がRPO以内、または例外を認めた",
        "Interval within the RPO, or an exception",
    ),
    mend: Text::new(
        "間隔を短くするか、「例外として採用する」で理由と認めた人を残してください。",
        "Shorten the interval, or adopt it as an exception with reason and who accepts.",
    ),
    inputs: &[Input::Out("system")],
    holds: |c| beyond(c).is_none(),
    meets: &["TK-47"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "adopt",
            label: Text::new("採用する", "Adopt"),
            from: &["draft"],
            to: "adopted",
            gates: &[WITHIN_RPO],
            fill: Some(|_| {
                ["exception", "exception_by"]
                    .into_iter()
                    .map(|f| (f.to_owned(), Value::Null))
                    .collect()
            }),
            meets: &["TK-47"],
            ..Transition::PLAIN
        },
        Transition {
            id: "adopt_exception",
            label: Text::new("例外として採用する", "Adopt as an exception"),
            from: &["draft"],
            to: "adopted",
            asks: &[("exception", true), ("exception_by", true)],
            who: &["security_manager", "it_manager", "ciso", "executive", "coordinator"],
            meets: &["TK-47"],
            ..Transition::PLAIN
        },
        Transition {
            id: "redraft",
            label: Text::new("見直す", "Draft again"),
            from: &["adopted"],
            to: "draft",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// The rules.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "backup.interval",
        register: "backup",
        label: Text::new("間隔がRPOより長くない", "The interval is not longer than the RPO"),
        why: Text::new(
            "間隔の分だけ、データを失うことがあります。",
            "As much data as the interval is long may be lost.",
        ),
        mend: Text::new(
            "間隔を短くするか、例外として認めた理由を残してください。",
            "Shorten it, or record why it is accepted as an exception.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::Out("system")],
        tells: &[],
        check: |c| match beyond(c) {
            Some((interval, rpo)) if !excepted(c) => Verdict::finding(
                "interval",
                format!("間隔{interval}分は、RPOの{rpo}分より長いです。"),
                format!("The interval of {interval} minutes exceeds the RPO of {rpo}."),
            ),
            _ => Verdict::ok(),
        },
        meets: &["TK-47"],
    },
    RuleDef {
        id: "backup.restorable",
        register: "backup",
        label: Text::new(
            "切り離した控えがあり、復元を試している",
            "There is an offline copy, and restoring was tried",
        ),
        why: Text::new(
            "つながった控えは一緒に暗号化され、試していない控えは戻せないことがあります。",
            "A connected copy is encrypted along; one never tried may not come back.",
        ),
        mend: Text::new(
            "切り離した控えを作り、復元を試した日を入れてください。",
            "Keep a copy cut off, try to restore, and give the day.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let mut v = Verdict::ok();
            if !c.me.flag("offline") {
                v = v.and("offline", "切り離した控えがありません。", "No copy is cut off.");
            }
            if !c.me.body.contains_key("restore_tested_on") {
                v = v.and(
                    "restore_tested_on",
                    "復元を試していません。",
                    "Restoring was never tried.",
                );
            }
            v
        },
        meets: &[],
    },
];
