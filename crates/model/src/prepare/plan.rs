//! The plan of a playbook (手順書の流れ): which steps come next, and what is wrong with a plan.
//!
//! Pure. A step opens when one of the steps it comes `after` is over, its conditions hold, and
//! nothing that still runs can lead to it: so parallel branches meet again by themselves, and of
//! two branches that exclude each other only the taken one counts. A plan runs forward only; the
//! one way back is a step of kind [`StepKind::Return`], which opens an earlier step in a new round.

use super::playbook::{Step, StepKind};
use crate::{Lang, Message};
use std::collections::{BTreeMap, BTreeSet};

/// An answer to a question: its stable name and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Stored name.
    pub id: String,
    /// Shown in Japanese.
    pub ja: String,
    /// Shown in English.
    pub en: String,
}

impl Answer {
    /// In a language.
    pub fn label(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }

    /// Reads `yes: はい / Yes`; the parts behind the name may be missing.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        let (id, label) = line.split_once([':', '：']).unwrap_or((line, line));
        let (id, label) = (id.trim(), label.trim());
        if id.is_empty() {
            return None;
        }
        let (ja, en) = label.split_once(" / ").unwrap_or((label, label));
        let word = |s: &str| if s.trim().is_empty() { id.to_owned() } else { s.trim().to_owned() };
        Some(Self { id: id.to_owned(), ja: word(ja), en: word(en) })
    }

    /// As it stands in the record.
    pub fn line(&self) -> String {
        format!("{}: {} / {}", self.id, self.ja, self.en)
    }
}

/// One step as it was run in an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The step's key.
    pub key: String,
    /// The round, from 1.
    pub round: i64,
    /// Nothing more is to be done: finished or dropped.
    pub over: bool,
    /// What was answered, for a question.
    pub answer: Option<String>,
}

/// A step that is to be opened now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The step's key.
    pub key: String,
    /// The round it belongs to.
    pub round: i64,
}

/// Something wrong with a plan, named by its step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The step's key; empty for the plan as a whole.
    pub step: String,
    /// What is wrong and how to mend it.
    pub message: Message,
}

/// The keys in a field such as `scope, isolate`.
pub fn keys(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c == '、' || c.is_whitespace()).filter(|k| !k.is_empty())
}

impl Step {
    /// The steps it comes after.
    pub fn after(&self) -> Vec<&str> {
        self.after.as_deref().map(|t| keys(t).collect()).unwrap_or_default()
    }

    /// Its conditions: step and answer, all of which must hold.
    pub fn conditions(&self) -> Vec<(&str, &str)> {
        let list = self.when.as_deref().map(|t| keys(t).collect::<Vec<_>>()).unwrap_or_default();
        list.into_iter().map(|c| c.split_once('=').unwrap_or((c, ""))).collect()
    }

    /// The answers of a question.
    pub fn choices(&self) -> Vec<Answer> {
        self.answers.iter().filter_map(|line| Answer::parse(line)).collect()
    }
}

/// A plan with its ways worked out.
struct Plan<'a> {
    steps: &'a [Step],
    /// For each key the keys that can follow it, directly or later, going forward only.
    reach: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Indices so that every step stands behind what it comes after; the steps of a circle are
    /// missing.
    order: Vec<usize>,
}

impl<'a> Plan<'a> {
    fn of(steps: &'a [Step]) -> Self {
        let mut order: Vec<usize> = Vec::new();
        let mut placed: BTreeSet<&str> = BTreeSet::new();
        let known: BTreeSet<&str> = steps.iter().map(|s| s.key.as_str()).collect();
        loop {
            let ready: Vec<usize> = (0..steps.len())
                .filter(|i| !order.contains(i))
                .filter(|i| {
                    steps[*i].after().iter().all(|k| placed.contains(k) || !known.contains(k))
                })
                .collect();
            if ready.is_empty() {
                break;
            }
            placed.extend(ready.iter().map(|i| steps[*i].key.as_str()));
            order.extend(ready);
        }
        let mut reach: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for i in order.iter().rev() {
            let key = steps[*i].key.as_str();
            let mut all = BTreeSet::new();
            for next in steps.iter().filter(|s| s.after().contains(&key)) {
                all.insert(next.key.as_str());
                all.extend(reach.get(next.key.as_str()).into_iter().flatten().copied());
            }
            reach.insert(key, all);
        }
        Self { steps, reach, order }
    }

