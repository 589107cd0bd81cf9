//! What a register is: the one description that form, table, search, API and storage follow.

use super::flow::{Act, Follow, Workflow};
use super::text::Text;
use super::value::Body;

/// The nine wings of the product (`product.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the labels below say what each is")]
pub enum Wing {
    Govern,
    Identify,
    Assess,
    Prepare,
    Respond,
    Recover,
    Reconnect,
    Improve,
    Share,
}

impl Wing {
    /// All wings in the order of the life cycle.
    pub const ALL: [Wing; 9] = [
        Wing::Govern,
        Wing::Identify,
        Wing::Assess,
        Wing::Prepare,
        Wing::Respond,
        Wing::Recover,
        Wing::Reconnect,
        Wing::Improve,
        Wing::Share,
    ];

    /// The name in addresses and folders.
    pub const fn id(self) -> &'static str {
        match self {
            Wing::Govern => "govern",
            Wing::Identify => "identify",
            Wing::Assess => "assess",
            Wing::Prepare => "prepare",
            Wing::Respond => "respond",
            Wing::Recover => "recover",
            Wing::Reconnect => "reconnect",
            Wing::Improve => "improve",
            Wing::Share => "share",
        }
    }

    /// The name on screen.
    pub const fn label(self) -> Text {
        match self {
            Wing::Govern => Text::new("統治", "Govern"),
            Wing::Identify => Text::new("特定", "Identify"),
            Wing::Assess => Text::new("評価", "Assess"),
            Wing::Prepare => Text::new("準備", "Prepare"),
            Wing::Respond => Text::new("対応", "Respond"),
            Wing::Recover => Text::new("復旧", "Recover"),
            Wing::Reconnect => Text::new("再接続", "Reconnect"),
            Wing::Improve => Text::new("改善", "Improve"),
            Wing::Share => Text::new("共有", "Share"),
        }
    }
}

/// One register (台帳). Made by `#[derive(Register)]`.
#[derive(Debug)]
pub struct RegisterDef {
    /// Stable name: part of every stored key, never changed.
    pub id: &'static str,
    /// The wing it belongs to.
    pub wing: Wing,
    /// Its name.
    pub label: Text,
    /// The question its first page answers (資産: 何を先に復旧しますか).
    pub question: Text,
    /// What belongs here and why, for the empty page.
    pub about: Text,
    /// Its fields in form order.
    pub fields: &'static [FieldDef],
    /// Version of the body's shape; grows with every change that old bodies must be upgraded for.
    pub version: u32,
    /// Brings a body of an older version (first argument) to the present shape.
    pub upgrade: Option<fn(u32, Body) -> Body>,
    /// A check of the whole body beyond single fields.
    pub check: Option<fn(&Body) -> Vec<super::value::FieldProblem>>,
    /// States and transitions, where it has any.
    pub flow: Option<&'static Workflow>,
    /// What stands beside a record as soon as it says so, whatever change brought it there (made,
    /// edited, or by a step). Each looks itself whether the thing is there already.
    pub opens: &'static [Follow],
    /// What a new record does to records that are there already, in the same change.
    pub acts: &'static [Act],
    /// Field that lists are sorted by at first, and whether downwards.
    pub sort: (&'static str, bool),
    /// `true` where an entry, once made, is corrected only by a further entry (TK-79, NI-286).
    pub append_only: bool,
    /// Years a record is kept after it ended; `0` keeps it for ever (NI-215).
    pub retention_years: u32,
    /// What the records are for (NI-216).
    pub purpose: Text,
    /// Requirement ids that the register itself meets.
    pub meets: &'static [&'static str],
}

impl RegisterDef {
    /// A field by its id.
    pub fn field(&self, id: &str) -> Option<&'static FieldDef> {
        self.fields.iter().find(|f| f.id == id)
    }

    /// The field that names a record.
    pub fn title_field(&self) -> Option<&'static FieldDef> {
        self.fields.iter().find(|f| f.title)
    }

    /// The field that decides who may see a record, by its part in the predicate.
    pub fn access_field(&self, access: Access) -> Option<&'static FieldDef> {
        self.fields.iter().find(|f| f.access == access)
    }
}

/// One field of a register.
#[derive(Debug)]
pub struct FieldDef {
    /// Stable name inside the register.
    pub id: &'static str,
    /// Its name.
    pub label: Text,
    /// One sentence of help; empty where the label says all.
    pub help: Text,
    /// What it holds.
    pub kind: FieldKind,
    /// Must be given when a record is made.
    pub required: bool,
    /// Longest text in characters, largest number of entries for lists.
    pub max: u32,
    /// Names the record in lists and links.
    pub title: bool,
    /// Shown as a column at first.
    pub list: bool,
    /// Found by the search.
    pub search: bool,
    /// Holds personal data, so that it is offered for erasure.
    pub personal: bool,
    /// Set by the program or by a transition, never typed into the general form.
    pub system: bool,
    /// Filled on creation with the next number behind this prefix (`INC-12`).
    pub auto_number: Option<&'static str>,
    /// Its part in deciding who may see the record.
    pub access: Access,
    /// No longer asked for, still readable.
    pub deprecated: bool,
}

impl FieldDef {
    /// Whether it can point to records of a register, itself or in a row.
    pub fn points_to(&self, register: &str) -> bool {
        match self.kind {
            FieldKind::Ref(r) | FieldKind::Refs(r) => r == register,
            FieldKind::AnyRef => true,
            FieldKind::Rows(columns) => columns.iter().any(|c| c.points_to(register)),
            _ => false,
        }
    }
}

/// The part a field plays in the one row predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// None.
    None,
    /// Holds the department the record belongs to.
    Department,
    /// Holds the case (incident) whose members see the record.
    Case,
    /// Holds the counterparty that may see the record.
    Counterparty,
    /// Holds the person the record belongs to.
    Person,
    /// A choice; anything but its first option restricts the record to its case's members.
    Restricted,
}

/// What a field holds. The kind comes from the Rust type.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// An instant, epoch milliseconds.
    Time,
    /// A duration in minutes.
    Minutes,
    /// An amount in yen.
    Yen,
    /// One of several named options.
    Choice(&'static ChoiceDef),
    /// Any number of named options.
    Choices(&'static ChoiceDef),
    /// A record of one register.
    Ref(&'static str),
    /// Several records of one register, in order.
    Refs(&'static str),
    /// A record of any register, as `register/id`.
    AnyRef,
    /// Several lines of text.
    Texts,
    /// A small table inside the record.
    Rows(&'static [FieldDef]),
}

/// A closed set of options. Made by `#[derive(Choice)]`.
#[derive(Debug)]
pub struct ChoiceDef {
    /// Name of the set.
    pub id: &'static str,
    /// Its options in order of display.
    pub options: &'static [ChoiceOption],
}

impl ChoiceDef {
    /// An option by its id.
    pub fn option(&self, id: &str) -> Option<&'static ChoiceOption> {
        self.options.iter().find(|o| o.id == id)
    }
}

/// One option of a set.
#[derive(Debug)]
pub struct ChoiceOption {
    /// Stored name.
    pub id: &'static str,
    /// Shown name.
    pub label: Text,
    /// How it is coloured, always beside its word.
    pub tone: Tone,
}

/// The meaning of a colour (`screens.md`), never shown without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the token names of the design")]
pub enum Tone {
    Plain,
    Good,
    Caution,
    Warning,
    Danger,
}
