//! What the issue demands, each by its hardest case, on both engines.

mod clocks;
mod containment;
mod coverage;
mod delivery;
mod evidence;
mod exercises;
mod flows;
mod harness;
mod intake;
mod lists;
mod main_job;
mod papers;
mod playbooks;
mod recovery;
mod recovery_figures;
mod regroup;
mod reports;
mod room_depth;
mod rows;
mod rules;
mod sharing;
mod sharing_case;
mod sheets;
mod telling;
mod triage;
mod writes;
