//! Pages over a real application and a fresh SQLite file.

mod audits;
mod bad_input;
mod clients;
mod every_register;
mod exchange;
mod guards;
mod intake;
mod leaks;
mod multipart;
mod papers;
mod playbooks;
mod reconnect;
mod records;
mod recovery;
mod room_depth;
mod screens;
mod sign_in;
mod start;
mod stops;
mod telling;
mod updates;
mod waking;
mod world;
