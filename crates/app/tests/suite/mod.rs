//! What the issue demands, each by its hardest case, on both engines.

mod harness;
mod main_job;
mod rules;
