use super::*;

fn lite(folder: &tempfile::TempDir) -> Conn {
    let options = LiteOptions { write: true, durable: true, cache_kib: 1024 };
    Conn::lite(&folder.path().join("t.db"), options).unwrap()
}

/// One connection to each engine that this machine has.
fn each_engine(test: impl Fn(Conn)) {
    let folder = tempfile::tempdir().unwrap();
    test(lite(&folder));
    if let Some(cluster) = okiagari_tests::postgres::Cluster::shared() {
        test(Conn::pg(&cluster.fresh_database_sorted("ja-JP")).unwrap());
    }
}

#[test]
fn every_kind_of_value_comes_back() {
    each_engine(|mut conn| {
        let (text, blob) = match conn.dialect() {
            Dialect::Lite => ("TEXT", "BLOB"),
            Dialect::Pg => ("TEXT COLLATE \"C\"", "BYTEA"),
        };
        conn.batch(&format!("CREATE TABLE t (n BIGINT, s {text}, b {blob})")).unwrap();
        let insert = "INSERT INTO t (s, n, b) VALUES ($2, $1, $3)";
        let row = [P::Int(i64::MAX), P::Text("復旧 $1 ?"), P::Blob(&[0, 255])];
        assert_eq!(conn.execute(insert, &row).unwrap(), 1);
        conn.execute(insert, &[P::Null, P::Null, P::Null]).unwrap();
        let rows = conn.query("SELECT n, s, b FROM t ORDER BY n NULLS FIRST", &[]).unwrap();
        assert_eq!(rows[0].opt_int(0).unwrap(), None);
        assert_eq!(rows[0].opt_text(1).unwrap(), None);
        assert_eq!(rows[0].opt_blob(2).unwrap(), None);
        assert_eq!(rows[1].int(0).unwrap(), i64::MAX);
        assert_eq!(rows[1].text(1).unwrap(), "復旧 $1 ?");
        assert_eq!(rows[1].blob(2).unwrap(), [0, 255]);
        assert!(matches!(rows[1].int(1), Err(StoreError::Corrupt(_))));
        assert!(matches!(rows[1].int(9), Err(StoreError::Corrupt(_))));
        assert_eq!(conn.query_int("SELECT count(*) FROM t WHERE n = $1", &row[..1]).unwrap(), 1);
    });
}

#[test]
fn texts_sort_by_their_bytes_whatever_the_language_of_the_database() {
    each_engine(|mut conn| {
        let text = conn.dialect().column_type(crate::schema::Ty::Text);
        conn.batch(&format!("CREATE TABLE t (s {text})")).unwrap();
        for word in ["あ", "b", "B", "ア", "a"] {
            conn.execute("INSERT INTO t (s) VALUES ($1)", &[P::Text(word)]).unwrap();
        }
        let sorted = conn
            .query_map("SELECT s FROM t ORDER BY s", &[], |r| Ok(r.text(0)?.to_owned()))
            .unwrap();
        assert_eq!(sorted, ["B", "a", "b", "あ", "ア"]);
    });
}

#[test]
fn a_reader_may_stop_early_and_go_on() {
    each_engine(|mut conn| {
        let series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) \
                      SELECT n FROM s";
        let mut seen = 0;
        conn.for_each(series, &[P::Int(1000)], |row| {
            seen = row.int(0)?;
            Ok(if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .unwrap();
        assert_eq!(seen, 3);
        assert_eq!(conn.query(series, &[P::Int(5)]).unwrap().len(), 5);
    });
}
