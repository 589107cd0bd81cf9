//! Plans of playbooks: what comes next, and what is wrong with a plan.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

use okiagari_model::prepare::plan::{Answer, Opening, Run, next_steps, problems};
use okiagari_model::prepare::playbook::{Step, StepKind};
use proptest::prelude::*;

fn step(key: &str, after: &str, when: &str) -> Step {
    let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    Step {
        key: key.to_owned(),
        text: key.to_owned(),
        text_en: None,
        kind: StepKind::Do,
        role: None,
        minutes: None,
        from: None,
        after: some(after),
        when: some(when),
        answers: Vec::new(),
        back_to: None,
        point: None,
        why: None,
        why_en: None,
    }
}

fn question(key: &str, after: &str, answers: &[&str]) -> Step {
    let answers = answers.iter().map(|a| (*a).to_owned()).collect();
    Step { kind: StepKind::Decide, answers, ..step(key, after, "") }
}

fn back(key: &str, after: &str, when: &str, to: &str) -> Step {
    Step { kind: StepKind::Return, back_to: Some(to.to_owned()), ..step(key, after, when) }
}

/// A run that is played: what is open, and what has been answered.
struct Game<'a> {
    steps: &'a [Step],
    runs: Vec<Run>,
}

impl<'a> Game<'a> {
    fn start(steps: &'a [Step]) -> Self {
        let mut game = Self { steps, runs: Vec::new() };
        game.open();
        game
    }

    fn open(&mut self) -> Vec<String> {
        let opened = next_steps(self.steps, &self.runs);
        for Opening { key, round } in &opened {
            self.runs.push(Run { key: key.clone(), round: *round, over: false, answer: None });
        }
        assert_eq!(next_steps(self.steps, &self.runs), [], "asking again opens nothing");
        opened.into_iter().map(|o| format!("{}/{}", o.key, o.round)).collect()
    }

    fn done(&mut self, key: &str) -> Vec<String> {
        self.answer(key, None)
    }

    fn answer(&mut self, key: &str, answer: Option<&str>) -> Vec<String> {
        let run = self.runs.iter_mut().find(|r| r.key == key && !r.over).unwrap();
        (run.over, run.answer) = (true, answer.map(str::to_owned));
        self.open()
    }

    fn pending(&self) -> Vec<&str> {
        self.runs.iter().filter(|r| !r.over).map(|r| r.key.as_str()).collect()
    }
}

#[test]
fn parallel_steps_meet_again_and_only_the_taken_branch_counts() {
    let steps = [
        step("take", "", ""),
        step("logs", "take", ""),
        question("grave", "take", &["yes: はい / Yes", "no: いいえ / No"]),
        step("team", "grave", "grave=yes"),
        step("desk", "grave", "grave=no"),
        step("contain", "logs、team, desk", ""),
    ];
    assert_eq!(problems(&steps), []);
    let mut game = Game::start(&steps);
    assert_eq!(game.pending(), ["take"]);
    assert_eq!(game.done("take"), ["logs/1", "grave/1"]);
    // Logs are there, but the question may still lead to containment by two ways.
    assert_eq!(game.done("logs"), [""; 0]);
    assert_eq!(game.answer("grave", Some("no")), ["desk/1"]);
    assert_eq!(game.done("desk"), ["contain/1"], "it does not wait for the branch not taken");
}

#[test]
fn a_declared_way_back_opens_the_step_and_all_behind_it_in_a_new_round() {
    let steps = [
        step("cut", "", ""),
        question("clean", "cut", &["yes", "no"]),
        step("word", "cut", ""),
        back("again", "clean", "clean=no", "cut"),
        step("restore", "clean, word", "clean=yes"),
    ];
    assert_eq!(problems(&steps), []);
    let mut game = Game::start(&steps);
    game.done("cut");
    game.done("word");
    assert_eq!(game.answer("clean", Some("no")), ["cut/2"], "nothing is restored meanwhile");
    assert_eq!(game.done("cut"), ["clean/2", "word/2"]);
    game.done("word");
    assert_eq!(game.answer("clean", Some("no")), ["cut/3"]);
    game.done("cut");
    game.done("word");
    assert_eq!(game.answer("clean", Some("yes")), ["restore/3"]);
    assert_eq!(game.done("restore"), [""; 0]);
    assert!(game.pending().is_empty());
}

#[test]
fn a_step_taken_out_of_order_is_not_opened_again() {
    let steps = [step("a", "", ""), step("b", "a", ""), step("c", "b", "")];
    let mut runs = vec![
        Run { key: "a".into(), round: 1, over: false, answer: None },
        Run { key: "b".into(), round: 1, over: true, answer: None },
    ];
    assert_eq!(next_steps(&steps, &runs), [], "c waits for a, which still leads to it");
    runs[0].over = true;
    assert_eq!(next_steps(&steps, &runs), [Opening { key: "c".into(), round: 1 }]);
}

#[test]
fn what_was_done_stays_done_when_the_plan_changes_in_the_middle() {
    let old = [step("a", "", ""), step("b", "a", ""), step("c", "b", "")];
    let mut game = Game::start(&old);
    game.done("a");
    let new = [step("a", "", ""), step("x", "a", ""), step("b", "x", ""), step("c", "b", "")];
    // b is under way and stays; the new step opens beside it; c waits for both.
    let opened = next_steps(&new, &game.runs);
    assert_eq!(opened, [Opening { key: "x".into(), round: 1 }]);
}

