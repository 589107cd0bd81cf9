//! Rota (当番表): who is on duty when, by weekly pattern and single days (IPA-151).

use crate::clock::Calendar;
use crate::govern::person::Person;
use crate::govern::role::Role;
use crate::*;
use jiff::civil::Weekday;

/// What somebody is on duty for. Of each there is one at any time (IPA-151).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Duty {
    /// Decides.
    #[choice(ja = "判断する人", en = "Decider")]
    Decider,
    /// Handles and analyses.
    #[choice(ja = "対応・分析する人", en = "Handler or analyst")]
    Handler,
    /// Talks to people outside.
    #[choice(ja = "社外との窓口", en = "Outside window")]
    Window,
}

impl Duty {
    /// The three that are on duty at any time.
    pub const ALL: [Duty; 3] = [Duty::Decider, Duty::Handler, Duty::Window];
}

/// A kind of day. A holiday that falls on a weekday counts as holiday only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
#[expect(missing_docs, reason = "the labels say what each is")]
pub enum DayKind {
    #[choice(ja = "月", en = "Mon")]
    Mon,
    #[choice(ja = "火", en = "Tue")]
    Tue,
    #[choice(ja = "水", en = "Wed")]
    Wed,
    #[choice(ja = "木", en = "Thu")]
    Thu,
    #[choice(ja = "金", en = "Fri")]
    Fri,
    #[choice(ja = "土", en = "Sat")]
    Sat,
    #[choice(ja = "日", en = "Sun")]
    Sun,
    #[choice(ja = "祝日", en = "Holiday")]
    Holiday,
}

/// One line of the rota.
#[derive(Debug, Clone, Register)]
#[register(
    id = "rota",
    wing = Prepare,
    menu = 3,
    ja = "当番",
    en = "Duty",
    question_ja = "今夜、判断する人・対応する人・窓口はだれですか",
    question_en = "Who decides, who handles and who is the window tonight?",
    about_ja = "曜日の決まった当番と、特定の日の当番を登録します。特定の日の当番は、その時間、曜日の当番に代わります。",
    about_en = "Duty by weekday, and for single days; on its hours a single day takes the place of the weekday.",
    purpose_ja = "いつでも、判断・対応・窓口の三つの役割に人がいるようにするために使います。",
    purpose_en = "Keeps the three roles of deciding, handling and speaking manned at any time.",
    sort = "duty",
    check = check,
    retention_years = 5,
    meets = ["IPA-151"]
)]
pub struct Rota {
    /// Name.
    #[field(ja = "当番名", en = "Name", title, list, search)]
    pub name: String,
    /// For what.
    #[field(ja = "役目", en = "Duty", list)]
    pub duty: Duty,
    /// Who.
    #[field(ja = "当番の人", en = "On duty", list)]
    pub person: Ref<Person>,
    /// In which role; its deputies follow in order.
    #[field(
        ja = "役割",
        en = "Role",
        list,
        help_ja = "当番に連絡がつかないときは、この役割の代行者を順に呼びます。",
        help_en = "When nobody answers, the deputies of this role are called in order."
    )]
    pub role: Option<Ref<Role>>,
    /// Days of the week.
    #[field(ja = "曜日", en = "Days", list)]
    pub days: Many<DayKind>,
    /// A single day instead.
    #[field(
        ja = "特定の日",
        en = "Single day",
        list,
        help_ja = "入れると、その日だけの当番になります。",
        help_en = "Then it is for that day only."
    )]
    pub on: Option<Date>,
    /// From.
    #[field(
        ja = "開始の時刻",
        en = "From",
        list,
        max = 5,
        help_ja = "18:00 のように入れます。",
        help_en = "Such as 18:00."
    )]
    pub from: String,
    /// To.
    #[field(
        ja = "終了の時刻",
        en = "To",
        list,
        max = 5,
        help_ja = "開始より前の時刻は翌日の意味です。一日中は 00:00 から 24:00 です。",
        help_en = "Earlier than the beginning means the next day. All day is 00:00 to 24:00."
    )]
    pub to: String,
    /// First day.
    #[field(ja = "始める日", en = "First day")]
    pub valid_from: Option<Date>,
    /// Last day.
    #[field(ja = "終える日", en = "Last day")]
    pub valid_to: Option<Date>,
    /// Knows the notification list and its form, since when.
    #[field(
        ja = "連絡リストと様式を確かめた日",
        en = "List and form known since",
        help_ja = "当番の人が、通知先の一覧と様式の場所を知っていることを確かめた日です。",
        help_en = "The day on which the person confirmed to know the list and the form."
    )]
    pub list_known_on: Option<Date>,
}

