//! Incidents that turn out to be one, or two (統合と切り分け): nothing is lost either way.

use super::incident::{Incident, IncidentState};
use super::report::Report;
use super::task::Task;
use super::timeline_entry::TimelineEntry;
use crate::*;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Way {
    /// One is two.
    #[choice(ja = "切り分ける（一部を別にする）", en = "Split a part off")]
    Split,
    /// Two are one.
    #[choice(ja = "統合する（一つにまとめる）", en = "Merge into one")]
    Merge,
}

/// A merge or a split.
#[derive(Debug, Clone, Register)]
#[register(
    id = "regroup",
    wing = Respond,
    menu = 12,
    ja = "統合と切り分け",
    en = "Merge and split",
    question_ja = "どのインシデントが一つになり、どれが分かれましたか",
    question_en = "Which incidents became one, and which were split?",
    about_ja = "統合すると、残すほうに作業・報告・期限が移り、もう一方はそこを指します。期限は早いほうを守ります。切り分けると、選んだ作業・報告・記録が新しいインシデントで続きます。",
    about_en = "A merge carries open tasks, reports and deadlines over; the other incident points there, and the earlier deadline counts. A split goes on with what was chosen in a new incident.",
    purpose_ja = "同じ原因の対応を一か所に集め、別の原因は分けて追うために使います。",
    purpose_en = "One cause is handled in one place, two causes apart.",
    sort = "title",
    append_only,
    flow = FLOW,
    acts = &[MOVE],
    check = check,
    retention_years = 10
)]
pub struct Regroup {
    /// Which way.
    #[field(ja = "統合か切り分けか", en = "Merge or split", list)]
    pub way: Way,
    /// The one that stays, or is split.
    #[field(
        ja = "残すインシデント（切り分ける元）",
        en = "Incident that stays (or is split)",
        list,
        access = "case"
    )]
    pub incident: Ref<Incident>,
    /// Merge: the one that goes on in it. Split: the new one, set by the program.
    #[field(
        ja = "まとめられるインシデント（切り分け先）",
        en = "Incident that is merged (or the new one)",
        list,
        help_ja = "切り分けるときは空にします。",
        help_en = "Leave empty for a split."
    )]
    pub other: Option<Ref<Incident>>,
    /// Title of the new incident, or of the merge.
    #[field(
        ja = "件名（切り分け先の件名）",
        en = "Title (of the new incident)",
        title,
        list,
        search,
        personal
    )]
    pub title: String,
    /// Tasks that go.
    #[field(ja = "移す作業（切り分け）", en = "Tasks that go (split)")]
    pub tasks: Vec<Ref<Task>>,
    /// Reports that go.
    #[field(ja = "移す報告（切り分け）", en = "Reports that go (split)")]
    pub reports: Vec<Ref<Report>>,
    /// Entries that are copied.
    #[field(ja = "写す時系列（切り分け）", en = "Timeline entries to copy (split)")]
    pub entries: Vec<Ref<TimelineEntry>>,
    /// Why.
    #[field(ja = "理由", en = "Reason", max = 1000)]
    pub why: Long,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<Done>,
}

/// It stands as soon as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Done {
    /// Done.
    #[choice(ja = "実施済み", en = "Done", tone = "good")]
    Done,
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "done",
    start: Start {
        follows: &[Follow {
            label: Text::new("切り分け先のインシデントを開く", "Opens the new incident of a split"),
            inputs: &[Input::Out("incident")],
            open: split_off,
            meets: &[],
        }],
        ..Start::PLAIN
    },
    transitions: &[],
};

fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let has = |f: &str| body.contains_key(f);
    let mut problems = Vec::new();
    let mut say = |field: &str, code: &'static str, ja: &str, en: &str| {
        problems.push(FieldProblem::new(field, code, Message::new(ja, en)));
    };
    let parts = ["tasks", "reports", "entries"];
    if text("way") == Way::Merge.id() {
        if !has("other") || text("other") == text("incident") {
            say(
                "other",
                "required",
                "まとめる別のインシデントを選んでください。",
                "Choose another incident to merge.",
            );
        }
        if parts.iter().any(|p| has(p)) {
            say(
                "tasks",
                "not_fitting",
                "統合ではすべてが移ります。個別に選ぶ欄は空にしてください。",
                "A merge carries all over; leave the single choices empty.",
            );
        }
    } else if !parts.iter().any(|p| has(p)) {
        say(
            "tasks",
            "required",
            "移す作業・報告・時系列のどれかを選んでください。",
            "Choose tasks, reports or entries to go.",
        );
    }
    if text("way") == Way::Split.id() && has("other") {
        say(
            "other",
            "not_fitting",
            "切り分けるときは空にしてください。新しいインシデントが入ります。",
            "Leave it empty for a split; the new incident is put there.",
        );
    }
    problems
}

