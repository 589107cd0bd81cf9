//! Respond (対応): from the first odd sign to the closed incident.

include!(concat!(env!("OUT_DIR"), "/respond.rs"));
