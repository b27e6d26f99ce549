//! What an error says: where, what, and what to do, in our words.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{Place, run};

/// Words of the libraries underneath that nobody should read.
const NOT_OURS: [&str; 9] = [
    "DataFusion",
    "ArrowError",
    "CastError",
    "Error during planning",
    "Execution error",
    "Internal error",
    "Schema error",
    "sql parser error",
    "Optimizer rule",
];

#[track_caller]
fn is_ours(error: &str) {
    for word in NOT_OURS {
        assert!(!error.contains(word), "{error}");
    }
}

/// A place with a script, and its error.
fn of_script(script: &str, code: i32) -> String {
    let place = Place::with_lake();
    std::fs::write(place.path("report.sql"), script).unwrap();
    let ran = place.run(&[
        "sql",
        "--lake",
        "lake",
        "-f",
        "report.sql",
        "--format",
        "csv",
    ]);
    let error = ran.failed(code);
    is_ours(&error);
    error
}

#[test]
fn an_error_of_a_script_names_file_line_and_statement() {
    let error = of_script(
        "SELECT 1;\n\n-- people\nSELECT\n  regoin FROM samples;\n",
        1,
    );
    assert!(
        error.starts_with("error: report.sql:5:3: there is no column `regoin`"),
        "{error}"
    );
    assert!(error.contains("in statement 2 (line 4): SELECT"), "{error}");
    assert!(error.contains("did you mean `region`?"), "{error}");
}

#[test]
fn a_syntax_error_of_a_script_has_its_line_in_the_file() {
    let error = of_script("SELECT 1;\nSELECT 2;\nSELECT 3 FROM;\n", 2);
    assert!(error.starts_with("error: report.sql:3:"), "{error}");
    assert!(error.contains("syntax: expected "), "{error}");
    assert!(
        error.contains("in statement 3 (line 3): SELECT 3 FROM"),
        "{error}"
    );
}

#[test]
fn a_quote_that_is_not_closed_is_placed_in_the_file() {
    let error = of_script("SELECT 1;\n\\d\nSELECT 'open\n", 2);
    assert!(
        error.starts_with("error: report.sql:3:8: syntax"),
        "{error}"
    );
}

#[test]
fn an_error_while_rows_are_read_names_the_statement() {
    let error = of_script("SELECT 1;\nSELECT CAST(region AS INT) FROM samples;\n", 1);
    assert!(error.starts_with("error: report.sql:2: "), "{error}");
    assert!(error.contains("in statement 2 (line 2)"), "{error}");
    assert!(
        error.contains("whole number") && !error.contains("Skåne"),
        "{error}"
    );
}

#[test]
fn a_cohorts_query_has_its_place_in_the_file() {
    let error = of_script(
        "SELECT 1;\nCREATE COHORT a AS\n  SELECT regoin FROM samples",
        1,
    );
    assert!(error.starts_with("error: report.sql:3:10: "), "{error}");
}

#[test]
fn a_statement_of_the_command_line_has_line_and_column() {
    let place = Place::with_lake();
    let error = place.sql("SELECT ac,\n  ann FROM variants", &[]).failed(1);
    assert!(error.contains("at line 2, column 3"), "{error}");
    let error = place
        .sql("SELECT 1; SELECT ann FROM variants", &[])
        .failed(1);
    assert!(error.contains("at line 1, column 18"), "{error}");
    assert!(
        error.contains("in statement 2 (line 1): SELECT ann FROM variants"),
        "{error}"
    );
}

#[test]
fn a_contig_that_is_compared_with_a_number_says_how_to_write_it() {
    let place = Place::with_lake();
    for condition in ["chrom = 17", "chrom IN (17, 18)", "17 = chrom", "chrom > 3"] {
        let sql = format!("SELECT count(*) FROM variants WHERE {condition}");
        let error = place.sql(&sql, &[]).failed(2);
        is_ours(&error);
        assert!(error.contains("`chrom` is a text"), "{error}");
        assert!(
            error.contains("hint: did you mean `chrom = '22'`"),
            "{error}"
        );
    }
    let sql = "SELECT count(*) AS n FROM variants WHERE chrom = '17'";
    assert_eq!(place.sql(sql, &["--format", "csv"]).ok(), "n\n4\n");
}