/// Fields of a case that a part of it keeps.
const KEPT: [&str; 14] = [
    "kind",
    "detection",
    "severity",
    "priority",
    "department",
    "lead",
    "members",
    "sharing",
    "drill",
    "legal_hold",
    "occurred_at",
    "detected_at",
    "reported_at",
    "aware_at",
];

fn split_off(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let (Some(from), true) = (c.out("incident"), c.me.text("way") == Way::Split.id()) else {
        return Vec::new();
    };
    let mut body: Body =
        KEPT.iter().filter_map(|f| Some(((*f).to_owned(), from.body.get(*f)?.clone()))).collect();
    body.insert("title".into(), c.me.text("title").into());
    body.insert("summary".into(), c.me.text("why").into());
    body.insert("split_from".into(), from.id.as_str().into());
    body.insert("state".into(), IncidentState::Reported.id().into());
    vec![NewRecord { register: Incident::ID, body, link_back: None }.linked_from("other")]
}

const MOVE: Act = Act {
    label: Text::new("作業・報告・期限を移す", "Carries tasks, reports and deadlines over"),
    inputs: &[
        Input::Out("incident"),
        Input::Out("other"),
        Input::Out("tasks"),
        Input::Out("reports"),
        Input::Out("entries"),
        Input::Beside("other", "task", "incident"),
        Input::Beside("other", "report", "incident"),
        Input::Beside("other", "obligation", "incident"),
        Input::Beside("incident", "obligation", "incident"),
    ],
    changes: |c| match c.me.text("way") == Way::Merge.id() {
        true => merge(c),
        false => split(c),
    },
    meets: &[],
};

fn refuse(field: &'static str, ja: &str, en: &str) -> Refusal {
    Refusal::Fields(vec![FieldProblem::new(field, "not_fitting", Message::new(ja, en))])
}

/// The reason itself stands in the merge or split alone: what is moved may be seen by more people.
const REASON_MOVED: &str = "統合・切り分けによる / by a merge or split";

fn edit(r: &Record, patch: Body) -> Change {
    let (def, id, rev) = (r.def, r.id.clone(), r.rev);
    Change::Edit { def, id, rev, patch, reason: Some(REASON_MOVED.to_owned()) }
}

fn pointed(field: &str, to: &str) -> Body {
    Body::from_iter([(field.to_owned(), to.into())])
}

fn over(i: &Record) -> bool {
    i.ended() || matches!(i.text("state"), "closed" | "false_alarm" | "merged")
}

/// Whoever sees the one that stays may see the other: what is carried over tells of it (JP-24).
fn tells_nobody_new(kept: &Record, other: &Record) -> bool {
    let closed = |i: &Record| i.text("sharing") == "members";
    let people = |i: &Record| -> Vec<String> {
        i.ids("lead").into_iter().chain(i.ids("members")).map(str::to_owned).collect()
    };
    !closed(other) || (closed(kept) && people(kept).iter().all(|p| people(other).contains(p)))
}

fn merge(c: &RuleCtx<'_>) -> Result<Vec<Change>, Refusal> {
    let (kept, other) = (c.out("incident"), c.out("other"));
    let (Some(kept), Some(other)) = (kept, other) else { return Err(Refusal::NotFound) };
    if over(kept) || over(other) {
        return Err(refuse(
            "other",
            "終わったインシデントは統合できません。",
            "An incident that is over cannot be merged.",
        ));
    }
    if kept.flag("drill") != other.flag("drill") {
        return Err(refuse(
            "other",
            "訓練と本番は統合できません。",
            "A drill and a real incident cannot be merged.",
        ));
    }
    if !tells_nobody_new(kept, other) {
        return Err(refuse(
            "incident",
            "関係者だけのインシデントを、見られる人が増える形では統合できません。先に共有範囲とメンバーをそろえてください。",
            "A case for members only cannot be merged where more people would see it. Align sharing and members first.",
        ));
    }
    let mut gone = pointed("merged_into", kept.id.as_str());
    gone.insert("state".into(), IncidentState::Merged.id().into());
    if kept.text("sharing") == "members" {
        // It points to a case that others may not know of (JP-24), so it is seen by the same people.
        for field in ["sharing", "lead", "members"] {
            gone.insert(field.into(), kept.body.get(field).cloned().unwrap_or(Value::Null));
        }
    }
    let mut changes = vec![edit(kept, joined(kept, other)), edit(other, gone)];
    let open = |t: &&Record| matches!(t.text("state"), "open" | "doing" | "");
    let to_kept = |r: &Record| edit(r, pointed("incident", kept.id.as_str()));
    changes.extend(c.beside("other", "task", "incident").filter(open).map(to_kept));
    changes.extend(c.beside("other", "report", "incident").map(to_kept));
    let mine: Vec<&Record> = c.beside("incident", "obligation", "incident").collect();
    for theirs in c.beside("other", "obligation", "incident").filter(|o| o.text("state") == "open")
    {
        changes.extend(carried(kept, &mine, theirs));
    }
    Ok(changes)
}

