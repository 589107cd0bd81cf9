//! From a record and the rules to the obligations that it opens.

use super::calendar::Calendar;
use super::due::{Amount, Due, Starts, due};
use super::error::ClockError;
use super::rule::{ClockRule, Evidence, Span, Stage, Start, Unit};
use crate::core::ids::RecordId;
use crate::core::query::Cond;
use crate::core::record::Record;
use crate::core::setting::Settings;
use crate::core::text::Message;
use crate::core::time::{MINUTE, Time, Zone};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the clocks read besides records and rules.
pub struct ClockCtx<'a> {
    /// The present instant.
    pub now: Time,
    /// The organisation's zone.
    pub zone: &'a Zone,
    /// Calendars by id.
    pub calendars: &'a BTreeMap<String, Calendar>,
    /// The organisation's settings.
    pub settings: &'a Settings,
    /// Whether the organisation is what a rule's `applies_key` asks for. Never asked for an
    /// empty key.
    pub applies: &'a dyn Fn(&str) -> bool,
}

/// An obligation (期限付き義務) to be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenObligation {
    /// The rule.
    pub rule_id: String,
    /// The row that opened it, pinned ([`ClockRule::digest`]).
    pub rule_digest: String,
    /// The stage.
    pub stage_id: String,
    /// What is to be done, behind the regime's name.
    pub title: Message,
    /// The first qualifying instant. It never moves.
    pub anchor: Time,
    /// The limit.
    pub due_at: Time,
    /// When the role is reminded.
    pub warn_at: Time,
    /// When the stage was done, where the record itself already proves it.
    pub done_at: Option<Time>,
    /// The role that answers for it.
    pub role: String,
    /// Who receives it.
    pub recipient: Message,
    /// The form or channel, where there is one.
    pub form: Option<Message>,
    /// How the limit was counted.
    pub explain: Message,
    /// Where the figures come from.
    pub source: Message,
    /// How sure the figures are.
    pub evidence: Evidence,
    /// A duty by law: no alarm before the organisation has confirmed the rule.
    pub legal: bool,
}

/// A rule that could not be counted for a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule_id}/{stage_id}: {error}")]
pub struct ClockProblem {
    /// The rule.
    pub rule_id: String,
    /// The stage.
    pub stage_id: String,
    /// Why.
    pub error: ClockError,
}

/// The obligations that a record opens now and that are not among `existing`.
///
/// `existing` are the obligation records of this subject with the fields `rule`, `stage`, `state`,
/// `done_at`, `anchor_at`. What is there is never opened again, whatever became of it or of the
/// field that started it: a limit moves only by a recorded decision. A stage after another starts
/// from the first time that one was done.
pub fn obligations(
    rules: &[ClockRule],
    subject: &Record,
    existing: &[&Record],
    ctx: &ClockCtx<'_>,
) -> (Vec<OpenObligation>, Vec<ClockProblem>) {
    let mut opened = Vec::new();
    let mut problems = Vec::new();
    if subject.ended() {
        return (opened, problems);
    }
    for rule in rules.iter().filter(|r| concerns(r, subject, ctx)) {
        let case = Case { rule, subject, existing, ctx };
        for stage in &rule.stages {
            let mut note = |error| {
                problems.push(ClockProblem {
                    rule_id: rule.id.clone(),
                    stage_id: stage.id.clone(),
                    error,
                });
            };
            match case.open(stage, &mut note) {
                Ok(None) => {}
                Ok(Some(obligation)) => opened.push(obligation),
                Err(error) => note(error),
            }
        }
    }
    (opened, problems)
}

/// Obligations that the subject itself proves done: the record with its `done_by` field set.
/// Given are the obligation records not yet done; returned is each with the proving instant.
pub fn settled<'r>(
    rules: &[ClockRule],
    subject: &Record,
    existing: &[&'r Record],
) -> Vec<(&'r Record, Time)> {
    let proof = |o: &Record| {
        let stage = rules.iter().find(|r| r.id == o.text("rule"))?.stage(o.text("stage"))?;
        subject.time(stage.done_by.as_deref()?)
    };
    existing
        .iter()
        .filter(|o| o.time("done_at").is_none() && !o.ended())
        .filter_map(|o| proof(o).map(|t| (*o, t)))
        .collect()
}

/// Open obligations that the subject itself ends without their being done: its `over_by` field is
/// set and `done_by` is not.
pub fn lapsed<'r>(
    rules: &[ClockRule],
    subject: &Record,
    existing: &[&'r Record],
) -> Vec<&'r Record> {
    let over = |o: &Record| {
        let stage = rules.iter().find(|r| r.id == o.text("rule"))?.stage(o.text("stage"))?;
        let set =
            |field: &Option<String>| field.as_deref().is_some_and(|f| subject.time(f).is_some());
        Some(set(&stage.over_by) && !set(&stage.done_by))
    };
    existing
        .iter()
        .filter(|o| o.text("state") == "open" && !o.ended() && over(o) == Some(true))
        .copied()
        .collect()
}

