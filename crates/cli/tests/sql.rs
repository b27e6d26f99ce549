//! `kohort sql`, as typed: formats, settings, exit codes.

mod support;

use std::io::{Read, Write};
use std::process::Stdio;

use arrow::ipc::reader::{FileReader, StreamReader};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use support::{Place, command, names};

const FOUR: &str =
    "SELECT chrom, pos, alt, af, filter FROM variants ORDER BY chrom, pos, alt LIMIT 2";

#[test]
fn each_text_format_gives_the_same_rows() {
    let place = Place::with_lake();
    let table = place.sql(FOUR, &[]).ok();
    assert!(
        table.starts_with(" chrom |      pos | alt |   af | filter\n"),
        "{table}"
    );
    assert!(
        table.contains(" chr17 | 43045700 | G   |  0.5 | [\"PASS\"]\n"),
        "{table}"
    );
    assert_eq!(
        place.sql(FOUR, &["--format", "csv"]).ok(),
        "chrom,pos,alt,af,filter\n\
         chr17,43045700,G,0.5,\"[\"\"PASS\"\"]\"\n\
         chr17,43045800,CA,0.25,\"[\"\"PASS\"\"]\"\n"
    );
    assert_eq!(
        place.sql(FOUR, &["--format", "tsv"]).ok().lines().next(),
        Some("chrom\tpos\talt\taf\tfilter")
    );
    let line = r#"{"chrom":"chr17","pos":43045700,"alt":"G","af":0.5,"filter":["PASS"]}"#;
    assert!(
        place
            .sql(FOUR, &["--format", "ndjson"])
            .ok()
            .starts_with(&format!("{line}\n"))
    );
    let json = place.sql(FOUR, &["--format", "json"]).ok();
    assert!(
        json.starts_with(&format!("[\n{line},\n")) && json.ends_with("\n]\n"),
        "{json}"
    );
}

#[test]
fn columnar_formats_keep_types_on_a_pipe_and_in_a_file() {
    let place = Place::with_lake();
    let stream = place.sql(FOUR, &["--format", "arrow"]);
    assert_eq!(stream.code, 0, "{}", stream.stderr);
    let rows = StreamReader::try_new(stream.stdout.as_slice(), None).unwrap();
    assert_eq!(
        rows.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        2
    );
    place.sql(FOUR, &["--output", "out.arrow"]).ok();
    let file = std::fs::File::open(place.path("out.arrow")).unwrap();
    assert_eq!(
        FileReader::try_new(file, None)
            .unwrap()
            .schema()
            .fields()
            .len(),
        5
    );
    place.sql(FOUR, &["--output", "out.parquet"]).ok();
    let file = std::fs::File::open(place.path("out.parquet")).unwrap();
    let rows = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(
        rows.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        2
    );
    assert_eq!(
        names(place.folder.path()),
        [
            "cohort.vcf",
            "lake",
            "out.arrow",
            "out.parquet",
            "people.tsv"
        ]
    );
}

#[test]
fn machine_formats_print_only_rows() {
    let place = Place::with_lake();
    let statements =
        "CREATE COHORT women AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX';
        SET kohort.genotype_filter = 'adj'; SELECT 1 AS one;";
    assert_eq!(place.sql(statements, &["--format", "csv"]).ok(), "one\n1\n");
    let table = place.sql("DROP COHORT women", &[]).ok();
    assert!(table.contains("women"), "{table}");
}

#[test]
fn failed_query_leaves_no_file_and_an_old_one_as_it_was() {
    let place = Place::with_lake();
    std::fs::write(place.path("out.csv"), "old").unwrap();
    let statements = "SELECT 1; SELECT no_such_column FROM variants";
    place.sql(statements, &["--output", "out.csv"]).failed(1);
    assert_eq!(
        std::fs::read_to_string(place.path("out.csv")).unwrap(),
        "old"
    );
    assert_eq!(
        names(place.folder.path()),
        ["cohort.vcf", "lake", "out.csv", "people.tsv"]
    );
}

#[test]
fn typo_gets_a_suggestion_and_syntax_errors_exit_with_two() {
    let place = Place::with_lake();
    let error = place.sql("SELECT chrm FROM variants", &[]).failed(1);
    assert!(error.contains("chrom"), "{error}");
    place.sql("SELEC 1", &[]).failed(2);
}

#[test]
fn settings_are_taken_from_the_command_line() {
    let place = Place::new();
    let arguments = [
        "ingest",
        "cohort.vcf",
        "--lake",
        "lake",
        "--callset",
        "pilot",
    ];
    place.run(&arguments).ok();
    let query =
        "SELECT allele_number(genotypes, all_samples()) AS an FROM variants WHERE chrom = 'chrX'";
    assert_eq!(place.sql(query, &["--format", "csv"]).ok(), "an\n0\n");
    let as_called = ["--format", "csv", "--set", "kohort.unknown_sex=as_called"];
    assert_eq!(place.sql(query, &as_called).ok(), "an\n5\n");
    place
        .sql(query, &["--set", "kohort.unknown_sex=maybe"])
        .failed(2);
    assert_eq!(place.sql(query, &["--set", "nonsense"]).code, 2);
}

