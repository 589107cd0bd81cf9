//! The XLSX writer.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::sheet::{Cell, Sheet, looks_like_formula};

/// Name of the hidden sheet that holds position, field id, label and kind of
/// every column.
pub const ID_SHEET: &str = "_okiagari";

/// Rows below the header that the format can hold.
const MAX_ROWS: usize = 1_048_575;
/// Columns that the format can hold.
const MAX_COLUMNS: usize = 16_384;
/// UTF-16 units that one cell can hold.
const MAX_CELL: usize = 32_767;
/// Beyond fifteen digits a spreadsheet rounds; such numbers are written as text.
const MAX_EXACT: u64 = 999_999_999_999_999;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// More rows than the format holds.
    #[error("{rows} rows are too many for an XLSX sheet (at most {MAX_ROWS}); export as CSV")]
    TooManyRows {
        /// Rows in the sheet.
        rows: usize,
    },
    /// More columns than the format holds.
    #[error("{columns} columns are too many for an XLSX sheet (at most {MAX_COLUMNS})")]
    TooManyColumns {
        /// Columns in the sheet.
        columns: usize,
    },
    /// A row has more cells than there are columns.
    #[error("row {row} has {cells} cells for {columns} columns")]
    RowTooLong {
        /// Row as the user sees it; the header is row 1.
        row: usize,
        /// Cells in that row.
        cells: usize,
        /// Columns in the sheet.
        columns: usize,
    },
    /// A text is longer than a cell can hold.
    #[error("row {row}, column '{column}': {length} characters, a cell holds {MAX_CELL}; use CSV")]
    CellTooLong {
        /// Row as the user sees it; the header is row 1.
        row: usize,
        /// Label of the column.
        column: String,
        /// Length in UTF-16 units.
        length: usize,
    },
    /// The writer refused.
    #[error("the XLSX file could not be written")]
    Xlsx(#[from] XlsxError),
}

/// Writes the sheet as XLSX. `created_ms` (milliseconds since 1970 UTC) goes into
/// the document properties; equal input gives equal bytes.
///
/// Strings never become formulas. Column ids go to the hidden sheet [`ID_SHEET`].
///
/// # Errors
/// When the sheet is larger than the format allows; nothing is cut silently.
pub fn to_xlsx(sheet: &Sheet, created_ms: i64) -> Result<Vec<u8>, PressError> {
    check_size(sheet)?;
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_timestamp(created_ms.div_euclid(1000))?;
    workbook.set_properties(
        &DocProperties::new().set_title(&sheet.title).set_creation_datetime(&created),
    );
    write_data(workbook.add_worksheet(), sheet)?;
    write_ids(workbook.add_worksheet(), sheet)?;
    Ok(workbook.save_to_buffer()?)
}

fn check_size(sheet: &Sheet) -> Result<(), PressError> {
    let columns = sheet.columns.len();
    if sheet.rows.len() > MAX_ROWS {
        return Err(PressError::TooManyRows { rows: sheet.rows.len() });
    }
    if columns > MAX_COLUMNS {
        return Err(PressError::TooManyColumns { columns });
    }
    match sheet.rows.iter().position(|row| row.len() > columns) {
        Some(index) => {
            Err(PressError::RowTooLong { row: index + 2, cells: sheet.rows[index].len(), columns })
        }
        None => Ok(()),
    }
}

fn write_data(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), PressError> {
    let header = Format::new()
        .set_bold()
        .set_background_color(0x00F2_F2F2)
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    let body = Format::new().set_align(FormatAlign::Top).set_text_wrap();
    let date = Format::new().set_align(FormatAlign::Top).set_num_format("yyyy-mm-dd");

    worksheet.set_name(sheet_name(&sheet.title))?;
    for (index, column) in sheet.columns.iter().enumerate() {
        let text = escape_guard(&column.label);
        check_length(&text, 1, &column.label)?;
        worksheet.write_string_with_format(0, index as u16, text, &header)?;
        worksheet.set_column_width(index as u16, column_width(sheet, index))?;
    }
    for (row_index, row) in sheet.rows.iter().enumerate() {
        for (index, cell) in row.iter().enumerate() {
            let (row, column) = (row_index as u32 + 1, index as u16);
            match cell {
                Cell::Empty => {}
                Cell::Int(value) if value.unsigned_abs() <= MAX_EXACT => {
                    worksheet.write_number_with_format(row, column, *value as f64, &body)?;
                }
                Cell::Number(value) if value.is_finite() => {
                    worksheet.write_number_with_format(row, column, *value, &body)?;
                }
                Cell::Bool(value) => {
                    worksheet.write_boolean_with_format(row, column, *value, &body)?;
                }
                Cell::Date(iso) if excel_date(iso).is_some() => {
                    if let Some(value) = excel_date(iso) {
                        worksheet.write_datetime_with_format(row, column, &value, &date)?;
                    }
                }
                other => {
                    let text = escape_guard(&other.text());
                    check_length(&text, row_index + 2, &sheet.columns[index].label)?;
                    worksheet.write_string_with_format(row, column, text, &body)?;
                }
            }
        }
    }
    finish_layout(worksheet, sheet)
}