/// Why an open obligation no longer agrees with its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftKind {
    /// The rule would not start by what the record says now.
    Condition,
    /// It would be counted from another instant.
    Start,
    /// The same start gives another limit.
    Limit,
}

/// An open obligation that would be another, or none, by what the record says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The obligation record.
    pub obligation: RecordId,
    /// In what it differs.
    pub kind: DriftKind,
    /// Where the limit would fall; `None` where the rule would not start.
    pub limit: Option<Due>,
}

/// Open obligations whose limit no longer agrees with the record: for example a leak found to be
/// done with a wrongful purpose only after its 30 days had been opened. Nothing moves by itself;
/// somebody decides, and the decision moves the limit.
///
/// `existing` carry `due_at` besides the fields that [`obligations`] reads; those moved by a
/// decision (`moved_by`) are left alone.
pub fn drifts(
    rules: &[ClockRule],
    subject: &Record,
    existing: &[&Record],
    ctx: &ClockCtx<'_>,
) -> (Vec<Drift>, Vec<ClockProblem>) {
    let mut drifted = Vec::new();
    let mut problems = Vec::new();
    let open =
        |o: &&&Record| o.text("state") == "open" && !o.ended() && !o.body.contains_key("moved_by");
    for o in existing.iter().filter(open) {
        let Some(rule) = rules.iter().find(|r| r.id == o.text("rule")) else { continue };
        let Some(stage) = rule.stage(o.text("stage")) else { continue };
        match (Case { rule, subject, existing, ctx }).drift(stage, o) {
            Ok(None) => {}
            Ok(Some(drift)) => drifted.push(drift),
            Err(error) => problems.push(ClockProblem {
                rule_id: rule.id.clone(),
                stage_id: stage.id.clone(),
                error,
            }),
        }
    }
    (drifted, problems)
}

fn concerns(rule: &ClockRule, subject: &Record, ctx: &ClockCtx<'_>) -> bool {
    rule.enabled
        && rule.register == subject.def.id
        && (rule.applies_key.is_empty() || (ctx.applies)(&rule.applies_key))
        && all_hold(&rule.condition, subject)
}

fn all_hold(conditions: &[Cond], subject: &Record) -> bool {
    conditions.iter().all(|c| c.holds(&subject.body))
}

/// One rule over one record.
struct Case<'a> {
    rule: &'a ClockRule,
    subject: &'a Record,
    existing: &'a [&'a Record],
    ctx: &'a ClockCtx<'a>,
}

