//! Tables: round trips with our own exports, other people's files, broken ones.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::io::{Cursor, Write};

use okiagari_exchange::{Encoding, ExchangeError, Format, Limits, Place, Table, read_table};
use okiagari_press::{Cell, Column, ColumnKind, Sheet, to_csv, to_xlsx};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use zip::write::SimpleFileOptions;

fn read(bytes: &[u8]) -> Result<Table, ExchangeError> {
    read_table(bytes, "table", &Limits::default())
}

fn cells(table: &Table) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

fn labels(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|column| column.label.as_str()).collect()
}

fn sheet() -> Sheet {
    Sheet {
        title: "情報資産".into(),
        columns: vec![
            Column::new("name", "名称", ColumnKind::Text),
            Column::new("count", "数", ColumnKind::Int),
            Column::new("since", "開始日", ColumnKind::Date),
            Column::new("seen", "確認", ColumnKind::Time),
            Column::new("on", "稼働", ColumnKind::Bool),
            Column::new("note", "備考", ColumnKind::Text),
            Column::new("note2", "備考", ColumnKind::Text),
        ],
        rows: vec![
            vec![
                Cell::Text("=cmd|'/c calc'!A1".into()),
                Cell::Int(-1_234_567),
                Cell::Date("2026-11-21".into()),
                Cell::Time { ms: 1_795_237_380_000, shown: "2026-11-21 14:03 (JST)".into() },
                Cell::Bool(true),
                Cell::Text("一行目\n\"二\"行目, 終".into()),
                Cell::Text("'=quoted".into()),
            ],
            vec![
                Cell::Text("サーバー".into()),
                Cell::Number(0.1 + 0.2),
                Cell::Empty,
                Cell::Empty,
                Cell::Bool(false),
                Cell::List(vec!["甲".into(), "乙".into()]),
                Cell::Text("_x0041_".into()),
            ],
        ],
    }
}