/// Minutes since midnight of `HH:MM`; `24:00` is the end of the day.
pub fn minute_of_day(text: &str) -> Option<i64> {
    let (h, m) = text.trim().split_once(':')?;
    let two = |t: &str| (t.len() == 2).then(|| t.parse::<i64>().ok()).flatten();
    let at = two(h)? * 60 + two(m)?;
    (two(m)? < 60 && at <= 1_440).then_some(at)
}

/// The hours can be read, and it says on which days.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let mut problems: Vec<FieldProblem> = ["from", "to"]
        .into_iter()
        .filter(|f| minute_of_day(text(f)).is_none())
        .map(|f| {
            let text = Message::new(
                "時刻を 18:00 のように入れてください。",
                "Give the time such as 18:00.",
            );
            FieldProblem::new(f, "wrong_time", text)
        })
        .collect();
    let days = body.get("days").and_then(Value::as_array).is_some_and(|d| !d.is_empty());
    if !days && !body.contains_key("on") {
        let text = Message::new(
            "曜日か、特定の日を入れてください。",
            "Give days of the week, or a single day.",
        );
        problems.push(FieldProblem::new("days", "required", text));
    }
    problems
}

/// What kind of day it is. A year that the calendar does not know has no holidays; the finding of
/// an outdated calendar is the calendar's own.
pub fn day_kind(date: Date, holidays: Option<&Calendar>) -> DayKind {
    if holidays.is_some_and(|c| c.holidays.contains_key(&date)) {
        return DayKind::Holiday;
    }
    match date.civil().weekday() {
        Weekday::Monday => DayKind::Mon,
        Weekday::Tuesday => DayKind::Tue,
        Weekday::Wednesday => DayKind::Wed,
        Weekday::Thursday => DayKind::Thu,
        Weekday::Friday => DayKind::Fri,
        Weekday::Saturday => DayKind::Sat,
        Weekday::Sunday => DayKind::Sun,
    }
}

/// Where and by which calendar days are counted.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    /// The organisation's zone.
    pub zone: &'a Zone,
    /// Closed days.
    pub holidays: Option<&'a Calendar>,
}

impl<'a> Days<'a> {
    /// As handed to a rule or effect that declares [`Input::Holidays`].
    pub fn of(c: &RuleCtx<'a>) -> Self {
        Self { zone: c.zone, holidays: c.snap.holidays() }
    }

    /// The instant of a minute of a day; minutes beyond midnight are of the next.
    fn instant(&self, date: Date, minute: i64) -> Option<Time> {
        let date =
            if minute >= 1_440 { Date::from_civil(date.civil().tomorrow().ok()?) } else { date };
        let minute = minute % 1_440;
        Time::parse(&format!("{date}T{:02}:{:02}", minute / 60, minute % 60), self.zone)
    }

    /// Whether the offices are open (settings `office.start`, `office.end`).
    pub fn in_office_hours(&self, now: Time, settings: &Settings) -> bool {
        let Some(date) = now.date(self.zone) else { return true };
        if matches!(day_kind(date, self.holidays), DayKind::Sat | DayKind::Sun | DayKind::Holiday) {
            return false;
        }
        let at = |key: &str| {
            minute_of_day(settings.text(key)).and_then(|minute| self.instant(date, minute))
        };
        match (at("office.start"), at("office.end")) {
            (Some(start), Some(end)) => now >= start && now < end,
            _ => true,
        }
    }

    /// The hours of a line that begin on a day.
    pub fn span(&self, line: &Record, date: Date) -> Option<(Time, Time)> {
        let (from, to) = (minute_of_day(line.text("from"))?, minute_of_day(line.text("to"))?);
        let begins = match Date::parse(line.text("on")) {
            Some(on) => on == date,
            None => {
                line.ids("days").contains(&day_kind(date, self.holidays).id())
                    && Date::parse(line.text("valid_from")).is_none_or(|first| date >= first)
                    && Date::parse(line.text("valid_to")).is_none_or(|last| date <= last)
            }
        };
        if !begins || line.ended() {
            return None;
        }
        let end = if to <= from { to + 1_440 } else { to };
        Some((self.instant(date, from)?, self.instant(date, end)?))
    }

