#![doc = include_str!("../README.md")]

pub mod chart;
pub mod ics;
mod sheet;
pub mod tar;
mod xlsx;

pub use sheet::{Cell, Column, ColumnKind, Lang, Sheet, guard_formula, to_csv};
pub use xlsx::{ID_SHEET, PressError, to_xlsx};
