//! The rest of the page of updates: guidance, the sector, duties and promises, help, the queue.

use super::updates::{Maker, Part, day, late, link, plain};
use crate::html::{Html, enc, esc};
use crate::markup;
use okiagari_model::Choice;
use okiagari_model::reconnect::case_request::queue;
use okiagari_model::reconnect::commitment::{CommitmentKind, overdue};
use okiagari_model::reconnect::framework_flow::cell;
use okiagari_model::reconnect::parts::Side;
use okiagari_model::reconnect::sector_group::departures;

impl Maker<'_> {
    pub(super) fn guidance(&self) -> Part {
        let rows = (self.it.of)("agency_guidance")
            .iter()
            .map(|g| {
                vec![
                    link(g, self.ui),
                    plain(&(self.it.name)(g.text("from"))),
                    markup!("{} {}", self.ui.state(g, "state"), esc(g.text("outcome"))),
                ]
            })
            .collect();
        Part {
            id: "guidance",
            head: self.t("担当機関からの助言", "Guidance of agencies"),
            columns: self.columns(&[
                ("助言", "Guidance"),
                ("機関", "From"),
                ("どうしたか", "What came of it"),
            ]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            add: self.add("agency_guidance", "助言を残す", "Record guidance"),
            ..Part::default()
        }
    }

    pub(super) fn groups(&self) -> Part {
        let all = (self.it.of)("departure");
        let rows = (self.it.of)("sector_group")
            .iter()
            .map(|g| {
                let mut own = Html::new();
                for d in departures(&all, g.id.as_str()) {
                    crate::put!(own, "{} {} ", link(d, self.ui), esc(d.text("why")));
                }
                if own.is_empty() {
                    own = plain(self.ui.t("方針どおり", "none"));
                }
                vec![
                    markup!("{} {}", link(g, self.ui), self.ui.state(g, "state")),
                    self.ui.lines(g.text("policy")),
                    self.ui.lines(g.text("strategy")),
                    own,
                ]
            })
            .collect();
        Part {
            id: "groups",
            head: self.t("業界の対応グループ", "Response group of the sector"),
            columns: self.columns(&[
                ("グループ", "Group"),
                ("常設の方針", "Standing policy"),
                ("共同の戦略", "Joint strategy"),
                ("当社の違い", "Own departures"),
            ]),
            rows,
            empty: self.t("参加の記録はありません。", "No group is on record."),
            add: self.add("sector_group", "グループを登録する", "Enter a group"),
            ..Part::default()
        }
    }

    /// The shared list of decisions, technical and strategic, and the conflicts raised (G7-94).
    pub(super) fn decisions(&self) -> Part {
        let mut meetings = (self.it.of)("sector_meeting");
        meetings.sort_by_key(|m| m.time("planned_at"));
        let mut rows = Vec::new();
        for m in &meetings {
            let at = m.time("held_at").or(m.time("planned_at"));
            let when = at.map_or_else(String::new, |t| self.ui.short(&t));
            let meeting =
                || markup!("{} {} {}", link(m, self.ui), esc(&when), self.ui.state(m, "state"));
            let before = rows.len();
            for d in m.rows("decisions") {
                let kind = match cell(d, "kind") {
                    "technical" => self.ui.t("技術", "Technical"),
                    _ => self.ui.t("戦略・業務", "Strategic"),
                };
                let done = match cell(d, "done_on") {
                    "" => day(cell(d, "due_on"), self.ui),
                    on => format!("{} {}", self.ui.t("済", "done"), day(on, self.ui)),
                };
                rows.push(vec![
                    meeting(),
                    plain(kind),
                    plain(cell(d, "text")),
                    plain(&format!("{} {done}", cell(d, "by"))),
                ]);
            }
            for c in m.rows("conflicts") {
                let text = format!("{} ⇔ {}", cell(c, "technical"), cell(c, "operational"));
                let raised =
                    self.ui.f("判断: {}", "raised to {}", (self.it.name)(cell(c, "raised_to")));
                let settled = match cell(c, "settled") {
                    "" => markup!(
                        "{} {}",
                        esc(&raised),
                        self.ui.chip("waiting", self.ui.t("結論待ち", "Open"))
                    ),
                    text => markup!("{} {}", esc(&raised), esc(text)),
                };
                rows.push(vec![
                    meeting(),
                    plain(self.ui.t("食い違い", "Conflict")),
                    plain(&text),
                    settled,
                ]);
            }
            if rows.len() == before {
                rows.push(vec![
                    meeting(),
                    Html::new(),
                    plain(self.ui.t("決定の記録なし", "no decision on record")),
                    Html::new(),
                ]);
            }
        }
        let case = self.it.case;
        let both: Vec<String> = ["technical_liaison", "operational_liaison"]
            .into_iter()
            .filter(|f| !case.text(f).is_empty())
            .map(|f| {
                let label = case.def.field(f).map_or("", |d| d.label.get(self.ui.lang));
                format!("{label}: {}", (self.it.name)(case.text(f)))
            })
            .collect();
        Part {
            id: "decisions",
            head: self.t("会合・決定・食い違い", "Meetings, decisions, conflicts"),
            note: both.join(self.ui.t("、", ", ")),
            columns: self.columns(&[
                ("会合", "Meeting"),
                ("種類", "Kind"),
                ("内容", "What"),
                ("担い手・期限・結論", "Who, when, how settled"),
            ]),
            rows,
            empty: self.t(
                "会合の記録はありません。業務の再開の話し合いは、再接続の前に始めます。",
                "No meeting is on record. Talks on the restart begin before reconnection.",
            ),
            add: self.add("sector_meeting", "会合を登録する", "Enter a meeting"),
        }
    }

    pub(super) fn commitments(&self, promises: bool) -> Part {
        let mut all = (self.it.of)("commitment");
        all.retain(|c| (c.text("kind") == CommitmentKind::Promise.id()) == promises);
        all.sort_by(|a, b| (a.text("due_on"), a.leaf).cmp(&(b.text("due_on"), b.leaf)));
        let rows = all
            .iter()
            .map(|c| {
                let theirs = c.text("by") == Side::Them.id();
                let who = if theirs {
                    c.text("their_person").to_owned()
                } else {
                    (self.it.name)(c.text("assigned"))
                };
                let mark = if overdue(c, self.ui.now, &self.ui.zone) {
                    late(self.ui)
                } else {
                    Html::new()
                };
                vec![
                    link(c, self.ui),
                    plain(&format!("{} {who}", self.ui.choice(c, "by"))),
                    plain(&day(c.text("due_on"), self.ui)),
                    markup!(
                        "{} {} {}{}",
                        self.ui.state(c, "state"),
                        mark,
                        esc(c.text("shown_by")),
                        esc(c.text("not_met_why"))
                    ),
                ]
            })
            .collect();
        let kept = all.iter().filter(|c| c.text("state") == "met").count();
        Part {
            id: if promises { "promises" } else { "duties" },
            head: if promises {
                self.t("交わした約束", "Promises between the sides")
            } else {
                self.t("務め", "Duties")
            },
            note: self.ui.f("果たした {}", "met: {}", format!("{kept} / {}", all.len())),
            columns: self.columns(&[
                ("すること", "What"),
                ("だれが", "Who"),
                ("期限", "Due"),
                ("果たしたか", "Met or not"),
            ]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            add: if promises {
                self.add("commitment", "約束を残す", "Record a promise")
            } else {
                Vec::new()
            },
        }
    }

    pub(super) fn help(&self) -> Part {
        let rows = (self.it.of)("case_request")
            .iter()
            .filter(|r| matches!(r.text("kind"), "offer" | "help"))
            .map(|r| {
                vec![
                    link(r, self.ui),
                    plain(&format!(
                        "{} {} {}",
                        self.ui.choice(r, "from"),
                        self.ui.choice(r, "kind"),
                        self.ui.choice(r, "help")
                    )),
                    plain(&(self.it.name)(r.text("party"))),
                    markup!("{} {}", self.ui.state(r, "state"), esc(r.text("outcome"))),
                ]
            })
            .collect();
        Part {
            id: "help",
            head: self.t("手助けの申し出と依頼", "Help offered and asked for"),
            columns: self.columns(&[
                ("内容", "What"),
                ("種類", "Kind"),
                ("相手組織", "Organisation"),
                ("状態", "State"),
            ]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            add: self.add("case_request", "申し出・依頼を残す", "Record an offer or request"),
            ..Part::default()
        }
    }

    pub(super) fn queue(&self) -> Part {
        let requests = (self.it.of)("case_request");
        let asked = (self.it.of)("client_requirement");
        let rows = queue(requests.iter().chain(asked.iter()))
            .into_iter()
            .map(|l| {
                let mut asks = Html::new();
                for (register, id, title) in &l.asks {
                    crate::put!(
                        asks,
                        "<a href=\"/r/{}/{}\">{}</a> ",
                        *register,
                        enc(id.as_str()),
                        esc(title)
                    );
                }
                let topic = l
                    .topic
                    .map_or(self.ui.t("そのほか", "Other"), |t| t.label().get(self.ui.lang));
                vec![
                    plain(topic),
                    asks,
                    plain(&self.ui.f("{}組織", "{} parties", l.parties)),
                    l.wanted_by.or(l.since).map_or_else(Html::new, |t| self.ui.count(&t)),
                ]
            })
            .collect();
        Part {
            id: "queue",
            head: self.t("聞かれていること（一つの列）", "What is asked, in one queue"),
            note: self.t(
                "同じことについての求めは一行にまとまります。一度の回答で、みなに答えられます。",
                "Equal questions stand in one line; one answer serves all who ask.",
            ),
            columns: self.columns(&[
                ("何について", "Topic"),
                ("求め", "Questions"),
                ("相手", "Parties"),
                ("期限・経過", "Wanted by"),
            ]),
            rows,
            empty: self.t("答えを待つ求めはありません。", "No question waits for an answer."),
            ..Part::default()
        }
    }
}