/// The earliest instants, the gravest marks, and all that is hit.
fn joined(kept: &Record, other: &Record) -> Body {
    let mut patch = Body::new();
    for field in [
        "occurred_at",
        "detected_at",
        "reported_at",
        "aware_at",
        "personal_data_at",
        "classified_major_at",
        "material_at",
    ] {
        let first = [kept.int(field), other.int(field)].into_iter().flatten().min();
        if first.is_some() && first != kept.int(field) {
            patch.insert(field.into(), first.into());
        }
    }
    for field in ["grave", "personal_data", "wrongful_purpose", "legal_hold"] {
        if other.flag(field) && !kept.flag(field) {
            patch.insert(field.into(), true.into());
        }
    }
    let rank = |r: &Record| {
        super::incident::Grade::DEF.options.iter().position(|o| o.id == r.text("severity"))
    };
    if rank(other) > rank(kept) {
        patch.insert("severity".into(), other.text("severity").into());
    }
    for field in ["systems", "assets", "properties", "effects", "past_cases"] {
        let list = |r: &Record| -> Vec<Value> {
            r.body.get(field).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let key = |v: &Value| v.get("system").unwrap_or(v).clone();
        let mut all = list(kept);
        let more: Vec<Value> =
            list(other).into_iter().filter(|v| !all.iter().any(|a| key(a) == key(v))).collect();
        if !more.is_empty() {
            all.extend(more);
            patch.insert(field.into(), Value::Array(all));
        }
    }
    patch
}

/// A deadline of the one that is merged: it goes on in the one that stays. Where that has the same
/// deadline already, the earlier instant counts and the other record is withdrawn.
fn carried(kept: &Record, mine: &[&Record], theirs: &Record) -> Vec<Change> {
    let subject = |id: &RecordId| format!("{}/{id}", Incident::ID);
    let of_case = theirs.text("subject").starts_with("incident/");
    let same = |o: &&&Record| {
        of_case
            && o.text("rule") == theirs.text("rule")
            && o.text("stage") == theirs.text("stage")
            && o.text("subject") == subject(&kept.id)
    };
    let mut patch = pointed("incident", kept.id.as_str());
    let Some(twin) = mine.iter().find(same) else {
        if of_case {
            patch.insert("subject".into(), subject(&kept.id).into());
        }
        return vec![edit(theirs, patch)];
    };
    let mut changes = Vec::new();
    if twin.text("state") == "open" && theirs.time("due_at") < twin.time("due_at") {
        let fields = ["due_at", "anchor_at", "warn_at", "explain", "explain_en", "next_alarm_at"];
        let earlier: Body = fields
            .iter()
            .filter_map(|f| Some(((*f).to_owned(), theirs.body.get(*f)?.clone())))
            .collect();
        changes.push(edit(twin, earlier));
    }
    patch.insert("state".into(), "withdrawn".into());
    patch.insert("next_alarm_at".into(), Value::Null);
    changes.push(edit(theirs, patch));
    changes
}

fn split(c: &RuleCtx<'_>) -> Result<Vec<Change>, Refusal> {
    let Some(from) = c.out("incident") else { return Err(Refusal::NotFound) };
    if over(from) {
        return Err(refuse(
            "incident",
            "終わったインシデントは切り分けられません。",
            "An incident that is over cannot be split.",
        ));
    }
    let to = c.me.ids("other").first().map(|id| (*id).to_owned()).unwrap_or_default();
    let mut changes = Vec::new();
    for field in ["tasks", "reports", "entries"] {
        for r in c.outs(field) {
            if r.ids("incident").first() != Some(&from.id.as_str()) {
                return Err(refuse(
                    "tasks",
                    "元のインシデントに属するものだけを選んでください。",
                    "Choose only what belongs to the incident that is split.",
                ));
            }
            changes.push(match r.def.id == TimelineEntry::ID {
                false => edit(r, pointed("incident", &to)),
                true => copied(r, &to),
            });
        }
    }
    Ok(changes)
}

/// An entry stays where it was written; the new incident gets its words with the way back to it.
fn copied(entry: &Record, to: &str) -> Change {
    let mut body = entry.body.clone();
    body.retain(|k, _| !k.starts_with('_') && k != "corrects");
    body.insert("incident".into(), to.into());
    body.insert("about".into(), format!("{}/{}", TimelineEntry::ID, entry.id).into());
    Change::Create { def: TimelineEntry::DEF, body, reason: None }
}
