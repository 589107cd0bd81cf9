//! Prepare (準備): contacts, printed copies, log sources, rounds.

include!(concat!(env!("OUT_DIR"), "/prepare.rs"));
