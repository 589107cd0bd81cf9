//! Who must hear what by when: updates and their rhythms, the sector, duties and promises, help,
//! and the one queue of questions, as tables of one shape.

use crate::html::{Html, enc, esc};
use crate::markup;
use crate::respond::documents::Paper;
use crate::respond::parts::{Ui, render};
use askama::Template;
use okiagari_model::clock::ClockRule;
use okiagari_model::reconnect::case_request::queue;
use okiagari_model::reconnect::commitment::{CommitmentKind, overdue};
use okiagari_model::reconnect::framework_flow::cell;
use okiagari_model::reconnect::parts::Side;
use okiagari_model::reconnect::sector_group::departures;
use okiagari_model::reconnect::sharing_limit;
use okiagari_model::reconnect::status_update::{due, missed};
use okiagari_model::reconnect::told::Told;
use okiagari_model::reconnect::told_text::Section;
use okiagari_model::reconnect::update_rhythm::{every, runs};
use okiagari_model::{Choice, Date, Lang, Record, Time, register, validate};

/// Everything that the page shows, as it was read.
pub struct UpdatesIn<'a> {
    /// The case.
    pub case: &'a Record,
    /// Rhythms, updates, limits, pages, guidance, groups, meetings, commitments, requests,
    /// requirements, departures of the case, in this order of registers.
    pub of: &'a dyn Fn(&str) -> Vec<Record>,
    /// Messages of updates.
    pub messages: &'a [Record],
    /// Legal duties of the incident.
    pub duties: &'a [Record],
    /// Rules of deadlines.
    pub rules: &'a [ClockRule],
    /// Names of contacts and persons.
    pub name: &'a dyn Fn(&str) -> String,
    /// Whether entries may be made.
    pub may_write: bool,
}

/// A table with its head and what is added to it.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Anchor.
    pub id: &'static str,
    /// Heading.
    pub head: String,
    /// A line under the heading.
    pub note: String,
    /// Columns.
    pub columns: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<Html>>,
    /// What stands there where there is no row.
    pub empty: String,
    /// Where further ones are entered: address and words.
    pub add: Vec<(String, String)>,
}

fn link(r: &Record, ui: &Ui) -> Html {
    let title = r.own_title(ui.lang);
    markup!("<a href=\"/r/{}/{}\">{}</a>", r.def.id, enc(r.id.as_str()), esc(title))
}

fn plain(text: &str) -> Html {
    markup!("{}", esc(text))
}

fn day(text: &str, ui: &Ui) -> String {
    Date::parse(text).map_or_else(String::new, |d| d.show(ui.lang))
}

fn labels(r: &Record, field: &str, ui: &Ui) -> String {
    use okiagari_model::FieldKind;
    let Some(FieldKind::Choices(set)) = r.def.field(field).map(|f| f.kind) else {
        return String::new();
    };
    let found = r.ids(field).into_iter().filter_map(|id| set.options.iter().find(|o| o.id == id));
    found.map(|o| o.label.get(ui.lang)).collect::<Vec<_>>().join(ui.t("、", ", "))
}

fn late(ui: &Ui) -> Html {
    ui.chip("late", ui.t("遅れています", "Late"))
}

/// An update that waits: its record, when it is due, whether that has passed.
pub struct DueLine {
    /// Id.
    pub id: String,
    /// Name.
    pub title: String,
    /// Due.
    pub at: Time,
    /// Missed.
    pub missed: bool,
    /// The step that is next: address and words.
    pub next: (String, String),
}

/// Updates that wait, the earliest first.
pub fn waiting(ui: &Ui, updates: &[Record]) -> Vec<DueLine> {
    let mut all: Vec<DueLine> = updates
        .iter()
        .filter(|u| due(u))
        .filter_map(|u| {
            let (step, words) = match u.text("state") {
                "prepared" => ("issue", ui.t("発行する", "Issue")),
                _ => ("prepare", ui.t("案件からまとめる", "Put it together")),
            };
            Some(DueLine {
                id: u.id.as_str().to_owned(),
                title: u.own_title(ui.lang).to_owned(),
                at: u.time("due_at")?,
                missed: missed(u, ui.now),
                next: (
                    format!("/r/status_update/{}/step/{step}", enc(u.id.as_str())),
                    words.to_owned(),
                ),
            })
        })
        .collect();
    all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all
}

struct Maker<'a> {
    ui: &'a Ui,
    it: &'a UpdatesIn<'a>,
}

