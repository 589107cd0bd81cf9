//! The mechanisms: what a register, rule, workflow, clock, policy row and metric are.

pub mod change;
pub mod clock;
pub mod decide;
pub mod def;
pub mod derived;
pub mod flow;
pub mod ids;
pub mod metric;
pub mod policy;
pub mod query;
pub mod record;
pub mod rule;
pub mod setting;
pub mod text;
pub mod time;
pub mod validate;
pub mod value;
pub mod vocabulary;