#[test]
fn men_have_one_copy_of_x_and_frequencies_come_by_region_and_sex() {
    let place = Place::with_lake();
    let query = "SELECT region, sex_karyotype, ac, an FROM \
                 allele_frequency_by('region, sex_karyotype', 'chrX:5000000-5000000') \
                 ORDER BY 1, 2";
    assert_eq!(
        place.sql(query, &["--format", "csv"]).ok(),
        "region,sex_karyotype,ac,an\n\
         Region Gotland,XX,2,2\nRegion Skåne,XX,1,2\nRegion Skåne,XY,1,1\n"
    );
}

#[test]
fn earlier_versions_can_be_read() {
    let place = Place::with_lake();
    let versions = place
        .run(&["lake", "history", "--lake", "lake", "--format", "csv"])
        .ok();
    let second = [
        "ingest",
        "cohort.vcf",
        "--lake",
        "lake",
        "--callset",
        "second",
        "--allow-duplicate-samples",
    ];
    place.run(&second).ok();
    let count = "SELECT count(*) AS n FROM callsets";
    assert_eq!(place.sql(count, &["--format", "csv"]).ok(), "n\n2\n");
    let last = versions
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next()?.parse::<u64>().ok());
    let last = last.max().unwrap().to_string();
    assert_eq!(
        place
            .sql(count, &["--format", "csv", "--as-of", &last])
            .ok(),
        "n\n1\n"
    );
    place.sql(count, &["--as-of", "999"]).failed(1);
    assert_eq!(place.sql(count, &["--as-of", "yesterday"]).code, 2);
}

#[test]
fn statements_come_from_files_and_standard_input() {
    let place = Place::with_lake();
    std::fs::write(
        place.path("q.sql"),
        "-- two\nSELECT 1 AS n;\nSELECT ';' AS s",
    )
    .unwrap();
    let ran = place.run(&["sql", "--lake", "lake", "-f", "q.sql", "--format", "csv"]);
    assert_eq!(ran.ok(), "n\n1\ns\n;\n");
    let mut child = command(&["sql", "--format", "csv"])
        .env("KOHORT_LAKE", place.lake())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"SELECT 2 AS n")
        .unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"n\n2\n");
    place
        .run(&["sql", "--lake", "lake", "-f", "none.sql"])
        .failed(1);
}