impl Case<'_> {
    fn open(
        &self,
        stage: &Stage,
        note: &mut dyn FnMut(ClockError),
    ) -> Result<Option<OpenObligation>, ClockError> {
        if self.records(&stage.id).next().is_some() || !all_hold(&stage.condition, self.subject) {
            return Ok(None);
        }
        let from = self.start_of(stage)?;
        let Some(start) = self.instant(&from) else { return Ok(None) };
        if start > self.ctx.now {
            return Err(ClockError::FutureStart { field: self.name(&from) });
        }
        let zone = self.zone()?;
        if !self.in_force(start, &zone) {
            return Ok(None);
        }
        // Without its cap the limit is only later, so it is opened all the same and the gap shown.
        if let (Some(span), None) = (&stage.cap, self.second(stage.cap.as_ref())) {
            note(ClockError::CapUnknown { start: self.name(&span.start) });
        }
        let limit = self.limit(stage, start)?;
        self.obligation(stage, start, limit).map(Some)
    }

    fn drift(&self, stage: &Stage, o: &Record) -> Result<Option<Drift>, ClockError> {
        let drift = |kind, limit| Drift { obligation: o.id.clone(), kind, limit };
        let (rule, subject) = (self.rule, self.subject);
        let start = self.instant(self.start_of(stage)?.as_ref());
        let (true, true, Some(start)) =
            (all_hold(&rule.condition, subject), all_hold(&stage.condition, subject), start)
        else {
            return Ok(Some(drift(DriftKind::Condition, None)));
        };
        let limit = self.limit(stage, start)?;
        if o.time("due_at") == Some(limit.at) {
            return Ok(None);
        }
        let moved = o.time("anchor_at") != Some(start);
        let kind = if moved { DriftKind::Start } else { DriftKind::Limit };
        Ok(Some(drift(kind, Some(limit))))
    }

    fn limit(&self, stage: &Stage, start: Time) -> Result<Due, ClockError> {
        let cap = self.second(stage.cap.as_ref());
        let late = self.second(stage.late_branch.as_ref());
        let starts = Starts { start, cap, late };
        let zone = self.zone()?;
        due(stage, self.amount(stage)?, starts, &zone, self.calendar()?)
    }

    /// The obligation records of a stage.
    fn records<'s>(&'s self, stage: &'s str) -> impl Iterator<Item = &'s Record> {
        let of = move |o: &&Record| o.text("rule") == self.rule.id && o.text("stage") == stage;
        self.existing.iter().copied().filter(of)
    }

    fn start_of<'s>(&self, stage: &'s Stage) -> Result<Cow<'s, Start>, ClockError> {
        let Some(key) = stage.start_setting.as_deref().filter(|k| self.ctx.settings.is_set(k))
        else {
            return Ok(Cow::Borrowed(&stage.start));
        };
        let value = self.ctx.settings.text(key);
        let bad = || ClockError::BadSetting { key: key.to_owned(), value: value.to_owned() };
        let start = Start::parse(value).ok_or_else(bad)?;
        let known = match &start {
            Start::Trigger => true,
            Start::Field(name) => self.subject.def.field(name).is_some(),
            Start::After(id) => *id != stage.id && self.rule.stage(id).is_some(),
        };
        if known { Ok(Cow::Owned(start)) } else { Err(bad()) }
    }

    fn instant(&self, start: &Start) -> Option<Time> {
        match start {
            Start::Trigger => self.subject.time(&self.rule.trigger),
            Start::Field(name) => self.subject.time(name),
            // The first submission counts: filing again must not move what follows.
            Start::After(stage) => self.records(stage).filter_map(|o| o.time("done_at")).min(),
        }
    }

    fn second(&self, span: Option<&Span>) -> Option<Time> {
        span.and_then(|s| self.instant(&s.start))
    }

    fn name(&self, start: &Start) -> String {
        match start {
            Start::Trigger => self.rule.trigger.clone(),
            Start::Field(name) | Start::After(name) => name.clone(),
        }
    }

    fn zone(&self) -> Result<Cow<'_, Zone>, ClockError> {
        match &self.rule.zone {
            None => Ok(Cow::Borrowed(self.ctx.zone)),
            Some(name) => Zone::named(name)
                .map(Cow::Owned)
                .ok_or_else(|| ClockError::NoZone { zone: name.clone() }),
        }
    }

    fn calendar(&self) -> Result<Option<&Calendar>, ClockError> {
        let id = &self.rule.calendar;
        if id.is_empty() {
            return Ok(None);
        }
        let missing = || ClockError::NoCalendar { calendar: id.clone() };
        self.ctx.calendars.get(id).map(Some).ok_or_else(missing)
    }

    /// Which version of a law runs is decided once, by the instant that triggered the rule.
    fn in_force(&self, start: Time, zone: &Zone) -> bool {
        let trigger = self.subject.time(&self.rule.trigger).unwrap_or(start);
        let Some(day) = trigger.date(zone) else { return false };
        self.rule.effective_from.is_none_or(|from| day >= from)
            && self.rule.effective_to.is_none_or(|to| day <= to)
    }

    fn amount(&self, stage: &Stage) -> Result<Amount, ClockError> {
        let minutes = |amount| Amount { amount, unit: Unit::Minute, include_first_day: false };
        if let Some(n) = stage.amount_field.as_deref().and_then(|f| self.subject.int(f)) {
            return Ok(minutes(n));
        }
        if let Some(key) = stage.amount_setting.as_deref().filter(|k| self.ctx.settings.is_set(k)) {
            let n = self.ctx.settings.int(key);
            let bad = || ClockError::BadSetting { key: key.to_owned(), value: n.to_string() };
            return if n > 0 { Ok(minutes(n)) } else { Err(bad()) };
        }
        let variant = stage.variants.iter().find(|v| all_hold(&v.condition, self.subject));
        let own = Amount::of(stage);
        Ok(variant.map_or(own, |v| Amount { amount: v.amount, unit: v.unit, ..own }))
    }

    fn obligation(
        &self,
        stage: &Stage,
        anchor: Time,
        limit: Due,
    ) -> Result<OpenObligation, ClockError> {
        let rule = self.rule;
        let before = stage.warn_before_minutes.saturating_mul(MINUTE);
        Ok(OpenObligation {
            rule_id: rule.id.clone(),
            rule_digest: rule.digest()?,
            stage_id: stage.id.clone(),
            title: Message::new(
                format!("{}: {}", rule.regime.ja, stage.label.ja),
                format!("{}: {}", rule.regime.en, stage.label.en),
            ),
            anchor,
            due_at: limit.at,
            warn_at: limit.at.plus(-before).max(anchor),
            done_at: stage.done_by.as_deref().and_then(|f| self.subject.time(f)),
            role: stage.role.clone().unwrap_or_else(|| rule.role.clone()),
            recipient: stage.recipient.clone().unwrap_or_else(|| rule.recipient.clone()),
            form: stage.form.clone(),
            explain: limit.explain,
            source: rule.sources(),
            evidence: rule.evidence,
            legal: rule.legal,
        })
    }
}