#[test]
fn a_field_of_info_is_found_without_quotes() {
    let place = Place::with_lake();
    for field in ["info.EFF", "info.eff", "variants.info.EFF", "info['EFF']"] {
        let sql = format!("SELECT {field} AS x FROM variants WHERE pos = 43045700");
        assert_eq!(
            place.sql(&sql, &["--format", "csv"]).ok(),
            "x\nmissense\n",
            "{field}"
        );
    }
}

#[test]
fn a_field_that_info_lacks_gets_a_suggestion() {
    let place = Place::with_lake();
    let error = place.sql("SELECT info.EFFF FROM variants", &[]).failed(1);
    is_ours(&error);
    assert!(error.contains("did you mean `info['EFF']`?"), "{error}");
    let error = place.sql("SELECT info['eff'] FROM variants", &[]).failed(1);
    assert!(error.contains("did you mean `info['EFF']`?"), "{error}");
}

#[test]
fn a_column_in_capitals_says_that_it_needs_quotes() {
    let sql = "SELECT Region FROM (SELECT 1 AS \"Region\")";
    let error = run(&["sql", "-c", sql]).failed(1);
    is_ours(&error);
    assert!(error.contains("write \"Region\" with quotes"), "{error}");
    let sql = "SELECT \"Region\" FROM (SELECT 1 AS region)";
    let error = run(&["sql", "-c", sql]).failed(1);
    assert!(error.contains("did you mean `region`?"), "{error}");
}

#[test]
fn a_struct_that_is_named_in_the_same_select_says_how_to_take_a_field() {
    let place = Place::with_lake();
    let sql = "SELECT allele_stats(genotypes) AS s, s.ac FROM variants";
    let error = place.sql(sql, &[]).failed(1);
    is_ours(&error);
    assert!(
        error.contains("hint: ") && error.contains("SELECT s.ac FROM (SELECT"),
        "{error}"
    );
    let sql = "SELECT s.ac FROM (SELECT allele_stats(genotypes) AS s, pos FROM variants)
        WHERE pos = 43045700";
    assert!(place.sql(sql, &["--format", "csv"]).ok().ends_with("\n3\n"));
}

#[test]
fn a_column_that_is_not_grouped_is_named() {
    let place = Place::with_lake();
    let error = place
        .sql("SELECT region, count(*) FROM samples", &[])
        .failed(2);
    is_ours(&error);
    assert!(
        error.contains("is neither grouped by nor aggregated"),
        "{error}"
    );
}

#[test]
fn a_column_of_two_tables_says_how_to_choose() {
    let place = Place::with_lake();
    let sql = "SELECT sample_id FROM samples a JOIN samples b ON a.sample_index = b.sample_index";
    let error = place.sql(sql, &[]).failed(2);
    is_ours(&error);
    assert!(
        error.contains("`sample_id` is in several tables"),
        "{error}"
    );
}

#[test]
fn mistyped_tables_and_functions_get_a_suggestion() {
    let place = Place::with_lake();
    for (sql, hint) in [
        ("SELECT 1 FROM variant", "did you mean `variants`?"),
        (
            "SELECT alele_stats(genotypes) FROM variants",
            "did you mean `allele_stats`?",
        ),
        (
            "SELECT sexkaryotype FROM samples",
            "did you mean `sex_karyotype`?",
        ),
    ] {
        let error = place.sql(sql, &[]).failed(1);
        is_ours(&error);
        assert!(error.contains(hint), "{error}");
    }
}

#[test]
fn a_former_symbol_of_a_gene_tells_the_gene() {
    let place = Place::with_lake();
    let sql = "SELECT count(*) FROM variants WHERE in_region('MLL2')";
    let error = place.sql(sql, &[]).failed(1);
    assert!(error.contains("hint: did you mean `KMT2D`?"), "{error}");
}

#[test]
fn an_export_of_a_region_that_is_not_there_is_refused() {
    let place = Place::with_lake();
    let export = ["export", "--lake", "lake", "--callset", "pilot", "--region"];
    let of = |region: &'static str| {
        let mut arguments = export.to_vec();
        arguments.push(region);
        place.run(&arguments)
    };
    for region in ["HLA-A*01:01", "chr25", "{nonesuch}:1-5"] {
        let error = of(region).failed(2);
        assert!(error.contains("there is no contig of this name"), "{error}");
    }
    let text = of("17:43045700-43045800").ok();
    assert_eq!(
        text.lines().filter(|line| !line.starts_with('#')).count(),
        2
    );
}