    fn step(&self, key: &str) -> Option<&'a Step> {
        self.steps.iter().find(|s| s.key == key)
    }

    fn leads(&self, from: &str, to: &str) -> bool {
        self.reach.get(from).is_some_and(|r| r.contains(to))
    }

    /// The round in which a step is ready, if it is.
    fn ready(&self, step: &Step, runs: &[Run]) -> Option<i64> {
        let after = step.after();
        if after.is_empty() {
            return (step.kind != StepKind::Return).then_some(1);
        }
        if runs.iter().any(|r| !r.over && self.leads(&r.key, &step.key)) {
            return None;
        }
        let round = runs
            .iter()
            .filter(|r| r.over && after.contains(&r.key.as_str()))
            .map(|r| r.round)
            .max()?;
        let holds = |(key, answer): &(&str, &str)| {
            let last = runs.iter().filter(|r| r.key == *key && r.over).max_by_key(|r| r.round);
            last.is_some_and(|r| r.answer.as_deref() == Some(*answer))
        };
        step.conditions().iter().all(holds).then_some(round)
    }
}

/// What opens now, in the order of the plan. Asking again after opening gives nothing.
pub fn next_steps(steps: &[Step], runs: &[Run]) -> Vec<Opening> {
    let plan = Plan::of(steps);
    let mut runs = runs.to_vec();
    let mut out: Vec<Opening> = Vec::new();
    let mut open = |runs: &mut Vec<Run>, key: &str, round: i64| {
        runs.push(Run { key: key.to_owned(), round, over: false, answer: None });
        out.push(Opening { key: key.to_owned(), round });
    };
    // Ways back first: what they open holds back everything behind it.
    for back in steps.iter().filter(|s| s.kind == StepKind::Return) {
        let Some(target) = back.back_to.as_deref().and_then(|k| plan.step(k)) else { continue };
        let Some(round) = plan.ready(back, &runs) else { continue };
        if !runs.iter().any(|r| r.key == target.key && r.round > round) {
            let next = runs.iter().map(|r| r.round).max().unwrap_or(round) + 1;
            open(&mut runs, &target.key, next);
        }
    }
    for step in plan.order.iter().map(|i| &steps[*i]) {
        if step.kind == StepKind::Return {
            continue;
        }
        if let Some(round) = plan.ready(step, &runs)
            && !runs.iter().any(|r| r.key == step.key && r.round >= round)
        {
            open(&mut runs, &step.key, round);
        }
    }
    out
}

/// Everything wrong with a plan. An empty list means: every step can be reached, every answer leads
/// on, and the only way back is a declared one.
pub fn problems(steps: &[Step]) -> Vec<Problem> {
    let mut found = Vec::new();
    if steps.is_empty() {
        note(&mut found, "", "手順がまだありません。", "There are no steps yet.");
        return found;
    }
    if !steps.iter().any(|s| s.after().is_empty()) {
        note(
            &mut found,
            "",
            "最初の手順がありません。「前の手順」が空の手順を一つ置いてください。",
            "Nothing comes first: leave \"after\" empty for one step.",
        );
    }
    let plan = Plan::of(steps);
    for (i, step) in steps.iter().enumerate() {
        names(steps, i, &mut found);
        links(&plan, step, &mut found);
        question(steps, step, &mut found);
        way_back(&plan, step, &mut found);
        if !plan.order.contains(&i) {
            note(
                &mut found,
                &step.key,
                "前の手順をたどると自分に戻ります。戻るときは種類「前の手順に戻る」を使ってください。",
                "The steps before it lead back to it. Use the kind \"go back\" for a way back.",
            );
        }
    }
    found
}

fn note(found: &mut Vec<Problem>, step: &str, ja: impl Into<String>, en: impl Into<String>) {
    found.push(Problem { step: step.to_owned(), message: Message::new(ja, en) });
}

fn names(steps: &[Step], i: usize, found: &mut Vec<Problem>) {
    let key = steps[i].key.as_str();
    if steps.iter().take(i).any(|s| s.key == key) {
        note(
            found,
            key,
            format!("記号「{key}」の手順が二つあります。"),
            format!("Two steps have the key \"{key}\"."),
        );
    }
    if keys(key).count() != 1 || keys(key).next() != Some(key) || key.contains('=') {
        note(
            found,
            key,
            "記号には、空白・読点・等号を使わないでください。",
            "A key holds no blank, comma or equals sign.",
        );
    }
}