impl Maker<'_> {
    fn t(&self, ja: &str, en: &str) -> String {
        self.ui.t(ja, en).to_owned()
    }

    fn columns(&self, all: &[(&str, &str)]) -> Vec<String> {
        all.iter().map(|(ja, en)| self.t(ja, en)).collect()
    }

    fn add(&self, register: &str, ja: &str, en: &str) -> Vec<(String, String)> {
        if !self.it.may_write {
            return Vec::new();
        }
        let case = enc(self.it.case.id.as_str());
        vec![(format!("/r/{register}/new?reconnection={case}"), self.t(ja, en))]
    }

    fn due(&self) -> Part {
        let updates = (self.it.of)("status_update");
        let rows = waiting(self.ui, &updates)
            .into_iter()
            .map(|d| {
                let mark = if d.missed { late(self.ui) } else { Html::new() };
                vec![
                    markup!("<a href=\"/r/status_update/{}\">{}</a>", enc(&d.id), esc(&d.title)),
                    markup!("{} {}", self.ui.count(&d.at), mark),
                    if self.it.may_write {
                        markup!(
                            "<a class=\"btn btn-small\" href=\"{}\">{}</a>",
                            d.next.0,
                            esc(&d.next.1)
                        )
                    } else {
                        Html::new()
                    },
                ]
            })
            .collect();
        Part {
            id: "due",
            head: self.t("次に知らせること", "What is to be told next"),
            columns: self.columns(&[("更新", "Update"), ("期限", "Due"), ("次", "Next")]),
            rows,
            empty: self.t(
                "予定の更新はありません。定期連絡を決めると、段階ごとに入ります。",
                "No update is planned. Set a rhythm, and each phase plans its own.",
            ),
            add: self.add("update_rhythm", "定期連絡を決める", "Set a rhythm"),
            ..Part::default()
        }
    }

    fn rhythms(&self) -> Part {
        let updates = (self.it.of)("status_update");
        let rows = (self.it.of)("update_rhythm")
            .iter()
            .filter(|r| runs(r))
            .map(|r| {
                let issued = updates.iter().filter(|u| u.text("rhythm") == r.id.as_str());
                let last = issued.filter_map(|u| u.time("issued_at")).max();
                let often: Vec<String> = okiagari_model::reconnect::framework::PhaseKind::ALL
                    .iter()
                    .filter_map(|k| {
                        let minutes = validate::minutes(every(r, k.id())?, self.ui.lang);
                        Some(format!("{} {minutes}", k.label().get(self.ui.lang)))
                    })
                    .collect();
                let to: Vec<String> =
                    r.rows("ways").map(|w| (self.it.name)(cell(w, "contact"))).collect();
                vec![
                    link(r, self.ui),
                    plain(&labels(r, "audiences", self.ui)),
                    plain(&often.join(self.ui.t("、", ", "))),
                    plain(&to.join(self.ui.t("、", ", "))),
                    plain(&last.map_or_else(|| "—".to_owned(), |t| self.ui.short(&t))),
                ]
            })
            .collect();
        Part {
            id: "rhythms",
            head: self.t("だれに・どの間隔で", "Whom, and how often"),
            columns: self.columns(&[
                ("定期連絡", "Rhythm"),
                ("相手", "Audience"),
                ("段階ごとの間隔", "Interval"),
                ("届け先", "Recipients"),
                ("最後に出した", "Last issued"),
            ]),
            rows,
            empty: self.t("まだ決めていません。", "None set yet."),
            ..Part::default()
        }
    }

    fn issued(&self) -> Part {
        let mut updates = (self.it.of)("status_update");
        updates.retain(|u| u.text("state") == "issued");
        updates.sort_by_key(|u| std::cmp::Reverse((u.time("issued_at"), u.leaf)));
        let rows = updates
            .iter()
            .map(|u| {
                let mine =
                    || self.it.messages.iter().filter(|m| m.text("status_update") == u.id.as_str());
                let sent =
                    mine().filter(|m| matches!(m.text("state"), "sent" | "answered")).count();
                let mut ways = Html::new();
                for m in mine() {
                    crate::put!(
                        ways,
                        "<a href=\"/r/message/{}\">{}</a> {} ",
                        enc(m.id.as_str()),
                        esc(&self.ui.choice(m, "way")),
                        self.ui.state(m, "state")
                    );
                }
                vec![
                    markup!(
                        "<a href=\"/documents/status-update/{}\">{}</a>",
                        enc(u.id.as_str()),
                        esc(u.own_title(self.ui.lang))
                    ),
                    plain(&u.time("issued_at").map_or_else(String::new, |t| self.ui.short(&t))),
                    markup!("{} / {} {}", sent, mine().count(), ways),
                ]
            })
            .collect();
        Part {
            id: "issued",
            head: self.t("出した更新", "Updates issued"),
            columns: self.columns(&[
                ("更新", "Update"),
                ("発行", "Issued"),
                ("届けた経路", "Sent by"),
            ]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            ..Part::default()
        }
    }

    fn pages(&self) -> Part {
        let rows = (self.it.of)("outside_page")
            .iter()
            .filter(|p| okiagari_model::reconnect::entry::stands(p))
            .map(|p| {
                let given =
                    p.rows("links").filter(|l| !cell(l, "secret_digest").is_empty()).count();
                vec![
                    markup!(
                        "<a href=\"/reconnect/pages/{}\">{}</a>",
                        enc(p.id.as_str()),
                        esc(p.text("title"))
                    ),
                    plain(&(self.it.name)(p.text("contact"))),
                    plain(&self.ui.f("リンク{}本", "{} links", given)),
                ]
            })
            .collect();
        Part {
            id: "pages",
            head: self.t("社外の状況ページ", "Pages for outsiders"),
            note: self.t(
                "アカウントのない相手が、リンクで状況を見るページです。",
                "Where a party without an account looks, by a private link.",
            ),
            columns: self.columns(&[("ページ", "Page"), ("相手", "Party"), ("リンク", "Links")]),
            rows,
            empty: self.t("まだありません。", "None yet."),
            add: self.add("outside_page", "ページを作る", "Make a page"),
        }
    }

    fn limits(&self) -> Part {
        let rows = (self.it.of)("sharing_limit")
            .iter()
            .filter(|l| sharing_limit::holds(l, self.ui.now, &self.ui.zone))
            .map(|l| {
                let told = if l.flag("silent") {
                    self.t("伝えていないことも言えない", "not even that it is held back")
                } else {
                    self.t("伝えていないことは知らせる", "readers are told that it is held back")
                };
                vec![
                    link(l, self.ui),
                    plain(&labels(l, "audiences", self.ui)),
                    plain(l.text("reason")),
                    plain(&format!("{} {told}", day(l.text("until"), self.ui))),
                ]
            })
            .collect();
        Part {
            id: "limits",
            head: self.t("伝えない情報", "What is held back"),
            columns: self.columns(&[
                ("情報", "Information"),
                ("伝えない相手", "Held back from"),
                ("法的な理由", "Legal reason"),
                ("いつまで", "Until"),
            ]),
            rows,
            empty: self.t("伝えない情報はありません。", "Nothing is held back."),
            add: self.add("sharing_limit", "伝えない情報を決める", "Hold something back"),
            ..Part::default()
        }
    }

    /// Duties by law with their row of rule data: jurisdiction, trigger, addressee, form, time
    /// limit, follow-ups (G7-89).
    fn regulators(&self) -> Part {
        let lang = self.ui.lang;
        let said = |m: &okiagari_model::Message| lang.t(&m.ja, &m.en).to_owned();
        let rows = self
            .it
            .duties
            .iter()
            .map(|o| {
                let rule = self.it.rules.iter().find(|r| r.id == o.text("rule"));
                let stage = rule.and_then(|r| r.stages.iter().find(|s| s.id == o.text("stage")));
                let trigger = rule.and_then(|r| register(&r.register)?.field(&r.trigger));
                let later: Vec<String> = rule
                    .zip(stage)
                    .map(|(r, s)| {
                        let after = r.stages.iter().skip_while(|x| x.id != s.id).skip(1);
                        after.map(|x| said(&x.label)).collect()
                    })
                    .unwrap_or_default();
                let form = stage.and_then(|s| s.form.as_ref()).map(said).unwrap_or_default();
                let missed = okiagari_model::respond::obligation::late(o, self.ui.now);
                vec![
                    link(o, self.ui),
                    plain(&rule.map_or_else(String::new, |r| {
                        format!("{} ({})", said(&r.regime), r.jurisdiction.to_uppercase())
                    })),
                    plain(trigger.map_or("", |f| f.label.get(lang))),
                    plain(lang.t(
                        o.text("recipient"),
                        match o.text("recipient_en") {
                            "" => o.text("recipient"),
                            en => en,
                        },
                    )),
                    plain(&form),
                    markup!(
                        "{} {} {}",
                        o.time("due_at").map_or_else(String::new, |t| self.ui.short(&t)),
                        self.ui.state(o, "state"),
                        if missed { late(self.ui) } else { Html::new() }
                    ),
                    plain(&later.join(self.ui.t("、", ", "))),
                ]
            })
            .collect();
        Part {
            id: "regulators",
            head: self.t("当局への届出", "What authorities are owed"),
            note: self.t(
                "国・法令ごとの決まりは「期限」のデータにあり、要らないものは初期設定で外せます。",
                "The table of jurisdictions is the data of deadlines; what does not apply is switched off at first start.",
            ),
            columns: self.columns(&[
                ("届出", "Duty"),
                ("国・法令", "Jurisdiction"),
                ("きっかけ", "Trigger"),
                ("提出先", "Addressee"),
                ("様式", "Form"),
                ("期限", "Time limit"),
                ("続き", "Follow-ups"),
            ]),
            rows,
            empty: self.t("このインシデントで始まった届出はありません。", "None has begun in this incident."),
            ..Part::default()
        }
    }

    fn guidance(&self) -> Part {
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

    fn groups(&self) -> Part {
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
    fn decisions(&self) -> Part {
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

    fn commitments(&self, promises: bool) -> Part {
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

    fn help(&self) -> Part {
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

    fn queue(&self) -> Part {
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

/// All parts of the page, in the order in which they are needed.
pub fn parts(ui: &Ui, it: &UpdatesIn<'_>) -> Vec<Part> {
    let m = Maker { ui, it };
    vec![
        m.due(),
        m.issued(),
        m.rhythms(),
        m.pages(),
        m.regulators(),
        m.queue(),
        m.commitments(true),
        m.commitments(false),
        m.help(),
        m.groups(),
        m.decisions(),
        m.guidance(),
        m.limits(),
    ]
}

#[derive(Template)]
#[template(path = "reconnect/updates.html")]
struct Page<'a> {
    ui: &'a Ui,
    case: (String, String),
    scope: &'a str,
    parts: &'a [Part],
}

/// The page: what stands inside `<main>`.
pub fn page(ui: &Ui, case: &Record, parts: &[Part]) -> Html {
    let english = case.text("scope_line_en");
    let ja = case.text("scope_line");
    let scope = if english.is_empty() { ja } else { ui.t(ja, english) };
    render(&Page { ui, case: (case.id.as_str().to_owned(), case.title()), scope, parts })
}

/// An update in one language, on paper.
struct Words {
    ui: Ui,
    head: String,
    scope: String,
    sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "reconnect/update_sheet.html")]
struct Sheet<'a> {
    ui: &'a Ui,
    paper: &'a Paper,
    words: Vec<Words>,
    issued: Option<Time>,
    digest: &'a str,
}

/// An update as a document in both languages.
pub fn sheet(ui: &Ui, paper: &Paper, told: &Told, issued: Option<Time>, digest: &str) -> Html {
    let words = [Lang::Ja, Lang::En]
        .into_iter()
        .map(|lang| Words {
            ui: Ui { lang, zone: ui.zone.clone(), now: ui.now },
            head: told.headline(lang),
            scope: told.scope_in(lang).to_owned(),
            sections: told.sections(lang),
        })
        .collect();
    render(&Sheet { ui, paper, words, issued, digest })
}

/// A row of links of a page for outsiders.
pub struct LinkRow {
    /// For whom.
    pub who: String,
    /// Until when, whether a code is asked for, whether one was made.
    pub note: String,
    /// Row.
    pub n: usize,
}

#[derive(Template)]
#[template(path = "reconnect/links.html")]
struct Links<'a> {
    ui: &'a Ui,
    page: (String, String),
    rows: &'a [LinkRow],
    made: Option<(String, Option<String>)>,
}

/// The links of a page; one that was just made is shown, and only here.
pub fn links(ui: &Ui, page: &Record, made: Option<(String, Option<String>)>) -> Html {
    let rows: Vec<LinkRow> = page
        .rows("links")
        .enumerate()
        .map(|(n, l)| {
            let flag = |f: &str| l.get(f).and_then(okiagari_model::Value::as_bool) == Some(true);
            let mut note = Vec::new();
            if !cell(l, "until").is_empty() {
                note.push(ui.f("{}まで", "until {}", day(cell(l, "until"), ui)));
            }
            if flag("with_code") {
                note.push(ui.t("合い言葉あり", "with a code").to_owned());
            }
            note.push(
                match (flag("closed"), cell(l, "secret_digest").is_empty()) {
                    (true, _) => ui.t("使えません", "taken back"),
                    (false, true) => ui.t("まだ渡していません", "not given yet"),
                    (false, false) => ui.t("渡したリンクがあります", "a link is in use"),
                }
                .to_owned(),
            );
            LinkRow { who: cell(l, "who").to_owned(), note: note.join(ui.t("、", ", ")), n }
        })
        .collect();
    let id = page.id.as_str().to_owned();
    render(&Links { ui, page: (id, page.text("title").to_owned()), rows: &rows, made })
}
