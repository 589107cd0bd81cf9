//! Pages over a real application and a fresh SQLite file.

mod bad_input;
mod every_register;
mod guards;
mod playbooks;
mod records;
mod screens;
mod sign_in;
mod telling;
mod world;