fn expected(number: &'static str) -> Vec<Vec<&'static str>> {
    vec![
        vec![
            "=cmd|'/c calc'!A1",
            "-1234567",
            "2026-11-21",
            "2026-11-21 14:03 (JST)",
            "true",
            "一行目\n\"二\"行目, 終",
            "'=quoted",
        ],
        vec!["サーバー", number, "", "", "false", "甲\n乙", "_x0041_"],
    ]
}

#[test]
fn our_csv_comes_back() {
    let table = read(&to_csv(&sheet())).unwrap();
    assert_eq!(cells(&table), expected("0.30000000000000004"));
    assert_eq!(table.encoding, Some(Encoding::Utf8Bom));
    assert_eq!(table.format, Format::Csv { separator: ',' });
    // The first row spans two lines of the file but is one row of the sheet.
    assert_eq!(table.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn our_xlsx_comes_back_with_field_ids() {
    let table = read(&to_xlsx(&sheet(), 0).unwrap()).unwrap();
    assert_eq!(cells(&table), expected("0.3"));
    let ids: Vec<_> = table.columns.iter().map(|c| c.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["name", "count", "since", "seen", "on", "note", "note2"]);
    assert_eq!(table.encoding, None);
    assert_eq!(table.format, Format::Xlsx { sheet: "情報資産".into(), not_read: vec![] });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(96), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives_both_ways(texts in proptest::collection::vec("[^\u{0}-\u{8}\u{b}-\u{1f}\u{fffe}\u{ffff}]{0,12}", 1..12)) {
        let columns = vec![Column::new("id", "x", ColumnKind::Text), Column::new("t", "t", ColumnKind::Text)];
        let rows = texts.iter().map(|t| vec![Cell::Int(1), Cell::Text(t.clone())]).collect();
        let sheet = Sheet { title: "t".into(), columns, rows };
        for bytes in [to_csv(&sheet), to_xlsx(&sheet, 0).unwrap()] {
            let table = read(&bytes).unwrap();
            let back: Vec<&str> = table.rows.iter().map(|r| r.cells[1].as_str()).collect();
            prop_assert_eq!(back, texts.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn even_control_characters_survive_in_workbooks(text in proptest::collection::vec(prop_oneof![any::<char>(), Just('\r'), Just('\n'), Just('\u{1}'), Just('\''), Just('='), Just('_'), Just('x'), Just('0')], 0..10).prop_map(String::from_iter)) {
        let columns = vec![Column::new("id", "x", ColumnKind::Text), Column::new("t", "t", ColumnKind::Text)];
        let rows = vec![vec![Cell::Int(1), Cell::Text(text.clone())]];
        let bytes = to_xlsx(&Sheet { title: "t".into(), columns, rows }, 0).unwrap();
        prop_assert_eq!(&read(&bytes).unwrap().rows[0].cells[1], &text);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600), name in ".{0,8}") {
        let _ = read_table(&bytes, &name, &Limits::default());
        for magic in [&b"PK\x03\x04"[..], b"\xff\xfe", b"\xef\xbb\xbf"] {
            let _ = read_table(&[magic, &bytes].concat(), &name, &Limits::default());
        }
    }

    /// What a broken or hostile sheet is made of: quotes, separators, line ends, long cells, signs
    /// of other encodings. An answer or an error with a place; what was read is a rectangle.
    #[test]
    fn any_separated_text_is_answered(parts in proptest::collection::vec(prop_oneof![
        Just("\"".to_owned()), Just(",".to_owned()), Just(";".to_owned()), Just("\t".to_owned()),
        Just("\n".to_owned()), Just("\r\n".to_owned()), Just("\r".to_owned()), Just("\u{feff}".to_owned()),
        Just("\u{0}".to_owned()), Just("=1+1".to_owned()), Just("名称 [name]".to_owned()),
        Just("x".repeat(40_000)), "\\PC{0,6}",
    ], 0..40)) {
        let text = parts.concat();
        match read(text.as_bytes()) {
            Ok(table) => {
                let wide = table.columns.len();
                prop_assert!(table.rows.iter().all(|row| row.cells.len() == wide), "{text:?}");
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// Workbooks whose archive is whole and whose parts are not what they should be.
    #[test]
    fn any_sheet_inside_a_workbook_is_answered(parts in proptest::collection::vec(prop_oneof![
        Just("<row r=\"1\">"), Just("<row r=\"99999999999\">"), Just("</row>"),
        Just("<c r=\"A1\" t=\"s\"><v>0</v></c>"), Just("<c r=\"ZZZZ9\"><v>1</v></c>"),
        Just("<c r=\"A0\" t=\"d\"><v>x</v></c>"), Just("<c t=\"s\"><v>4294967296</v></c>"),
        Just("<c r=\"B1\" t=\"inlineStr\"><is><t>甲</t></is></c>"), Just("<c"), Just("<v>"),
        Just("&#0;"), Just("&bomb;"), Just("<c r=\"A1\" s=\"9999\"><v>1e308</v></c>"), Just("]]>"),
    ], 0..12)) {
        let _ = read(&workbook(&parts.concat()));
    }

    #[test]
    fn altered_workbooks_are_answered(at in any::<proptest::sample::Index>(), byte: u8, cut in any::<proptest::sample::Index>()) {
        let mut bytes = to_xlsx(&sheet(), 0).unwrap();
        let index = at.index(bytes.len());
        bytes[index] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn our_reader_agrees_with_another(rows in proptest::collection::vec(proptest::collection::vec("[a-c\", ;\n']{0,5}", 3), 1..6)) {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let bytes = writer.into_inner().unwrap();
        let table = read(&bytes).unwrap();
        let filled: Vec<Vec<String>> =
            rows.into_iter().filter(|r| r.iter().any(|c| !c.trim().is_empty())).collect();
        let found: Vec<Vec<String>> = table.rows.into_iter().map(|r| r.cells).collect();
        // The guard goes only before formula signs, and a line feed is one.
        let unguarded = |c: &String| {
            let signs = c.trim_start_matches('\'');
            if c.starts_with('\'') && signs.starts_with('\n') { c[1..].to_owned() } else { c.clone() }
        };
        let filled: Vec<Vec<String>> =
            filled.iter().map(|r| r.iter().map(unguarded).collect()).collect();
        prop_assert_eq!(found, filled);
    }
}

#[test]
fn rows_are_counted_as_a_spreadsheet_does() {
    let table = read("\r\n名称;数\r\n\r\nあ;1\r\n \r\nい\r\n".as_bytes()).unwrap();
    assert_eq!(labels(&table), ["名称", "数"]);
    assert_eq!(table.format, Format::Csv { separator: ';' });
    assert_eq!(table.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [4, 6]);
    assert_eq!(cells(&table), [["あ", "1"], ["い", ""]]);
    let old_mac = read(b"a,b\r1,2\r").unwrap();
    assert_eq!(cells(&old_mac), [["1", "2"]]);
    let tabs = read_table(b"a;b\tc\n1\t2\n", "x.TSV", &Limits::default()).unwrap();
    assert_eq!(labels(&tabs), ["a;b", "c"]);
}

#[test]
fn broken_csv_is_told_by_place() {
    let error = read("a,b\n1,\"open\n2,3\n".as_bytes()).unwrap_err();
    assert_eq!(error, ExchangeError::OpenQuote(Place { row: 2, column: 1 }));
    assert!(error.message(true).contains("2行目 B列"), "{}", error.message(true));
    let error = read(b"a,b\n\"x\"y,1\n").unwrap_err();
    assert_eq!(error, ExchangeError::TextAfterQuote(Place { row: 2, column: 0 }));
    let error = read(b"a,b\n1,2,3\n").unwrap_err();
    assert_eq!(error, ExchangeError::NoHeading(Place { row: 2, column: 2 }));
    let error = read(b"a,,c\n1,,3\n4,5,6\n").unwrap_err();
    assert_eq!(error, ExchangeError::NoHeading(Place { row: 3, column: 1 }));
    assert_eq!(read(b"a,b,,\n1,2,,\n").map(|t| t.columns.len()), Ok(2));
    assert_eq!(read(b"a\nb\0c\n"), Err(ExchangeError::NotText { line: 2 }));
    assert_eq!(read(b""), Err(ExchangeError::Empty));
    assert_eq!(read(b"\xef\xbb\xbf \r\n,,\r\n"), Err(ExchangeError::Empty));
}

#[test]
fn other_files_are_named() {
    let of = |bytes: &[u8]| read(bytes).unwrap_err().message(true);
    assert!(of(b"%PDF-1.7").contains("PDF"));
    assert!(of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest").contains("パスワード"));
    assert!(of(b"\x89PNG\r\n\x1a\n").contains("画像"));
    let word = archive(&[("word/document.xml", b"<w/>".to_vec())]);
    assert!(of(&word).contains("Word"));
}

#[test]
fn limits_hold_for_csv() {
    let limits = Limits {
        rows: 2,
        columns: 2,
        cell_chars: 3,
        total_chars: 12,
        bytes: 60,
        ..Limits::default()
    };
    let read = |text: &str| read_table(text.as_bytes(), "", &limits);
    assert!(read("a,b\n1,2\n3,4\n").is_ok());
    assert_eq!(read("a\n1\n2\n3\n"), Err(ExchangeError::TooManyRows { limit: 2 }));
    let place = Place { row: 1, column: 2 };
    assert_eq!(read("a,b,c\n"), Err(ExchangeError::TooManyColumns { place, limit: 2 }));
    let place = Place { row: 2, column: 0 };
    assert_eq!(read("a\nあいうえ\n"), Err(ExchangeError::CellTooLong { place, limit: 3 }));
    assert_eq!(read("aaa,bbb\nあああ,いいい\n1\n"), Err(ExchangeError::TooMuchText { limit: 12 }));
    let long = "a\n".repeat(40);
    assert_eq!(read(&long), Err(ExchangeError::TooLarge { bytes: 80, limit: 60 }));
    // Commas without content cost nothing.
    assert!(read("a,b,,,,,,,,,,,,,,,,,,,,\n").is_ok());
    let narrow = Limits { cells: 10, ..Limits::default() };
    let short = read_table(b"a,b,c\n1\n2\n3\n", "", &narrow);
    assert_eq!(short, Err(ExchangeError::TooManyCells { limit: 10 }));
}

fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn bombs_are_refused_before_parsing() {
    let workbook = ("xl/workbook.xml", b"<workbook/>".to_vec());
    let zeros = archive(&[workbook.clone(), ("xl/worksheets/sheet1.xml", vec![b' '; 8 << 20])]);
    assert_eq!(read(&zeros), Err(ExchangeError::PackedTooTightly { limit: 200 }));
    let limits = Limits { unpacked_bytes: 1000, ..Limits::default() };
    let large = archive(&[workbook.clone(), ("a", vec![b'x'; 2000])]);
    let error = read_table(&large, "", &limits);
    assert_eq!(error, Err(ExchangeError::UnpacksTooLarge { limit: 1000 }));
    let limits = Limits { parts: 3, ..Limits::default() };
    let many = archive(&[workbook, ("a", vec![]), ("b", vec![]), ("c", vec![])]);
    let error = read_table(&many, "", &limits);
    assert_eq!(error, Err(ExchangeError::TooManyParts { found: 4, limit: 3 }));
}

#[test]
fn a_lying_directory_does_not_help_a_bomb() {
    let parts = [("xl/workbook.xml", b"<workbook/>".to_vec()), ("a", vec![b' '; 8 << 20])];
    let mut bytes = archive(&parts);
    let real = (8u32 << 20).to_le_bytes();
    let places: Vec<usize> =
        (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == real).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
    }
    let error = read(&bytes).unwrap_err();
    let ExchangeError::BrokenWorkbook { detail } = error else { panic!("{error:?}") };
    assert!(detail.contains("larger than its declared"), "{detail}");
}

/// A workbook written by hand, as other programs might.
fn workbook(sheet_data: &str) -> Vec<u8> {
    let text = |s: &str| s.as_bytes().to_vec();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let pack = "http://schemas.openxmlformats.org/package/2006/relationships";
    archive(&[
        ("[Content_Types].xml", text("<Types/>")),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{pack}"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            )
            .into_bytes(),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="隠し" sheetId="1" state="hidden" r:id="rId2"/><sheet name="表" sheetId="2" r:id="rId1"/><sheet name="別" sheetId="3" r:id="rId2"/><sheet name="_okiagari" sheetId="4" state="hidden" r:id="rId3"/></sheets></workbook>"#
            )
            .into_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{pack}"><Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{rel}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="{rel}/worksheet" Target="worksheets/sheet3.xml"/></Relationships>"#
            )
            .into_bytes(),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{main}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="46"/></cellXfs></styleSheet>"#
            )
            .into_bytes(),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                r#"<worksheet xmlns="{main}"><dimension ref="A1:XFD1048576"/><sheetData>{sheet_data}</sheetData></worksheet>"#
            )
            .into_bytes(),
        ),
        (
            "xl/worksheets/sheet2.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData/></worksheet>"#).into_bytes(),
        ),
        (
            "xl/worksheets/sheet3.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData>{IDS}</sheetData></worksheet>"#)
                .into_bytes(),
        ),
    ])
}

/// The hidden sheet of an export whose columns stood the other way round.
const IDS: &str = r#"<row r="1"><c r="B1" t="str"><v>id</v></c></row><row r="2"><c r="B2" t="str"><v>value</v></c><c r="C2" t="str"><v>値</v></c></row><row r="3"><c r="B3" t="str"><v>name</v></c><c r="C3" t="str"><v>名称</v></c></row>"#;

const HEAD: &str =
    r#"<row r="2"><c r="A2" t="str"><v>名称</v></c><c r="B2" t="str"><v>値</v></c></row>"#;

#[test]
fn dates_formulas_and_gaps_of_other_programs() {
    let data = format!(
        r#"{HEAD}<row r="4"><c r="B4" s="1"><v>46347</v></c></row><row r="5"><c r="A5" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="B5" s="2"><v>46347.585416666669</v></c></row><row r="6"><c r="B6" s="3"><v>1.5</v></c></row><row r="7"><c r="B7" s="2"><v>0.25</v></c></row><row r="1048576"><c r="B1048576"><f>1/3</f><v>0.33333333333333331</v></c></row>"#
    );
    let table = read(&workbook(&data)).unwrap();
    assert_eq!(labels(&table), ["名称", "値"]);
    assert_eq!(
        cells(&table),
        [
            ["", "2026-11-21"],
            ["ab", "2026-11-21T14:03:00"],
            ["", "36:00:00"],
            ["", "06:00:00"],
            ["", "0.333333333333333"],
        ]
    );
    assert_eq!(table.rows[4].line, 1_048_576);
    assert_eq!(table.format, Format::Xlsx { sheet: "表".into(), not_read: vec!["別".into()] });
}

#[test]
fn formula_errors_are_told_by_place() {
    let data = format!(r#"{HEAD}<row r="12"><c r="B12" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>"#);
    let error = read(&workbook(&data)).unwrap_err();
    assert_eq!(
        error,
        ExchangeError::FormulaError {
            place: Place { row: 12, column: 1 },
            shown: "#DIV/0!".into()
        }
    );
    assert!(error.message(true).starts_with("12行目 B列の数式がエラー(#DIV/0!)です。"));
}

#[test]
fn limits_hold_for_workbooks() {
    let rows: String = (3..9)
        .map(|r| format!(r#"<row r="{r}"><c r="A{r}" t="str"><v>あああああ</v></c></row>"#))
        .collect();
    let bytes = workbook(&format!("{HEAD}{rows}"));
    let with = |limits: Limits| read_table(&bytes, "", &limits);
    assert!(with(Limits::default()).is_ok());
    let rows = with(Limits { rows: 5, ..Limits::default() });
    assert_eq!(rows, Err(ExchangeError::TooManyRows { limit: 5 }));
    let place = Place { row: 3, column: 0 };
    let long = with(Limits { cell_chars: 4, ..Limits::default() });
    assert_eq!(long, Err(ExchangeError::CellTooLong { place, limit: 4 }));
    let text = with(Limits { total_chars: 20, ..Limits::default() });
    assert_eq!(text, Err(ExchangeError::TooMuchText { limit: 20 }));
    let far = workbook(&format!(r#"{HEAD}<row r="3"><c r="XFD3" t="str"><v>x</v></c></row>"#));
    let place = Place { row: 3, column: 16_383 };
    assert_eq!(read(&far), Err(ExchangeError::TooManyColumns { place, limit: 500 }));
}

#[test]
fn moved_columns_keep_their_ids_and_renamed_ones_lose_them() {
    let ids = |bytes: &[u8]| -> Vec<Option<String>> {
        read(bytes).unwrap().columns.into_iter().map(|c| c.id).collect()
    };
    let moved = workbook(&format!(r#"{HEAD}<row r="3"><c r="A3"><v>1</v></c></row>"#));
    assert_eq!(ids(&moved), [Some("name".into()), Some("value".into())]);
    let renamed = HEAD.replace("名称", "なまえ");
    assert_eq!(ids(&workbook(&renamed)), [None, Some("value".into())]);
    assert!(ids(&to_csv(&sheet())).iter().all(Option::is_none));
}