    /// The lines of a duty that hold at an instant: those of the single day, else of the weekday.
    pub fn on_duty<'r>(&self, lines: &[&'r Record], duty: Duty, at: Time) -> Vec<&'r Record> {
        let Some(today) = at.date(self.zone) else { return Vec::new() };
        let yesterday = today.civil().yesterday().ok().map(Date::from_civil);
        let holds = |line: &Record| {
            [Some(today), yesterday]
                .into_iter()
                .flatten()
                .filter_map(|date| self.span(line, date))
                .any(|(from, to)| from <= at && at < to)
        };
        let all: Vec<&Record> = lines
            .iter()
            .copied()
            .filter(|line| line.text("duty") == duty.id() && holds(line))
            .collect();
        let single: Vec<&Record> =
            all.iter().copied().filter(|line| line.body.contains_key("on")).collect();
        if single.is_empty() { all } else { single }
    }

    /// The times between two instants in which nobody is on a duty.
    pub fn gaps(&self, lines: &[&Record], duty: Duty, from: Time, to: Time) -> Vec<(Time, Time)> {
        let mut spans: Vec<(Time, Time)> = Vec::new();
        let mut day = from.date(self.zone).and_then(|d| d.civil().yesterday().ok());
        while let Some(date) = day.map(Date::from_civil) {
            if self.instant(date, 0).is_none_or(|start| start >= to) {
                break;
            }
            let of_duty = lines.iter().filter(|line| line.text("duty") == duty.id());
            spans.extend(of_duty.filter_map(|line| self.span(line, date)));
            day = date.civil().tomorrow().ok();
        }
        spans.sort_unstable();
        let mut gaps = Vec::new();
        let mut covered = from;
        for (start, end) in spans {
            if start > covered {
                gaps.push((covered, start.min(to)));
            }
            covered = covered.max(end);
            if covered >= to {
                return gaps;
            }
        }
        gaps.push((covered, to));
        gaps
    }
}

/// Of each duty somebody is there in the coming days.
fn gaps(c: &RuleCtx<'_>) -> Verdict {
    let days = Days::of(c);
    let lines: Vec<&Record> = c.all("rota").collect();
    let until = c.now.plus(c.settings.int("rota.look_days") * DAY);
    let mut verdict = Verdict::ok().check_at(c.now.plus(6 * HOUR));
    for duty in Duty::ALL {
        let label = duty.label();
        if !lines.iter().any(|l| l.text("duty") == duty.id()) {
            verdict = verdict.and(
                "",
                format!("「{}」の当番がまだ決まっていません。", label.ja),
                format!("Nobody is on duty as \"{}\" yet.", label.en),
            );
            continue;
        }
        let gaps = days.gaps(&lines, duty, c.now, until);
        if let Some((from, to)) = gaps.first() {
            let show = |lang| (from.show(lang, c.zone), to.show(lang, c.zone));
            let ((ja_from, ja_to), (en_from, en_to)) = (show(Lang::Ja), show(Lang::En));
            verdict = verdict.and(
                "",
                format!(
                    "「{}」の当番がいない時間が{}回あります。最初は {ja_from} から {ja_to} です。",
                    label.ja,
                    gaps.len()
                ),
                format!(
                    "Nobody is on duty as \"{}\" at {} time(s); the first is {en_from} to {en_to}.",
                    label.en,
                    gaps.len()
                ),
            );
        }
    }
    verdict
}

/// Rules of the rota.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "rota.gaps",
        register: "organisation",
        label: Text::new(
            "判断・対応・窓口の三つに、いつも当番がいる",
            "Decider, handler and window are always on duty",
        ),
        why: Text::new(
            "夜間や休日に、決める人・動く人・話す人のどれかが欠けると対応が止まるためです。",
            "At night, response stops when whoever decides, acts or speaks is missing.",
        ),
        mend: Text::new(
            "当番の台帳で、空いている曜日や日に人を入れてください。",
            "Fill the open days in the register of duty.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("rota"), Input::All("setting"), Input::Holidays],
        tells: &[],
        check: gaps,
        meets: &["IPA-151"],
    },
    RuleDef {
        id: "rota.ready",
        register: "rota",
        label: Text::new(
            "当番に電話がつながり、連絡リストと様式を知っている",
            "Whoever is on duty has a telephone and knows list and form",
        ),
        why: Text::new(
            "呼び出せない人、何を使うか知らない人が当番では、いないのと同じです。",
            "Somebody who cannot be rung, or does not know what to use, is as good as absent.",
        ),
        mend: Text::new(
            "要員の台帳に電話を入れ、連絡リストと様式を本人と確かめた日を入れてください。",
            "Give a telephone in the register of people, and the day on which list and form were gone through.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("person")],
        tells: &[],
        check: |c| {
            let phone = c.out("person").is_some_and(|p| !person_phone(p, true).is_empty());
            let verdict = Verdict::when(
                !phone,
                "person",
                Text::new("当番の人の電話がありません。", "No telephone of the person on duty."),
            );
            if c.me.body.contains_key("list_known_on") {
                return verdict;
            }
            verdict.and(
                "list_known_on",
                "連絡リストと様式を知っていることを、まだ確かめていません。",
                "Not confirmed yet that list and form are known.",
            )
        },
        meets: &["IPA-151"],
    },
];

