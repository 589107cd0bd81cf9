//! The steps of an exercise, and whether exercises are held as they should be.

use super::exercise::{Area, Found, PhoneDifference, SCORES, Tested, held, technical};
use super::written_plan::rows_of;
use crate::improve::improvement::{Category, Improvement};
use crate::*;

const KEEPERS: &[&str] =
    &["security_manager", "it_manager", "ciso", "coordinator", "csirt", "general_affairs"];

const PREPARED: Gate = Gate {
    id: "prepared",
    label: Text::new(
        "シナリオ・試すこと・参加者がある",
        "Scenario, what is tested and participants are given",
    ),
    mend: Text::new(
        "想定シナリオ、試すこと、参加者（と試す計画か手順書）を入れてください。",
        "Give scenario, what is tested, participants, and the plan or playbook tried.",
    ),
    inputs: &[],
    holds: |c| {
        let has = |f: &str| c.me.body.contains_key(f);
        technical(c.me)
            || (has("scenarios")
                && has("tests")
                && (has("participants") || has("others"))
                && (has("plans") || has("playbooks")))
    },
    meets: &["NI-193"],
};

const SPECIALIST: Gate = Gate {
    id: "specialist",
    label: Text::new("技術の検証は、専門会社が行う", "A technical proof is made by a specialist"),
    mend: Text::new(
        "攻撃・診断を行う専門会社と、対象のシステムを選んでください。",
        "Choose the specialist and the systems concerned.",
    ),
    inputs: &[],
    holds: |c| {
        !technical(c.me) || (c.me.body.contains_key("tester") && c.me.body.contains_key("systems"))
    },
    meets: &["IPA-145"],
};

const RESULT: Gate = Gate {
    id: "result_and_scores",
    label: Text::new("結果と三つの評価がある", "Result and the three scores are given"),
    mend: Text::new(
        "結果と、連絡体制・判断と指示・文書との整合の評価を入れてください。技術の検証は結果だけで足ります。",
        "Give the result and the scores of contact, decisions and documents. A technical proof needs the result only.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.body.contains_key("result")
            && (technical(c.me) || SCORES.iter().all(|f| c.me.body.contains_key(*f)))
    },
    meets: &["TK-128"],
};

const DATED: Gate = Gate {
    id: "changes_dated",
    label: Text::new(
        "直すことに担当と期限がある",
        "Every change has somebody in charge and a date",
    ),
    mend: Text::new(
        "気づいたことごとに、直すこと・担当・期限を入れてください。",
        "For each finding give the change, who is in charge and the date.",
    ),
    inputs: &[],
    holds: |c| {
        rows_of::<Found>(c.me, "findings")
            .iter()
            .all(|f| f.change.is_some() && f.owner.is_some() && f.due_on.is_some())
    },
    meets: &["IPA-144"],
};

const DIRECTORY: Gate = Gate {
    id: "directory_matched",
    label: Text::new(
        "電話番号を社内名簿と照合している",
        "Phone numbers were matched with the company directory",
    ),
    mend: Text::new(
        "「社内名簿と照合する」で名簿を貼り付けるか、照合した日を入れてください。",
        "Paste the directory under \"Match with the directory\", or give the day it was matched.",
    ),
    inputs: &[],
    holds: |c| technical(c.me) || c.me.body.contains_key("directory_on"),
    meets: &["IPA-144"],
};

/// An improvement for each change, with its date; and one for the numbers that differ.
fn improvements(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let numbers: Vec<PhoneDifference> = rows_of(c.me, "phone_differences");
    let mut opened: Vec<NewRecord> = rows_of::<Found>(c.me, "findings")
        .into_iter()
        .map(|f| {
            let measure = f.change.unwrap_or(f.text);
            let mut it = improvement(c, measure, f.area);
            it.owner = f.owner;
            it.due_on = f.due_on;
            NewRecord::of(&it)
        })
        .collect();
    if !numbers.is_empty() {
        let names: Vec<&str> = numbers.iter().take(5).map(|n| n.name.as_str()).collect();
        let text = format!(
            "社内名簿と違う電話番号を直す（{}人：{}） / Correct {} phone numbers",
            numbers.len(),
            names.join("、"),
            numbers.len()
        );
        let mut it = improvement(c, text, Area::Contacts);
        it.owner = c.me.ids("recorder").first().map(|p| Ref::new(RecordId::new(*p)));
        it.due_on = c.now.plus(14 * DAY).date(c.zone);
        opened.push(NewRecord::of(&it));
    }
    opened
}

fn improvement(c: &RuleCtx<'_>, measure: String, area: Area) -> Improvement {
    let category = match area {
        Area::Technology => Category::Technology,
        Area::Skills => Category::Education,
        Area::Manual | Area::Contacts | Area::People => Category::Operation,
    };
    let mut it = Improvement::new(measure.chars().take(200).collect::<String>());
    it.exercise = Some(Ref::new(c.me.id.clone()));
    it.changes = Some(area);
    it.category = Some(category);
    it
}

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "planned",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "hold",
            label: Text::new("実施した", "Held"),
            from: &["planned"],
            to: "held",
            asks: &[("held_on", true), ("result", false), ("report_delay", false)],
            gates: &[PREPARED, SPECIALIST],
            who: KEEPERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "review",
            label: Text::new("振り返りを終える", "Finish the look-back"),
            from: &["held"],
            to: "reviewed",
            asks: &[
                ("result", false),
                ("score_contact", false),
                ("score_decisions", false),
                ("score_documents", false),
                ("remarks", false),
                ("findings", false),
            ],
            stamps: &["reviewed_at"],
            gates: &[RESULT, DATED, DIRECTORY],
            follows: &[Follow {
                label: Text::new(
                    "直すことを、期限つきの改善として開く",
                    "Opens each change as an improvement with its date",
                ),
                inputs: &[],
                open: improvements,
                meets: &["IPA-144"],
            }],
            who: KEEPERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "cancel",
            label: Text::new("中止する", "Cancel"),
            from: &["planned"],
            to: "cancelled",
            reason: true,
            who: KEEPERS,
            ..Transition::PLAIN
        },
    ],
};

