//! Govern (統治): the organisation, its people, roles and settings.

pub mod authority;
pub mod department;
pub mod organisation;
pub mod person;
pub mod record_type;
pub mod role;
pub mod setting;
