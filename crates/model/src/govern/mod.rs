//! Govern (統治): the organisation, its people, roles and settings.

include!(concat!(env!("OUT_DIR"), "/govern.rs"));