/// Everything that a step names is there and comes before it.
fn links(plan: &Plan<'_>, step: &Step, found: &mut Vec<Problem>) {
    for key in step.after() {
        match plan.step(key) {
            None => note(
                found,
                &step.key,
                format!("前の手順「{key}」がありません。"),
                format!("There is no step \"{key}\" to come after."),
            ),
            Some(s) if s.kind == StepKind::Return => note(
                found,
                &step.key,
                format!("「{key}」は戻る手順なので、その後ろには置けません。"),
                format!("\"{key}\" goes back; nothing comes after it."),
            ),
            Some(_) => {}
        }
    }
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, answer) in step.conditions() {
        let asked = plan.step(key).filter(|s| s.kind == StepKind::Decide);
        let Some(asked) = asked else {
            note(
                found,
                &step.key,
                format!("条件の「{key}」は、判断の手順ではありません。"),
                format!("The condition names \"{key}\", which is no decision."),
            );
            continue;
        };
        if !asked.choices().iter().any(|a| a.id == answer) {
            note(
                found,
                &step.key,
                format!("条件の答え「{answer}」は、「{key}」の選択肢にありません。"),
                format!("\"{answer}\" is no answer of \"{key}\"."),
            );
        }
        if !plan.leads(key, &step.key) {
            note(
                found,
                &step.key,
                format!("条件の「{key}」が、この手順より前にありません。"),
                format!("\"{key}\" of the condition does not come before this step."),
            );
        }
        if seen.insert(key, answer).is_some_and(|other| other != answer) {
            note(
                found,
                &step.key,
                format!("「{key}」の答えを二つ同時に求めているため、この手順には進めません。"),
                format!("It wants two answers of \"{key}\" at once and can never open."),
            );
        }
    }
}

/// A question has answers, and each of them leads on; a question that nothing follows ends its way.
fn question(steps: &[Step], step: &Step, found: &mut Vec<Problem>) {
    if step.kind != StepKind::Decide {
        return;
    }
    let choices = step.choices();
    if choices.len() < 2 {
        note(
            found,
            &step.key,
            "判断には選択肢が二つ以上要ります。",
            "A decision needs two answers.",
        );
    }
    let followers: Vec<&Step> =
        steps.iter().filter(|s| s.after().contains(&step.key.as_str())).collect();
    if followers.is_empty() {
        return;
    }
    for answer in choices {
        let leads = |s: &&Step| {
            s.conditions().iter().all(|(key, wanted)| *key != step.key || *wanted == answer.id)
        };
        if !followers.iter().any(leads) {
            note(
                found,
                &step.key,
                format!("答え「{}」の先に手順がありません。", answer.ja),
                format!("The answer \"{}\" leads nowhere.", answer.en),
            );
        }
    }
}

fn way_back(plan: &Plan<'_>, step: &Step, found: &mut Vec<Problem>) {
    let target = step.back_to.as_deref().filter(|t| !t.is_empty());
    match (step.kind, target) {
        (StepKind::Return, Some(to)) if !plan.leads(to, &step.key) => note(
            found,
            &step.key,
            format!("戻り先「{to}」が、この手順より前にありません。"),
            format!("It goes back to \"{to}\", which does not come before it."),
        ),
        (StepKind::Return, None) => {
            note(found, &step.key, "戻り先を入れてください。", "Say which step it goes back to.");
        }
        (StepKind::Return, Some(to)) if !asked_again(plan, step, to) => note(
            found,
            &step.key,
            "戻る条件が、戻り先からこの手順までの間で判断されていません。いつまでも繰り返します。",
            "Its condition is not decided anew between there and here, so it repeats for ever.",
        ),
        (kind, Some(_)) if kind != StepKind::Return => note(
            found,
            &step.key,
            "戻り先は、種類が「前の手順に戻る」の手順だけに入れます。",
            "Only a step of the kind \"go back\" names where it goes back to.",
        ),
        _ => {}
    }
}

/// Whether a decision of its condition is made anew in each round.
fn asked_again(plan: &Plan<'_>, step: &Step, to: &str) -> bool {
    step.conditions().iter().any(|(key, _)| *key == to || plan.leads(to, key))
}