#[test]
fn reader_that_leaves_early_is_no_error() {
    let place = Place::with_lake();
    let series = "SELECT value, repeat('x', 100) AS x FROM generate_series(1, 200000)";
    for format in ["table", "csv", "ndjson", "arrow", "parquet"] {
        let mut child = command(&[
            "sql",
            "--lake",
            &place.lake(),
            "-c",
            series,
            "--format",
            format,
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        let mut first = [0; 4];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            (output.status.code(), error.as_str()),
            (Some(0), ""),
            "{format}"
        );
    }
}

#[test]
fn binary_formats_hold_one_result() {
    let place = Place::with_lake();
    let error = place
        .sql("SELECT 1; SELECT 2", &["--output", "two.parquet"])
        .failed(2);
    assert!(error.contains("one statement"), "{error}");
    assert!(!place.path("two.parquet").exists());
}

#[test]
fn lake_that_is_missing_is_named() {
    let place = Place::new();
    let error = place.sql("SELECT 1", &[]).failed(1);
    assert!(
        error.contains("lake") && error.contains("hint: "),
        "{error}"
    );
}

#[test]
fn headers_are_what_was_typed() {
    let place = Place::with_lake();
    place
        .sql("CREATE COHORT a AS SELECT sample_id FROM samples", &[])
        .ok();
    let header = |query: &str| {
        let out = place.sql(query, &["--format", "csv"]).ok();
        out.lines().next().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(
        header("SELECT pos, cohort_size(cohort('a')), v.ac + 1 FROM variants AS v LIMIT 1"),
        "pos,cohort_size(cohort('a')),v.ac + 1"
    );
    assert_eq!(
        header("SELECT chrom, allele_stats(genotypes)['ac'], sum(ac) FROM variants GROUP BY chrom"),
        "chrom,allele_stats(genotypes)['ac'],sum(ac)"
    );
    assert_eq!(
        header("SELECT max(pos) FROM variants UNION ALL SELECT 1 ORDER BY 1"),
        "max(pos)"
    );
    // An ORDER BY finds the expression still.
    let sorted = "SELECT sum(ac) FROM variants GROUP BY chrom ORDER BY sum(ac)";
    assert_eq!(header(sorted), "sum(ac)");
}

#[test]
fn allele_stats_groups_by_its_own_fields() {
    let place = Place::with_lake();
    let csv = |query: &str| place.sql(query, &["--format", "csv"]).ok();
    let by_count = "SELECT allele_stats(genotypes)['ac'] AS a, count(*) AS n FROM variants
        GROUP BY allele_stats(genotypes)['ac'] ORDER BY a";
    let expected = csv("SELECT ac AS a, count(*) AS n FROM variants GROUP BY ac ORDER BY a");
    assert!(expected.lines().count() > 2, "{expected}");
    assert_eq!(csv(by_count), expected);
    let by_place = "SELECT allele_stats(genotypes)['ac'] AS a, count(*) AS n FROM variants
        GROUP BY 1 ORDER BY 1";
    assert_eq!(csv(by_place), expected);
}

#[test]
fn the_shells_commands_answer_behind_dash_c() {
    let place = Place::with_lake();
    let run = |commands: &[&str]| {
        let mut arguments = vec!["sql", "--lake", "lake"];
        arguments.extend(commands.iter().flat_map(|command| ["-c", command]));
        place.run(&arguments)
    };
    let out = run(&["\\d", "SELECT 1 AS one", "\\d samples"]).ok();
    assert!(
        out.contains("callset_variants") && out.contains("sex_karyotype"),
        "{out}"
    );
    assert!(out.contains("reference.genes"), "{out}");
    assert!(run(&["\\df allele*"]).ok().contains("allele_stats("));
    assert!(
        run(&["\\d nonesuch"])
            .failed(1)
            .contains("no table `nonesuch`")
    );
    assert!(run(&["\\zz"]).failed(2).contains("no command"));
    let machine = place.sql("\\d", &["--format", "json"]).failed(2);
    assert!(machine.contains("prints text"), "{machine}");
}

#[test]
fn an_output_of_unknown_ending_is_refused() {
    let place = Place::with_lake();
    let error = place.sql("SELECT 1", &["-o", "out.xyz"]).failed(2);
    assert!(
        error.contains("`.xyz`") && error.contains(".parquet"),
        "{error}"
    );
    assert!(!place.path("out.xyz").exists());
    place
        .sql("SELECT 1", &["-o", "out.xyz", "--format", "csv"])
        .ok();
    assert!(place.path("out.xyz").exists());
}

#[test]
fn a_plan_is_text_and_not_a_cell() {
    let place = Place::with_lake();
    let out = place.sql("EXPLAIN SELECT pos FROM variants", &[]).ok();
    assert!(out.starts_with("logical_plan:\n"), "{out}");
    assert!(
        out.contains("\nphysical_plan:\n") && out.contains("\nkohort rules:\n"),
        "{out}"
    );
    assert!(!out.contains("\\n"), "{out}");
}

#[test]
fn statements_about_tables_say_what_they_did() {
    let place = Place::with_lake();
    let made = "CREATE TABLE t AS SELECT 1 AS x; CREATE VIEW v AS SELECT * FROM t; DROP VIEW v";
    let out = place.sql(made, &[]).ok();
    assert_eq!(
        out,
        "table `t` created for this session\n\
         view `v` created for this session; to keep it, put its CREATE VIEW into a file that you \
         run first\nview `v` dropped\n"
    );
}

#[test]
fn cohorts_are_not_made_or_dropped_in_the_past() {
    let place = Place::with_lake();
    let as_of = ["--as-of", "1"];
    let made = "CREATE COHORT a AS SELECT sample_id FROM samples";
    let error = place.sql(made, &as_of).failed(2);
    assert!(error.contains("CREATE COHORT is refused"), "{error}");
    let error = place.sql("DROP COHORT IF EXISTS a", &as_of).failed(2);
    assert!(error.contains("DROP COHORT is refused"), "{error}");
}

/// A statement that computes for minutes, in one function.
const SLOW: &str = "SELECT levenshtein(repeat('ab', 60000), repeat('ba', 60000))";

#[test]
fn a_statement_that_takes_too_long_ends_with_124() {
    let place = Place::with_lake();
    let error = place.sql(SLOW, &["--timeout", "300ms"]).failed(124);
    assert!(error.contains("longer than 300ms"), "{error}");
    let set = format!("SET kohort.timeout = '300ms'; {SLOW}");
    place.sql(&set, &[]).failed(124);
    let error = place.sql("SET kohort.timeout = 'soon'", &[]).failed(2);
    assert!(error.contains("such as 500ms, 30s, 5min or 2h"), "{error}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_function_that_computes() {
    let mut running = command(&["sql", "-c", SLOW]).spawn().unwrap();
    let started = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let interrupt = format!("kill -INT {}", running.id());
    let sent = std::process::Command::new("sh")
        .args(["-c", &interrupt])
        .status();
    assert!(sent.unwrap().success());
    assert!(!running.wait().unwrap().success());
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