/// The number by which somebody is woken: out of hours the one for it, else the ordinary one.
pub fn person_phone(person: &Record, off_hours: bool) -> &str {
    let night = person.text("phone_off_hours").trim();
    if off_hours && !night.is_empty() { night } else { person.text("phone").trim() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;
    use serde_json::json;

    fn line(value: Value) -> Record {
        let body = value.as_object().cloned().unwrap();
        unsaved(Rota::DEF, &body, Time::from_millis(0))
    }

    fn jp() -> Calendar {
        serde_json::from_value(json!({"id": "jp", "label": {"ja": "日本", "en": "Japan"},
            "from": 2026, "to": 2027, "announced": [2026], "source": "law",
            "holidays": {"2026-11-23": {"ja": "勤労感謝の日", "en": "Labour"}}}))
        .unwrap()
    }

    fn at(text: &str) -> Time {
        Time::parse(text, &Zone::tokyo()).unwrap()
    }

    #[test]
    fn a_night_runs_over_midnight_a_holiday_is_no_monday_and_a_single_day_comes_first() {
        let (zone, jp) = (Zone::tokyo(), jp());
        let days = Days { zone: &zone, holidays: Some(&jp) };
        let week = line(json!({"duty": "handler", "person": "p1", "days": ["mon", "sun"],
            "from": "18:00", "to": "09:00"}));
        let holiday = line(json!({"duty": "handler", "person": "p2", "days": ["holiday"],
            "from": "00:00", "to": "24:00"}));
        let single = line(json!({"duty": "handler", "person": "p3", "on": "2026-11-30",
            "from": "20:00", "to": "22:00"}));
        let all = [&week, &holiday, &single];
        let who = |t: &str| -> Vec<String> {
            let found = days.on_duty(&all, Duty::Handler, at(t));
            found.iter().map(|r| r.text("person").to_owned()).collect()
        };
        // Sunday night lasts until Monday morning, also where that Monday is a holiday.
        assert_eq!(who("2026-11-23T08:59"), ["p1", "p2"]);
        assert_eq!(who("2026-11-23T19:00"), ["p2"], "a holiday is no Monday");
        assert_eq!(who("2026-11-30T19:00"), ["p1"]);
        assert_eq!(who("2026-11-30T21:00"), ["p3"], "the single day takes its place");
        assert_eq!(who("2026-11-30T22:00"), ["p1"]);
        assert!(days.on_duty(&all, Duty::Window, at("2026-11-30T21:00")).is_empty());
    }

    #[test]
    fn gaps_are_found_to_the_minute() {
        let (zone, jp) = (Zone::tokyo(), jp());
        let days = Days { zone: &zone, holidays: Some(&jp) };
        let all_week = line(json!({"duty": "decider", "from": "00:00", "to": "24:00",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}));
        let found =
            days.gaps(&[&all_week], Duty::Decider, at("2026-11-21T10:00"), at("2026-11-25T00:00"));
        assert_eq!(found, [(at("2026-11-23T00:00"), at("2026-11-24T00:00"))], "the holiday");
        let holiday =
            line(json!({"duty": "decider", "from": "00:00", "to": "24:00", "days": ["holiday"]}));
        let found = days.gaps(
            &[&all_week, &holiday],
            Duty::Decider,
            at("2026-11-21T10:00"),
            at("2026-11-25T00:00"),
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn office_hours_end_with_the_day_the_weekend_and_the_holiday() {
        let (zone, jp, settings) = (Zone::tokyo(), jp(), Settings::default());
        let days = Days { zone: &zone, holidays: Some(&jp) };
        let open = |t: &str| days.in_office_hours(at(t), &settings);
        assert!(open("2026-11-24T09:00"));
        assert!(!open("2026-11-24T08:59") && !open("2026-11-24T18:00"));
        assert!(!open("2026-11-21T12:00") && !open("2026-11-23T12:00"));
    }

    #[test]
    fn hours_that_cannot_be_read_are_refused() {
        let body = |from: &str, more: Value| {
            let mut b = json!({"from": from, "to": "24:00"}).as_object().cloned().unwrap();
            b.extend(more.as_object().cloned().unwrap());
            check(&b).into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(body("9:00", json!({"days": ["mon"]})), ["from"]);
        assert_eq!(body("09:60", json!({"days": ["mon"]})), ["from"]);
        assert_eq!(body("09:00", json!({})), ["days"]);
        assert!(body("09:00", json!({"on": "2026-11-24"})).is_empty());
    }
}
