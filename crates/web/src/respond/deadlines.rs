//! All clocks: as a page, as a wall for the room, and one clock with how it was counted.

use super::parts::{Html, Ui, render};
use super::room::Due;
use askama::Template;

/// The list of all clocks.
#[derive(Debug, Clone)]
pub struct Board {
    /// Late first, then nearest; done ones last.
    pub clocks: Vec<Due>,
    /// Only those that I answer for.
    pub mine: bool,
    /// Only those of one incident: id and title.
    pub incident: Option<(String, String)>,
    /// Done and withdrawn ones are shown too.
    pub over: bool,
}

impl Board {
    /// The clocks that the filters leave.
    pub fn shown(&self) -> Vec<&Due> {
        let mut shown: Vec<&Due> = self
            .clocks
            .iter()
            .filter(|d| !self.mine || d.mine)
            .filter(|d| self.over || !d.over)
            .filter(|d| {
                self.incident
                    .as_ref()
                    .is_none_or(|(id, _)| d.incident.as_ref().is_some_and(|(of, _)| of == id))
            })
            .collect();
        shown.sort_by_key(|d| (d.over, !d.late, d.due_at));
        shown
    }

    /// How many are late.
    pub fn late(&self) -> usize {
        self.shown().iter().filter(|d| d.late).count()
    }

    /// Address of all clocks.
    pub fn href_all(&self) -> String {
        self.href(false, self.over)
    }

    /// Address of my clocks.
    pub fn href_mine(&self) -> String {
        self.href(true, self.over)
    }

    /// Address with done ones shown or hidden, the other way round than now.
    pub fn href_over(&self) -> String {
        self.href(self.mine, !self.over)
    }

    fn href(&self, mine: bool, over: bool) -> String {
        let mut parts: Vec<String> = Vec::new();
        if mine {
            parts.push("mine=1".into());
        }
        if over {
            parts.push("over=1".into());
        }
        if let Some((id, _)) = &self.incident {
            parts.push(format!("incident={id}"));
        }
        if parts.is_empty() {
            "/deadlines".into()
        } else {
            format!("/deadlines?{}", parts.join("&"))
        }
    }
}

/// One clock.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The clock.
    pub due: Due,
    /// Counted from.
    pub anchor_at: Option<okiagari_model::Time>,
    /// From when it is warned of.
    pub warn_at: Option<okiagari_model::Time>,
    /// Times that people were told.
    pub alarms: i64,
    /// It may be finished by who looks at it.
    pub may_finish: bool,
    /// It may be withdrawn or moved by who looks at it.
    pub may_move: bool,
    /// Decisions that can carry a move: id and question.
    pub decisions: Vec<(String, String)>,
    /// What needs mending: field and message.
    pub problems: Vec<(String, String)>,
}

impl Clock {}

#[derive(Template)]
#[template(path = "respond/deadlines.html")]
struct Page<'a> {
    ui: &'a Ui,
    board: &'a Board,
}

#[derive(Template)]
#[template(path = "respond/deadlines_wall.html")]
struct Wall<'a> {
    ui: &'a Ui,
    board: &'a Board,
}

#[derive(Template)]
#[template(path = "respond/deadline.html")]
struct One<'a> {
    ui: &'a Ui,
    clock: &'a Clock,
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, board: &Board) -> Html {
    render(&Page { ui, board })
}

/// The wall: the whole body of a screen that hangs in the room.
pub fn wall(ui: &Ui, board: &Board) -> Html {
    render(&Wall { ui, board })
}

/// One clock with how it was counted, and its forms.
pub fn one(ui: &Ui, clock: &Clock) -> Html {
    render(&One { ui, clock })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::sample::{NOW, due, tidy, ui};
    use okiagari_model::{Lang, MINUTE};

    fn board(ui: &Ui) -> Board {
        let mut done = due(ui, "社外への第一報", 300);
        (done.over, done.done_at) = (true, Some(NOW.plus(-30 * MINUTE)));
        Board {
            clocks: vec![
                due(ui, "月次の確認", 2_880),
                done,
                due(ui, "個人情報保護委員会への速報", 42),
                due(ui, "社内への第一報", -12),
            ],
            mine: false,
            incident: None,
            over: false,
        }
    }

    #[test]
    fn late_ones_stay_on_top_then_the_nearest_and_done_ones_only_on_request() {
        let ui = ui(Lang::Ja);
        let mut board = board(&ui);
        let titles = |b: &Board| b.shown().iter().map(|d| d.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(&board), ["社内への第一報", "個人情報保護委員会への速報", "月次の確認"]);
        board.over = true;
        assert_eq!(titles(&board).last().unwrap(), "社外への第一報");
        board.mine = true;
        assert!(!titles(&board).contains(&"社内への第一報".to_owned()));
    }

    #[test]
    fn pages_read_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let (ui, tag) = (ui(lang), lang.tag());
            insta::assert_snapshot!(format!("deadlines_{tag}"), tidy(&page(&ui, &board(&ui))));
            insta::assert_snapshot!(format!("wall_{tag}"), tidy(&wall(&ui, &board(&ui))));
            let clock = Clock {
                due: due(&ui, "個人情報保護委員会への速報", 42),
                anchor_at: Some(NOW.plus(-60 * MINUTE)),
                warn_at: Some(NOW),
                alarms: 1,
                may_finish: true,
                may_move: true,
                decisions: vec![("d1".into(), "期限を延ばすか".into())],
                problems: vec![(
                    "proof".into(),
                    ui.t("「完了の証拠」を入れてください。", "Please give \"Proof\".").into(),
                )],
            };
            insta::assert_snapshot!(format!("deadline_{tag}"), tidy(&one(&ui, &clock)));
        }
    }

    #[test]
    fn without_a_decision_a_deadline_cannot_be_moved_and_the_page_says_how() {
        let ui = ui(Lang::Ja);
        let clock = Clock {
            due: due(&ui, "x", 42),
            anchor_at: None,
            warn_at: None,
            alarms: 0,
            may_finish: true,
            may_move: true,
            decisions: Vec::new(),
            problems: Vec::new(),
        };
        let html = one(&ui, &clock).0;
        assert!(html.contains("/r/decision/new?incident=i1") && !html.contains("value=\"move\""));
    }
}
