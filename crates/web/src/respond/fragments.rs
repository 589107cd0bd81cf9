//! What is pushed to those who watch a room: parts of the page, each with the id it replaces.

use super::parts::Ui;
use super::room::{self, ME_PLACE, Room};
use serde::Serialize;
use std::collections::BTreeMap;

/// One message to the page (see the static README, "Live message").
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fragment {
    /// Where it goes.
    pub target: String,
    /// `append` or `replace`.
    pub mode: &'static str,
    /// Id of the element; one already on the page is replaced.
    pub id: String,
    /// The element.
    pub html: String,
}

/// All parts of a room with their ids, timeline entries last and oldest first.
pub fn all(ui: &Ui, room: &Room) -> Vec<Fragment> {
    let part = |id: &str, html: super::parts::Html| Fragment {
        target: format!("#{id}"),
        mode: "replace",
        id: id.to_owned(),
        html: html.0,
    };
    let mut out = vec![
        part("room-facts", room::facts(ui, room)),
        part("room-brief", super::side::brief(ui, room)),
        part("room-deadlines", room::deadlines(ui, room)),
        part("room-steps", room::steps(ui, room)),
        part("room-plays", super::play::panel(ui, room)),
        part("room-containment", super::stops::containment(ui, room)),
        part("tasks", room::tasks(ui, room)),
        part("room-known", room::known(ui, room)),
        part("room-systems", room::systems(ui, room)),
        part("room-cases", room::cases(ui, room)),
        part("room-waking", room::waking(ui, room)),
        part("room-messages", room::messages(ui, room)),
        part("room-decisions", room::decisions(ui, room)),
        part("room-collection", super::stops::collection(ui, room)),
        part("room-evidence", room::evidence(ui, room)),
        part("room-side", super::side::panel(ui, room)),
    ];
    if room.may_write {
        out.push(part("entry-leaf", room::entry_leaf(ui, room)));
    }
    out.extend(room.entries.iter().map(|e| Fragment {
        target: "#timeline".into(),
        mode: "append",
        id: format!("e-{}", e.id),
        html: room::entry(ui, room, e).0,
    }));
    out
}

/// What a watcher has on the page, so that only differences are sent.
#[derive(Debug, Clone, Default)]
pub struct Seen(BTreeMap<String, String>);

impl Seen {
    /// The page as it was written when the record had `leaf` leaves: entries below it are there; of
    /// the other parts nothing is assumed when something was written since, also while `room` was
    /// being read, so they are sent once more.
    pub fn at_leaf(now: &[Fragment], room: &Room, leaf: u64) -> Self {
        let mut seen = BTreeMap::new();
        if leaf >= room.leaf_after {
            for f in now {
                seen.insert(f.id.clone(), f.html.clone());
            }
            return Self(seen);
        }
        for (f, e) in now.iter().filter(|f| f.mode == "append").zip(&room.entries) {
            // An entry that a later one corrects looks different now, so it is sent again.
            if e.leaf < leaf && !e.corrected {
                seen.insert(f.id.clone(), f.html.clone());
            }
        }
        Self(seen)
    }

    /// What differs from what was sent, and remembers it as sent.
    pub fn changed(&mut self, now: &[Fragment]) -> Vec<Fragment> {
        let changed: Vec<Fragment> = now
            .iter()
            .filter(|f| {
                self.0.get(&f.id).is_none_or(|old| without_clocks(old) != without_clocks(&f.html))
            })
            .cloned()
            .collect();
        for f in now {
            self.0.insert(f.id.clone(), f.html.clone());
        }
        changed
    }
}

/// The words of a countdown change by themselves, and the page's script keeps them true; only the
/// instant itself is compared.
fn without_clocks(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<span class=\"count-left\">") {
        out.push_str(&rest[..start]);
        let tail = &rest[start..];
        let Some(end) = tail.find("</span>") else {
            out.push_str(tail);
            return strip_late(&out);
        };
        rest = &tail[end..];
    }
    out.push_str(rest);
    strip_late(&out)
}

fn strip_late(html: &str) -> String {
    html.replace(" is-soon", "").replace(" is-late", "").replace(" data-late", "")
}

/// Puts the watcher's own person id into a fragment that was written for all.
pub fn personal(html: &str, me: &str) -> String {
    html.replace(ME_PLACE, &super::parts::esc(me))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{a_room, ui};
    use super::*;
    use okiagari_model::{Lang, MINUTE};

    #[test]
    fn nothing_is_sent_while_nothing_changes_but_the_clock() {
        let mut ui = ui(Lang::Ja);
        let room = a_room(&ui, None);
        let mut seen = Seen::at_leaf(&all(&ui, &room), &room, room.leaf);
        ui.now = ui.now.plus(3 * MINUTE);
        assert_eq!(seen.changed(&all(&ui, &room)), Vec::new());
    }

    #[test]
    fn a_new_entry_is_appended_and_the_finished_task_replaced_once() {
        let ui = ui(Lang::Ja);
        let mut room = a_room(&ui, None);
        let mut seen = Seen::at_leaf(&all(&ui, &room), &room, room.leaf);
        let mut more = room.entries[0].clone();
        (more.id, more.leaf, more.text) = ("e9".into(), 49, "別の端末も".into());
        room.entries.push(more);
        room.tasks[0].state = "done".into();
        room.leaf = 50;
        let now = all(&ui, &room);
        let sent = seen.changed(&now);
        let ids: Vec<(&str, &str)> = sent.iter().map(|f| (f.mode, f.id.as_str())).collect();
        assert_eq!(ids, [("replace", "tasks"), ("replace", "entry-leaf"), ("append", "e-e9")]);
        assert!(seen.changed(&now).is_empty());
    }

    #[test]
    fn after_a_broken_line_everything_written_since_comes_and_nothing_older() {
        let ui = ui(Lang::Ja);
        let room = a_room(&ui, None);
        let now = all(&ui, &room);
        // The page was written over 46 leaves: e2 (the next, leaf 46) is new, and e1 is now marked as corrected.
        let ids: Vec<String> =
            Seen::at_leaf(&now, &room, 46).changed(&now).into_iter().map(|f| f.id).collect();
        assert!(ids.contains(&"e-e2".to_owned()) && ids.contains(&"e-e1".to_owned()));
        assert!(!ids.contains(&"e-d1".to_owned()), "the decision was there already: {ids:?}");
        assert!(ids.contains(&"tasks".to_owned()));
    }

    #[test]
    fn what_is_written_while_the_room_is_read_is_not_taken_as_shown() {
        let ui = ui(Lang::Ja);
        let mut room = a_room(&ui, None);
        room.leaf_after = room.leaf + 1;
        let now = all(&ui, &room);
        let sent = Seen::at_leaf(&now, &room, room.leaf).changed(&now);
        assert!(sent.iter().any(|f| f.id == "room-messages"), "{sent:?}");
    }

    #[test]
    fn the_message_is_one_json_object_and_names_each_watcher_for_itself() {
        let ui = ui(Lang::Ja);
        let mut room = a_room(&ui, None);
        room.me = ME_PLACE.into();
        let tasks = all(&ui, &room).into_iter().find(|f| f.id == "tasks").unwrap();
        assert!(personal(&tasks.html, "p2").contains("value=\"p2\""));
        let json = serde_json::to_value(&tasks).unwrap();
        assert_eq!(json["target"], "#tasks");
        assert_eq!(json["mode"], "replace");
    }
}
