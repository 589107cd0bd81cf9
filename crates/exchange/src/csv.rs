//! Separated text after RFC 4180. Own reader, because it must know the row that a
//! spreadsheet shows and refuse a quote that is never closed.

use crate::error::{ExchangeError, Place};
use crate::table::Collector;

/// What separates the cells: the name decides for `.tsv`, otherwise the sign found
/// most often in the first row outside quotes; a comma when in doubt.
pub(crate) fn separator(text: &str, name: &str) -> char {
    if name.to_lowercase().ends_with(".tsv") {
        return '\t';
    }
    let mut quoted = false;
    let mut counts = [(',', 0usize), ('\t', 0), (';', 0)];
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        match c {
            '"' => quoted = !quoted,
            '\r' | '\n' if !quoted => break,
            _ if !quoted => {
                counts.iter_mut().filter(|(s, _)| *s == c).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    // `rev`, because `max_by_key` takes the last of equals.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(sign, _)| *sign)
}

/// Where the reader stands within a cell.
#[derive(PartialEq)]
enum State {
    /// Nothing of the cell seen yet.
    Start,
    /// Inside plain text.
    Plain,
    /// Inside quotes.
    Quoted,
    /// After a quote that may be the closing one.
    Closing,
}

/// Reads all rows into the collector.
pub(crate) fn parse(
    text: &str,
    separator: char,
    collector: &mut Collector<'_>,
) -> Result<(), ExchangeError> {
    let mut row = 1u32;
    let mut cells: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut state = State::Start;
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        let place = Place { row, column: u32::try_from(cells.len()).unwrap_or(u32::MAX) };
        match (&state, c) {
            (State::Quoted, '"') => state = State::Closing,
            (State::Quoted, c) => cell.push(c),
            (State::Closing, '"') => {
                cell.push('"');
                state = State::Quoted;
            }
            (State::Start, '"') => state = State::Quoted,
            (_, c) if c == separator => {
                collector.check_cell(place, &cell)?;
                keep(&mut cells, &mut cell, collector.columns());
                state = State::Start;
            }
            (_, '\r' | '\n') => {
                if c == '\r' && signs.peek() == Some(&'\n') {
                    signs.next();
                }
                collector.check_cell(place, &cell)?;
                keep(&mut cells, &mut cell, collector.columns());
                collector.push(row, std::mem::take(&mut cells))?;
                row = row.saturating_add(1);
                state = State::Start;
            }
            (State::Closing, _) => return Err(ExchangeError::TextAfterQuote(place)),
            (_, c) => {
                cell.push(c);
                state = State::Plain;
            }
        }
    }
    let place = Place { row, column: u32::try_from(cells.len()).unwrap_or(u32::MAX) };
    if state == State::Quoted {
        return Err(ExchangeError::OpenQuote(place));
    }
    collector.check_cell(place, &cell)?;
    keep(&mut cells, &mut cell, collector.columns());
    collector.push(row, cells)
}

/// Takes a checked cell. Beyond the last column allowed it can only be empty, and
/// a line of a million commas shall not become a million cells.
fn keep(cells: &mut Vec<String>, cell: &mut String, columns: usize) {
    let cell = std::mem::take(cell);
    if cells.len() < columns {
        cells.push(cell);
    }
}
