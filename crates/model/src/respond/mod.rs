//! Respond (対応): from the first odd sign to the closed incident.

pub mod analysis;
pub mod decision;
pub mod evidence;
pub mod incident;
pub mod incident_flow;
pub mod incident_rules;
pub mod message;
pub mod obligation;
pub mod report;
pub mod task;
pub mod timeline_entry;
