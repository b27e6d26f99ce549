//! `kohort sql` without a lake: files, functions, and the tables of `reference`; and files beside a
//! lake.

mod support;

use support::Place;

/// A folder with files of people, and no lake.
fn place() -> Place {
    let place = Place::new();
    let write = |name: &str, text: &str| std::fs::write(place.path(name), text);
    let made = [
        write(
            "visits.csv",
            "sample_id,days,when\nada,3,2024-01-31\nbea,4,\n",
        ),
        write("lines.ndjson", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n"),
        write("array.json", "[{\"a\":1,\"b\":\"x\"},\n {\"a\":2}]\n"),
        write("odd.txt", "a;b\n1;2\n"),
    ];
    assert!(made.iter().all(Result::is_ok));
    place
}

fn sql(place: &Place, statements: &str) -> support::Ran {
    place.run(&["sql", "--format", "csv", "-c", statements])
}

#[test]
fn files_are_tables_by_their_names() {
    let place = place();
    for (query, expected) in [
        (
            "SELECT region, count(*) AS n FROM 'people.tsv' GROUP BY region ORDER BY region",
            "region,n\nRegion Gotland,1\nRegion Skåne,2\n",
        ),
        (
            "SELECT sum(days) FROM './visits.csv' WHERE \"when\" IS NOT NULL",
            "sum(days)\n3\n",
        ),
        (
            "SELECT a, b FROM 'lines.ndjson' ORDER BY a",
            "a,b\n1,x\n2,\n",
        ),
        ("SELECT a, b FROM 'array.json' ORDER BY a", "a,b\n1,x\n2,\n"),
        (
            "SELECT p.sample_id, days FROM 'people.tsv' AS p JOIN 'visits.csv' USING (sample_id) \
             ORDER BY 1",
            "sample_id,days\nada,3\nbea,4\n",
        ),
    ] {
        assert_eq!(sql(&place, query).ok(), expected, "{query}");
    }
    let wrong = sql(&place, "SELECT * FROM 'visit.csv'").failed(2);
    assert!(wrong.contains("there is no file `visit.csv`"), "{wrong}");
}

#[test]
fn external_tables_take_relative_paths_and_options() {
    let place = place();
    let created = "CREATE EXTERNAL TABLE odd STORED AS CSV LOCATION 'odd.txt' \
        OPTIONS ('format.delimiter' ';', 'format.has_header' 'true'); SELECT b FROM odd";
    assert_eq!(sql(&place, created).ok(), "b\n2\n");
    let copied = "COPY (SELECT 1 AS one) TO 'one.parquet' STORED AS PARQUET; \
        CREATE EXTERNAL TABLE one STORED AS PARQUET LOCATION 'one.parquet'; \
        CREATE EXTERNAL TABLE lines STORED AS JSON LOCATION 'lines.ndjson'; \
        SELECT one, a FROM one CROSS JOIN lines ORDER BY a";
    let out = sql(&place, copied).ok();
    assert!(out.ends_with("one,a\n1,1\n1,2\n"), "{out}");
}

#[test]
fn codes_in_csv_keep_their_zeros() {
    let place = place();
    let rows = "kod,n,share,note\n01,1,0.5,\n0114,20,0,x\n25,3,1e3,\n";
    assert!(std::fs::write(place.path("codes.csv"), rows).is_ok());
    let expected = "kod,n,share\n01,1,0.5\n0114,20,0.0\n25,3,1000.0\n";
    let columns = "kod, n, share";
    let by_name = format!("SELECT {columns} FROM 'codes.csv' ORDER BY kod");
    assert_eq!(sql(&place, &by_name).ok(), expected);
    let created = format!(
        "CREATE EXTERNAL TABLE codes STORED AS CSV LOCATION 'codes.csv'; \
         SELECT {columns} FROM codes ORDER BY kod"
    );
    assert_eq!(sql(&place, &created).ok(), expected);
    let types = "SELECT arrow_typeof(n), arrow_typeof(share) FROM 'codes.csv' LIMIT 1";
    assert!(sql(&place, types).ok().ends_with("Int64,Float64\n"));
    // Only where nobody said what the columns are.
    let said = "CREATE EXTERNAL TABLE codes (kod INT, n INT, share DOUBLE, note VARCHAR) \
        STORED AS CSV LOCATION 'codes.csv' OPTIONS ('format.has_header' 'true'); \
        SELECT min(kod) FROM codes";
    assert!(sql(&place, said).ok().ends_with("\n1\n"));
}

#[test]
fn a_prepared_query_gives_its_rows() {
    let place = place();
    let prepared = "PREPARE s(INT) AS SELECT $1 + 1 AS a; EXECUTE s(4)";
    assert_eq!(sql(&place, prepared).ok(), "a\n5\n");
}

#[test]
fn a_function_of_a_window_says_that_it_needs_over() {
    let error = sql(&place(), "SELECT need_expected(1, 2)").failed(2);
    assert!(
        error.contains("needs OVER") && error.contains("OVER ()"),
        "{error}"
    );
}

#[test]
fn a_file_of_statements_may_hold_commands_of_the_shell() {
    let place = place();
    let text = "\u{feff}\\d reference.regions\n\\x\nSELECT days\nFROM 'visits.csv' LIMIT 1;\n";
    assert!(std::fs::write(place.path("look.sql"), text).is_ok());
    let out = place.run(&["sql", "-f", "look.sql"]).ok();
    assert!(out.contains("region_code") && out.contains("days"), "{out}");
    // One line per value, since \x came before.
    let last = out.lines().rfind(|line| !line.trim().is_empty());
    assert!(
        last.is_some_and(|line| line.trim_start().starts_with("days |")),
        "{out}"
    );
}

#[test]
fn functions_and_reference_need_no_lake() {
    let place = place();
    let one = |query: &str| sql(&place, query).ok().lines().nth(1).map(str::to_owned);
    let genes = "SELECT count(*) FROM reference.genes WHERE gene = 'BRCA1'";
    assert_eq!(one(genes).as_deref(), Some("2"));
    let inside =
        "SET kohort.reference_genome = 'GRCh38'; SELECT in_region('17', 43100000, 'BRCA1')";
    assert_eq!(one(inside).as_deref(), Some("true"));
    assert_eq!(
        one("SELECT hwe_exact(10, 20, 10) > 0.5").as_deref(),
        Some("true")
    );
    let unknown = sql(&place, "SELECT in_region('17', 43100000, 'BRCA1')").failed(2);
    assert!(unknown.contains("SET kohort.reference_genome"), "{unknown}");
}

#[test]
fn what_needs_a_lake_says_how_to_open_one() {
    let place = place();
    for statement in [
        "SELECT * FROM variants",
        "SELECT * FROM samples",
        "CREATE COHORT a AS SELECT 'x' AS sample_id",
        "DROP COHORT a",
        "SELECT * FROM allele_frequency_by('region')",
    ] {
        let error = sql(&place, statement).failed(2);
        assert!(
            error.contains("`--lake URI` opens one"),
            "{statement}: {error}"
        );
    }
    let error = place
        .run(&["sql", "--as-of", "1", "-c", "SELECT 1"])
        .failed(2);
    assert!(error.contains("--as-of needs --lake"), "{error}");
    let error = sql(&place, "SELECT * FROM nonesuch").failed(1);
    assert!(error.contains("there is no table `nonesuch`"), "{error}");
    // A name of a lake's table is free where there is no lake.
    let own = "CREATE TABLE variants AS SELECT 1 AS x; SELECT x FROM variants";
    assert_eq!(sql(&place, own).ok(), "x\n1\n");
}

#[test]
fn files_join_with_a_lake_and_hide_none_of_its_tables() {
    let place = Place::with_lake();
    std::fs::write(place.path("visits.csv"), "sample_id,days\nada,3\n").unwrap_or_default();
    let joined = "SELECT sample_id, days, region FROM samples JOIN 'visits.csv' USING (sample_id)";
    let out = place.sql(joined, &["--format", "csv"]).ok();
    assert_eq!(out, "sample_id,days,region\nada,3,Region Skåne\n");
    let hidden = "CREATE EXTERNAL TABLE samples STORED AS CSV LOCATION 'visits.csv'";
    let error = place.sql(hidden, &[]).failed(1);
    assert!(error.contains("'samples' already exists"), "{error}");
    let replaced = "CREATE OR REPLACE TABLE samples AS SELECT 1 AS x";
    let error = place.sql(replaced, &[]).failed(2);
    assert!(
        error.contains("`samples` is a table of the lake"),
        "{error}"
    );
    place.sql("DROP TABLE samples", &[]).failed(1);
    let people = "SELECT count(*) AS n FROM samples";
    assert_eq!(place.sql(people, &["--format", "csv"]).ok(), "n\n3\n");
    let error = place.sql("SELECT * FROM varaints", &[]).failed(1);
    assert!(error.contains("did you mean `variants`?"), "{error}");
}