#[test]
fn problems_are_named_by_their_step() {
    let faulty = |steps: &[Step], key: &str, part: &str| {
        let found = problems(steps);
        assert!(
            found.iter().any(|p| p.step == key && p.message.en.contains(part)),
            "{key}: {part} is not among {found:?}"
        );
    };
    faulty(&[], "", "no steps");
    faulty(&[step("a", "b", ""), step("b", "a", "")], "a", "lead back");
    faulty(&[step("a", "b", ""), step("b", "a", "")], "", "Nothing comes first");
    faulty(&[step("a", "", ""), step("a", "", "")], "a", "Two steps");
    faulty(&[step("a b", "", "")], "a b", "no blank");
    faulty(&[step("a", "", ""), step("b", "nowhere", "")], "b", "no step");
    faulty(&[question("q", "", &["yes"])], "q", "two answers");
    let q = question("q", "", &["yes", "no"]);
    faulty(&[q.clone(), step("y", "q", "q=yes")], "q", "leads nowhere");
    faulty(&[q.clone(), step("y", "q", "q=maybe")], "y", "no answer");
    faulty(&[q.clone(), step("n", "q", "q=no"), step("y", "n", "q=yes, q=no")], "y", "two answers");
    faulty(&[step("a", "", ""), step("y", "a", "a=yes")], "y", "no decision");
    faulty(&[q.clone(), step("a", "", ""), step("y", "a", "q=yes")], "y", "does not come before");
    faulty(&[q.clone(), back("r", "q", "q=no", "z")], "r", "does not come before");
    faulty(&[q.clone(), back("r", "q", "q=no", "")], "r", "Say which");
    faulty(&[step("a", "", ""), back("r", "a", "", "a")], "r", "for ever");
    let asked_once = [q, step("a", "q", ""), step("b", "a", ""), back("r", "b", "q=no", "a")];
    faulty(&asked_once, "r", "for ever");
}

#[test]
fn an_answer_is_read_in_both_languages_or_by_its_name_alone() {
    let full = Answer::parse("yes: はい / Yes").unwrap();
    assert_eq!((full.id.as_str(), full.ja.as_str(), full.en.as_str()), ("yes", "はい", "Yes"));
    assert_eq!(Answer::parse(&full.line()), Some(full));
    let bare = Answer::parse("はい").unwrap();
    assert_eq!((bare.id.as_str(), bare.ja.as_str()), ("はい", "はい"));
    assert_eq!(Answer::parse(" : x"), None);
}

/// Plans that are sound by making: each step comes after some earlier ones; some are questions.
fn plans() -> impl Strategy<Value = Vec<Step>> {
    let one = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8, any::<bool>());
    prop::collection::vec(one, 1..14).prop_map(|rows| {
        let mut steps: Vec<Step> = Vec::new();
        for (i, (a, b, kind, yes)) in rows.into_iter().enumerate() {
            let key = format!("s{i}");
            if i == 0 {
                steps.push(step(&key, "", ""));
                continue;
            }
            let (a, b) = (a.index(i), b.index(i));
            let after = format!("s{a}, s{b}");
            match kind {
                0 => steps.push(question(&key, &after, &["yes", "no"])),
                1 if steps[a].kind == StepKind::Decide => {
                    let when = format!("s{a}={}", if yes { "yes" } else { "no" });
                    steps.push(step(&key, &format!("s{a}"), &when));
                }
                _ => steps.push(step(&key, &after, "")),
            }
        }
        steps
    })
}

proptest! {
    /// Whatever is answered and in whichever order work is done: a run comes to its end, opens
    /// nothing twice in a round, and nothing before something that leads to it is over.
    #[test]
    fn every_run_ends_and_never_opens_a_step_twice(
        steps in plans(),
        order in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 64),
    ) {
        let mut game = Game::start(&steps);
        let mut turns = order.into_iter();
        while let Some(key) = {
            let open: Vec<String> = game.pending().iter().map(|k| (*k).to_owned()).collect();
            let turn = turns.next();
            turn.filter(|_| !open.is_empty()).map(|(i, yes)| (open[i.index(open.len())].clone(), yes))
        } {
            let (key, yes) = key;
            let asked = steps.iter().any(|s| s.key == key && s.kind == StepKind::Decide);
            game.answer(&key, asked.then_some(if yes { "yes" } else { "no" }));
        }
        prop_assert!(game.pending().is_empty(), "64 turns suffice for 14 steps");
        let mut seen: Vec<(&str, i64)> =
            game.runs.iter().map(|r| (r.key.as_str(), r.round)).collect();
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), count);
        prop_assert!(game.runs.iter().all(|r| r.round == 1), "no way back, no second round");
        // Every step that hangs on no condition, directly or before it, is reached.
        let free = |s: &Step| s.when.is_none();
        let mut sure: Vec<&str> = Vec::new();
        for s in &steps {
            if free(s) && (s.after().is_empty() || s.after().iter().any(|k| sure.contains(k))) {
                sure.push(&s.key);
            }
        }
        for key in sure {
            prop_assert!(game.runs.iter().any(|r| r.key == key), "{} is reached", key);
        }
    }
}
