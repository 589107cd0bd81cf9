//! Who is told of an incident of which severity, by the rules of reporting in force (IPA-136).

use super::plan_start::holder;
use super::task::Task;
use crate::prepare::written_plan::{Level, in_force, rows_of};
use crate::respond::incident::Grade;
use crate::*;

/// Opens a task for each role that the levels in force want told at this severity. What lies below
/// every level opens none, so that weighty matters are not buried under slight ones.
pub const TELL_BY_LEVEL: Follow = Follow {
    label: Text::new(
        "報告の基準に当たる役割へ知らせる作業を開く",
        "Opens a task for each role that the levels of reporting name",
    ),
    inputs: &[Input::All("written_plan"), Input::All("role")],
    open: tell,
    meets: &["IPA-136"],
};

/// The levels in force that a severity reaches.
pub fn reached(c: &RuleCtx<'_>, severity: Grade) -> Vec<Level> {
    c.all("written_plan")
        .filter(|p| in_force(p))
        .flat_map(|p| rows_of::<Level>(p, "approved_levels"))
        .filter(|l| l.from as usize <= severity as usize)
        .collect()
}

fn tell(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let Some(severity) = Grade::from_id(c.me.text("severity")) else { return Vec::new() };
    let mut told = Vec::new();
    let mut opened = Vec::new();
    let mut levels = reached(c, severity);
    levels.sort_by_key(|l| l.minutes.0);
    for level in levels {
        if told.contains(&level.to) {
            continue;
        }
        told.push(level.to);
        let (grade, role) = (severity.label(), level.to.label());
        let title = format!("報告の基準：重大度「{}」を{}に知らせる", grade.ja, role.ja);
        let mut task = Task::new(Ref::new(c.me.id.clone()), title);
        task.title_en =
            Some(format!("Level of reporting: tell {} (severity {})", role.en, grade.en));
        task.assignee = c.me.ids("lead").first().map(|p| Ref::new(RecordId::new(*p)));
        task.due_at = Some(c.now.plus(level.minutes.0 * MINUTE));
        task.note = note(c, &level);
        opened.push(NewRecord::of(&task));
    }
    opened
}

/// Whom to call, by name where the role is held.
fn note(c: &RuleCtx<'_>, level: &Level) -> Option<Long> {
    let who = holder(c, level.to).is_none().then(|| {
        format!(
            "{}の役割を担う人がいません。代わりの人を決めてください。 / Nobody holds this role; decide who is told instead.",
            level.to.label().ja
        )
    });
    let state = level.state.clone();
    match (state, who) {
        (None, None) => None,
        (state, who) => {
            Some(Long([state, who].into_iter().flatten().collect::<Vec<_>>().join("\n")))
        }
    }
}
