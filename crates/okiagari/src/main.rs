#![doc = include_str!("../README.md")]

mod check;
mod cli;
mod config;
mod coverage;
mod demo;
mod doors;
mod fault;
mod host;
mod keep;
mod package;
mod place;
mod serve;
mod sheets;
mod users;
mod wire;

use clap::Parser as _;
use cli::{Cli, Command};
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let typed = Cli::parse();
    log_to_stderr();
    let done = match &typed.command {
        Command::Demo(typed) => demo::run(typed),
        Command::Init(typed) => users::init(typed),
        Command::Serve(typed) => serve::serve(typed),
        Command::User { at, what } => users::user(at, what),
        Command::Import(typed) => sheets::import(typed),
        Command::Export(typed) => sheets::export(typed),
        Command::Verify(typed) => check::verify(typed),
        Command::Rebuild(typed) => check::rebuild(typed),
        Command::Backup(typed) => keep::backup(typed),
        Command::Restore(typed) => keep::restore(typed),
        Command::Requirements(typed) => coverage::requirements(typed),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("okiagari: {fault}");
            ExitCode::from(fault.code)
        }
    }
}

/// Log lines on standard error, readable alone. `OKIAGARI_LOG` says how much.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("OKIAGARI_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    lines.with_writer(std::io::stderr).init();
}