fn finish_layout(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), PressError> {
    worksheet.set_freeze_panes(1, 0)?;
    if let Some(last) = sheet.columns.len().checked_sub(1) {
        worksheet.autofilter(0, 0, sheet.rows.len() as u32, last as u16)?;
        worksheet.set_repeat_rows(0, 0)?;
    }
    worksheet.set_landscape();
    worksheet.set_paper_size(9);
    worksheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

fn write_ids(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), PressError> {
    worksheet.set_name(ID_SHEET)?;
    for (column, word) in ["position", "id", "label", "kind"].iter().enumerate() {
        worksheet.write_string(0, column as u16, *word)?;
    }
    for (index, column) in sheet.columns.iter().enumerate() {
        let row = index as u32 + 1;
        worksheet.write_number(row, 0, f64::from(row))?;
        worksheet.write_string(row, 1, &column.id)?;
        worksheet.write_string(row, 2, escape_guard(&column.label))?;
        worksheet.write_string(row, 3, column.kind.as_str())?;
    }
    worksheet.set_hidden(true);
    Ok(())
}

/// The reader takes one apostrophe off before a formula sign. A text that has
/// apostrophes of its own there gets one more; a plain `=1` needs none, because
/// XLSX tells text from formula.
fn escape_guard(text: &str) -> String {
    if text.starts_with('\'') && looks_like_formula(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn check_length(text: &str, row: usize, column: &str) -> Result<(), PressError> {
    let length = text.encode_utf16().count();
    if length > MAX_CELL {
        return Err(PressError::CellTooLong { row, column: column.to_owned(), length });
    }
    Ok(())
}

/// Only dates on which all spreadsheets agree; the first years of the 1900 system
/// hold a leap day that never was.
fn excel_date(iso: &str) -> Option<ExcelDateTime> {
    let mut parts = iso.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if iso.len() != 10 || !iso.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return None;
    }
    let year = year.parse::<u16>().ok().filter(|y| *y > 1900)?;
    ExcelDateTime::from_ymd(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A sheet name has at most 31 UTF-16 units, none of `[ ] : * ? / \`, and no
/// apostrophe at either end.
fn sheet_name(title: &str) -> String {
    let cleaned: String = title
        .chars()
        .map(|c| if "[]:*?/\\'".contains(c) || c.is_control() { ' ' } else { c })
        .collect();
    let mut name = String::new();
    let mut units = 0;
    for c in cleaned.trim().chars() {
        units += c.len_utf16();
        if units > 31 {
            break;
        }
        name.push(c);
    }
    let name = name.trim().to_owned();
    let reserved = [ID_SHEET, "history"].contains(&name.to_lowercase().as_str());
    if name.is_empty() || reserved { "Sheet1".to_owned() } else { name }
}

/// Width in characters: full-width signs count two. Long texts wrap.
fn column_width(sheet: &Sheet, index: usize) -> f64 {
    let label = display_width(&sheet.columns[index].label) + 3;
    let widest = sheet
        .rows
        .iter()
        .filter_map(|row| row.get(index))
        .map(|cell| display_width(&cell.text()))
        .max()
        .unwrap_or(0);
    label.max(widest).clamp(8, 60) as f64 + 1.0
}

fn display_width(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().map(|c| 1 + usize::from(c > '\u{2e7f}')).sum())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Column, ColumnKind};

    fn sheet(rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet {
            title: "情報資産".into(),
            columns: vec![Column::new("name", "名称", ColumnKind::Text)],
            rows,
        }
    }

    #[test]
    fn equal_input_gives_equal_bytes() {
        let sheet =
            sheet(vec![vec![Cell::Text("=1+1".into())], vec![Cell::Date("2026-11-21".into())]]);
        let first = to_xlsx(&sheet, 1_795_237_380_000).unwrap();
        assert_eq!(first, to_xlsx(&sheet, 1_795_237_380_000).unwrap());
        assert_ne!(first, to_xlsx(&sheet, 1_795_237_381_000).unwrap());
    }

    #[test]
    fn sizes_are_refused_not_cut() {
        let long = sheet(vec![vec![Cell::Text("あ".repeat(32_768))]]);
        let error = to_xlsx(&long, 0).unwrap_err();
        assert!(matches!(error, PressError::CellTooLong { row: 2, length: 32_768, .. }), "{error}");
        let wide = sheet(vec![vec![], vec![Cell::Int(1), Cell::Int(2)]]);
        let error = to_xlsx(&wide, 0).unwrap_err();
        assert!(
            matches!(error, PressError::RowTooLong { row: 3, cells: 2, columns: 1 }),
            "{error}"
        );
    }

    #[test]
    fn sheet_names_are_made_fit() {
        assert_eq!(sheet_name("資産/一覧 [案]"), "資産 一覧  案");
        assert_eq!(sheet_name("'history'"), "Sheet1");
        assert_eq!(sheet_name("🍣".repeat(20).as_str()).encode_utf16().count(), 30);
        assert_eq!(sheet_name(""), "Sheet1");
    }

    #[test]
    fn odd_dates_stay_text() {
        assert!(excel_date("2026-02-30").is_none());
        assert!(excel_date("1899-12-31").is_none());
        assert!(excel_date("2026-1-1").is_none());
        assert!(excel_date("2026-11-21").is_some());
    }
}
