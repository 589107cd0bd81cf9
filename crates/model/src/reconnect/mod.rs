//! Reconnect (再接続): links that were cut, the case that brings them back, its framework, phases
//! and gateways.

include!(concat!(env!("OUT_DIR"), "/reconnect.rs"));
