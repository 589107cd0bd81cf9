//! What the issue demands, each by its hardest case, on both engines.

mod clocks;
mod coverage;
mod flows;
mod harness;
mod main_job;
mod reports;
mod rules;
mod sharing;
mod sheets;
mod writes;
