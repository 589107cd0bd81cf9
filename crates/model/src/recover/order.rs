//! In which order systems come back (TK-45): rank, importance, target, and what depends on what.

use crate::identify::Importance;
use crate::identify::system::{effective_rto, graph};
use crate::*;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How early a system is due: rank, importance, effective target in minutes. Smaller comes first.
type Key = (i64, u8, i64);

/// The order of some systems.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// Their ids, first to come back first.
    pub ids: Vec<String>,
    /// Circles of dependency among all systems that one of these is part of, each with its members.
    pub circles: Vec<Vec<String>>,
}

impl Order {
    /// The place of a system, from 0.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|i| i == id)
    }
}

/// Orders the systems `wanted`. A system stands after everything it depends on, also where the way
/// leads over a system that is not hit; members of a circle stand by their own importance. What
/// something urgent depends on is as urgent.
pub fn order(systems: &[Rc<Record>], wanted: &[&str]) -> Order {
    let effective = effective_rto(&graph(systems.iter().map(Rc::as_ref)));
    let needs: BTreeMap<&str, Vec<&str>> =
        systems.iter().map(|s| (s.id.as_str(), s.ids("depends_on"))).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        needs.keys().map(|id| (*id, below(&needs, id))).collect();
    let under = |a: &str, b: &str| reached.get(a).is_some_and(|r| r.contains(b));
    let own: BTreeMap<&str, Key> = systems
        .iter()
        .map(|s| {
            let rto = effective.get(s.id.as_str()).copied().unwrap_or(i64::MAX);
            (s.id.as_str(), (s.int("rank").unwrap_or(i64::MAX), weight(s), rto))
        })
        .collect();
    let last = (i64::MAX, u8::MAX, i64::MAX);
    let key = |id: &str| {
        let heirs = wanted.iter().filter(|w| under(w, id)).filter_map(|w| own.get(w));
        heirs.chain(own.get(id)).min().copied().unwrap_or(last)
    };
    let mut left: Vec<(Key, &str)> =
        wanted.iter().collect::<BTreeSet<_>>().into_iter().map(|id| (key(id), *id)).collect();
    left.sort_unstable();
    let mut ids = Vec::new();
    while !left.is_empty() {
        // Somebody is always free: needs within a circle do not count.
        let free = left.iter().position(|(_, id)| {
            !left.iter().any(|(_, o)| o != id && under(id, o) && !under(o, id))
        });
        ids.push(left.remove(free.unwrap_or(0)).1.to_owned());
    }
    let mut circles: Vec<Vec<String>> = Vec::new();
    for id in &ids {
        if under(id, id) && !circles.iter().any(|c| c.contains(id)) {
            let members = reached.get(id.as_str()).into_iter().flatten();
            circles.push(members.filter(|m| under(m, id)).map(|m| (*m).to_owned()).collect());
        }
    }
    Order { ids, circles }
}

/// Everything that a system depends on, by any way; itself only where it stands in a circle.
fn below<'a>(needs: &BTreeMap<&'a str, Vec<&'a str>>, id: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = needs.get(id).cloned().unwrap_or_default();
    while let Some(next) = open.pop() {
        if needs.contains_key(next) && seen.insert(next) {
            open.extend(needs.get(next).into_iter().flatten());
        }
    }
    seen
}

fn weight(system: &Record) -> u8 {
    match Importance::from_id(system.text("importance")) {
        Some(Importance::High) => 0,
        Some(Importance::Medium) => 1,
        Some(Importance::Low) => 2,
        None => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;
    use crate::identify::system::System;
    use proptest::prelude::*;
    use serde_json::json;

    fn system(id: &str, more: Value) -> Rc<Record> {
        let Value::Object(body) = more else { panic!("a body is an object") };
        Rc::new(Record { id: RecordId::new(id), ..unsaved(System::DEF, &body, Time::default()) })
    }

    #[test]
    fn what_the_most_important_system_needs_comes_before_it_and_before_others() {
        let systems = [
            system("mail", json!({"rank": 2, "importance": "medium"})),
            system("shop", json!({"rank": 1, "importance": "high", "depends_on": ["base"]})),
            system("base", json!({"rank": 9, "importance": "low", "depends_on": ["net"]})),
            system("net", json!({"importance": "low"})),
            system("wiki", json!({"importance": "low"})),
        ];
        let got = order(&systems, &["wiki", "mail", "shop", "net"]);
        // The way from the shop to the network leads over a system that is not hit.
        assert_eq!(got.ids, ["net", "shop", "mail", "wiki"]);
        assert!(got.circles.is_empty());
    }

    #[test]
    fn without_ranks_importance_decides_and_then_the_target() {
        let systems = [
            system("a", json!({"importance": "high", "rto": 600})),
            system("b", json!({"importance": "high", "rto": 60})),
            system("c", json!({"importance": "low", "rto": 5})),
            system("d", json!({"importance": "low", "rto": 5, "rank": 1})),
        ];
        assert_eq!(order(&systems, &["a", "b", "c", "d"]).ids, ["d", "b", "a", "c"]);
    }

    #[test]
    fn a_circle_is_named_and_does_not_stop_the_order() {
        let systems = [
            system("login", json!({"rank": 1, "depends_on": ["directory"]})),
            system("directory", json!({"rank": 2, "depends_on": ["login"]})),
            system("mail", json!({"rank": 3, "depends_on": ["directory"]})),
        ];
        let got = order(&systems, &["mail", "directory", "login"]);
        assert_eq!(got.ids.last().unwrap(), "mail");
        assert_eq!(got.circles, [["directory", "login"]]);
    }

    proptest! {
        #[test]
        fn nothing_stands_before_what_it_depends_on(
            edges in prop::collection::vec((0usize..8, 0usize..8), 0..20),
            ranks in prop::collection::vec(prop::option::of(1i64..5), 8),
            hit in prop::collection::vec(any::<bool>(), 8),
        ) {
            let systems: Vec<Rc<Record>> = (0..8)
                .map(|n| {
                    let needs: Vec<String> = edges.iter().filter(|(a, _)| *a == n)
                        .map(|(_, b)| format!("s{b}")).collect();
                    let mut body = json!({"depends_on": needs});
                    if let Some(rank) = ranks[n] { body["rank"] = rank.into(); }
                    system(&format!("s{n}"), body)
                })
                .collect();
            let names: Vec<String> = (0..8).filter(|n| hit[*n]).map(|n| format!("s{n}")).collect();
            let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
            let got = order(&systems, &wanted);
            prop_assert_eq!(got.ids.len(), wanted.len());
            // Naive: reachability by repeated squaring of the edge relation.
            let mut reach = [[false; 8]; 8];
            for (a, b) in &edges { reach[*a][*b] = true; }
            for k in 0..8 { for i in 0..8 { for j in 0..8 {
                reach[i][j] |= reach[i][k] && reach[k][j];
            }}}
            let number = |id: &String| id[1..].parse::<usize>().unwrap();
            for (i, a) in got.ids.iter().enumerate() {
                for b in &got.ids[i + 1..] {
                    let (a, b) = (number(a), number(b));
                    prop_assert!(!reach[a][b] || reach[b][a], "s{a} stands before s{b}");
                }
            }
            for (n, name) in names.iter().map(|id| (number(id), id)) {
                prop_assert_eq!(reach[n][n], got.circles.iter().any(|c| c.contains(name)));
            }
        }
    }
}
