//! Rules (点検): pure functions from records to findings (不備).

use super::ids::RecordId;
use super::record::{Input, Record, Snapshot};
use super::setting::Settings;
use super::text::{Message, Text};
use super::time::{Time, Zone};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Notice,
    /// Should be mended.
    Warning,
    /// Mend now.
    Serious,
}

impl Severity {
    /// Stored name.
    pub const fn id(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Serious => "serious",
        }
    }

    /// Order for storage: larger is worse.
    pub const fn rank(self) -> i64 {
        match self {
            Severity::Notice => 1,
            Severity::Warning => 2,
            Severity::Serious => 3,
        }
    }

    /// Shown name.
    pub const fn label(self) -> Text {
        match self {
            Severity::Notice => Text::new("参考", "Notice"),
            Severity::Warning => Text::new("注意", "Warning"),
            Severity::Serious => Text::new("重要", "Serious"),
        }
    }
}

/// A rule: its texts, what it reads, and its function.
#[derive(Debug)]
pub struct RuleDef {
    /// Stable name, for example `asset.owner`.
    pub id: &'static str,
    /// The register whose records it checks; `organisation` for rules over the whole.
    pub register: &'static str,
    /// What is checked, as a sentence.
    pub label: Text,
    /// Why it matters (the source row in plain words).
    pub why: Text,
    /// How to mend.
    pub mend: Text,
    /// How much it matters.
    pub severity: Severity,
    /// What else it reads besides the record itself.
    pub inputs: &'static [Input],
    /// Kinds of role whose holders are told when a finding appears (an alarm, not only a list).
    pub tells: &'static [&'static str],
    /// Pure: the same inputs give the same verdict.
    pub check: fn(&RuleCtx<'_>) -> Verdict,
    /// Requirement ids.
    pub meets: &'static [&'static str],
}

/// What a rule, gate or effect is handed.
#[derive(Debug, Clone, Copy)]
pub struct RuleCtx<'a> {
    /// The instant of the check.
    pub now: Time,
    /// The organisation's time zone.
    pub zone: &'a Zone,
    /// The record.
    pub me: &'a Record,
    /// The declared inputs.
    pub snap: &'a Snapshot,
    /// The organisation's settings.
    pub settings: &'a Settings,
    /// Who asks for the step whose gate this is; none for the program and for rules of the record.
    pub actor: Option<&'a RecordId>,
}

impl<'a> RuleCtx<'a> {
    /// The first record that a reference field of the record points to.
    pub fn out(&self, field: &str) -> Option<&'a Record> {
        self.outs(field).into_iter().next()
    }

    /// All records that a reference field of the record points to.
    pub fn outs(&self, field: &str) -> Vec<&'a Record> {
        use super::def::FieldKind;
        let register = match self.me.def.field(field).map(|f| f.kind) {
            Some(FieldKind::Ref(r) | FieldKind::Refs(r)) => Some(r),
            _ => None,
        };
        self.me
            .ids(field)
            .into_iter()
            .filter_map(|id| match register {
                Some(register) => self.snap.get(register, id),
                None => id.split_once('/').and_then(|(r, id)| self.snap.get(r, id)),
            })
            .collect()
    }

    /// The records that point to this one from `(register, field)` and have not ended.
    pub fn incoming(
        &self,
        register: &'static str,
        field: &'static str,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.snap.incoming(register, field, &self.me.id).filter(|r| !r.ended())
    }

    /// The records that point by `(register, back)` to what a reference field of the record points
    /// to, and have not ended.
    pub fn beside(
        &self,
        field: &str,
        register: &'static str,
        back: &'static str,
    ) -> impl Iterator<Item = &'a Record> + use<'a> {
        let snap = self.snap;
        let ids: Vec<RecordId> = self.me.ids(field).into_iter().map(RecordId::new).collect();
        ids.into_iter()
            .flat_map(move |id| snap.incoming(register, back, &id).collect::<Vec<_>>())
            .filter(|r| !r.ended())
    }

    /// All current records of a register.
    pub fn all(&self, register: &'static str) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.snap.set(register).iter().map(std::rc::Rc::as_ref).filter(|r| !r.ended())
    }
}

/// One thing that is missing or wrong (不備).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The field it is about; empty for the record as a whole.
    pub field: &'static str,
    /// What is missing or wrong here.
    pub message: Message,
}

/// What a rule says of one record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What is missing or wrong; empty when all is well.
    pub findings: Vec<Finding>,
    /// When the answer may change by time alone.
    pub next_check_at: Option<Time>,
}

impl Verdict {
    /// All is well.
    pub fn ok() -> Self {
        Self::default()
    }

    /// One finding about a field, in both languages.
    pub fn finding(field: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::ok().and(field, ja, en)
    }

    /// A finding if the condition holds.
    pub fn when(condition: bool, field: &'static str, text: Text) -> Self {
        if condition { Self::finding(field, text.ja, text.en) } else { Self::ok() }
    }

    /// One more finding.
    #[must_use]
    pub fn and(
        mut self,
        field: &'static str,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        self.findings.push(Finding { field, message: Message::new(ja, en) });
        self
    }

    /// Check again at an instant even if nothing is changed.
    #[must_use]
    pub fn check_at(mut self, at: Time) -> Self {
        self.next_check_at = Some(self.next_check_at.map_or(at, |t| t.min(at)));
        self
    }
}