/// Exercises held within the interval that pass a test, and the instant at which the newest of
/// them falls out of it.
fn newest(c: &RuleCtx<'_>, test: impl Fn(&Record) -> bool) -> Option<Time> {
    let days = c.settings.int("exercise.days");
    c.all("exercise")
        .filter(|e| held(e) && test(e))
        .filter_map(|e| Time::parse(&format!("{}T00:00", e.text("held_on")), c.zone))
        .map(|t| t.plus(days * DAY))
        .max()
}

/// A finding where nothing fitting was held within the interval.
fn within(c: &RuleCtx<'_>, test: impl Fn(&Record) -> bool, what: Text) -> Verdict {
    let days = c.settings.int("exercise.days");
    match newest(c, test) {
        Some(due) if c.now < due => Verdict::ok().check_at(due),
        _ => Verdict::finding(
            "",
            format!("この{days}日の間に、{}がありません。", what.ja),
            format!("In the last {days} days there was {}.", what.en),
        ),
    }
}

fn tried(record: &Record, test: impl Fn(Tested) -> bool) -> bool {
    record.ids("tests").into_iter().filter_map(Tested::from_id).any(test)
}

const INPUTS: &[Input] = &[Input::All("exercise"), Input::All("setting")];

/// Rules of exercises.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "organisation.exercises",
        register: "organisation",
        label: Text::new("演習・訓練を定期的に行っている", "Exercises are held regularly"),
        why: Text::new(
            "試していない計画と体制は、本番で動きません。",
            "Plans and people that were never tried do not work when it counts.",
        ),
        mend: Text::new("演習を計画し、実施してください。", "Plan an exercise and hold it."),
        severity: Severity::Notice,
        inputs: INPUTS,
        tells: &[],
        check: |c| within(c, |e| !technical(e), Text::new("実施した演習・訓練", "no exercise")),
        meets: &["NI-193"],
    },
    RuleDef {
        id: "organisation.exercise_preparation",
        register: "organisation",
        label: Text::new(
            "リスク管理で整えた対策・体制を演習で試している",
            "Controls and structure from risk management are tried",
        ),
        why: Text::new(
            "平常時の備えが本当に効くかは、試すまで分かりません。",
            "Whether what was prepared really works is not known before it is tried.",
        ),
        mend: Text::new(
            "「試すこと」に平常時の対策か体制を入れた演習を行ってください。",
            "Hold an exercise that tests controls or structure.",
        ),
        severity: Severity::Notice,
        inputs: INPUTS,
        tells: &[],
        check: |c| {
            let text =
                Text::new("平常時の対策・体制を試した演習", "no exercise of controls or structure");
            within(c, |e| tried(e, Tested::preparation), text)
        },
        meets: &["NI-194"],
    },
    RuleDef {
        id: "organisation.exercise_crisis",
        register: "organisation",
        label: Text::new(
            "障害が起きたときの危機管理を演習で試している",
            "Crisis management at the time of failure is tried",
        ),
        why: Text::new(
            "初動・報告・継続・公表は、体で覚えていないと手が止まります。",
            "First response, report, continuity and publication must be practised.",
        ),
        mend: Text::new(
            "「試すこと」に危機管理を入れた演習を行ってください。",
            "Hold an exercise that tests crisis management.",
        ),
        severity: Severity::Notice,
        inputs: INPUTS,
        tells: &[],
        check: |c| {
            let text = Text::new("危機管理を試した演習", "no exercise of crisis management");
            within(c, |e| !technical(e) && tried(e, |t| !t.preparation()), text)
        },
        meets: &["NI-195"],
    },
    RuleDef {
        id: "organisation.technical_proof",
        register: "organisation",
        label: Text::new(
            "技術的な対策を、専門会社の模擬攻撃か診断で確かめている",
            "Technical measures are proved by a specialist's attack or diagnosis",
        ),
        why: Text::new(
            "人の訓練では、技術的な対策が効くかは分かりません。",
            "Drills of people do not show whether technical measures work.",
        ),
        mend: Text::new(
            "模擬攻撃か診断を専門会社に頼み、結果を登録してください。",
            "Have a specialist attack or diagnose, and register the result.",
        ),
        severity: Severity::Notice,
        inputs: INPUTS,
        tells: &[],
        check: |c| {
            let text = Text::new(
                "専門会社による模擬攻撃・診断",
                "no simulated attack or diagnosis by a specialist",
            );
            within(c, technical, text)
        },
        meets: &["IPA-145"],
    },
    RuleDef {
        id: "exercise.planned_past",
        register: "exercise",
        label: Text::new(
            "予定日を過ぎた演習は、結果か中止が残っている",
            "A planned exercise that is past is held or cancelled",
        ),
        why: Text::new(
            "流れたままの演習は、行ったのかどうか分からなくなります。",
            "Nobody remembers whether an exercise left open took place.",
        ),
        mend: Text::new(
            "実施したか、中止したかを残してください。",
            "Record it as held or cancelled.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let end = Time::parse(&format!("{}T23:59", c.me.text("held_on")), c.zone);
            let Some(end) = end.filter(|_| c.me.text("state") == "planned") else {
                return Verdict::ok();
            };
            if c.now <= end {
                return Verdict::ok().check_at(end.plus(MINUTE));
            }
            Verdict::finding("held_on", "予定日を過ぎています。", "The day planned is past.")
        },
        meets: &["NI-193"],
    },
];
