//! What SQL's operators and aggregates give, against DuckDB and PostgreSQL: the values were worked
//! out there, and where the two differ the comment says whom Kohort follows.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt;
use kohort_engine::{Blame, Error, Outcome, Session, SessionOptions};

/// A session of few threads, without a lake.
fn session() -> Session {
    let options = SessionOptions {
        threads: Some(2),
        memory_limit_bytes: Some(1 << 30),
        ..Default::default()
    };
    Session::without_lake(options).unwrap()
}

/// Rows of a statement: values joined by `,`, rows by `;`, NULL as `NULL`.
async fn answer(session: &Session, sql: &str) -> Result<String, Error> {
    let mut rows = Vec::new();
    for outcome in session.execute(sql).await? {
        let Outcome::Rows { mut stream, .. } = outcome else {
            continue;
        };
        rows.clear();
        while let Some(batch) = stream.next().await {
            let batch = batch.map_err(Error::from)?;
            let options = FormatOptions::default().with_null("NULL");
            let columns: Vec<_> = batch
                .columns()
                .iter()
                .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
                .collect();
            for row in 0..batch.num_rows() {
                let cells: Vec<_> = columns
                    .iter()
                    .map(|column| column.value(row).to_string())
                    .collect();
                rows.push(cells.join(","));
            }
        }
    }
    Ok(rows.join(";"))
}

/// Checks `statement => expected` for all lines; `!` before what is expected is part of an error.
async fn check(lines: &str) {
    let session = session();
    let mut wrong = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (sql, expected) = line.rsplit_once(" => ").unwrap();
        let sql = match sql.to_uppercase().starts_with("SELECT") || sql.starts_with("WITH") {
            true => sql.to_owned(),
            false => format!("SELECT {sql}"),
        };
        let found = answer(&session, &sql).await;
        let expected = if expected == "-" { "" } else { expected };
        let is_right = match (&found, expected.strip_prefix('!')) {
            (Ok(found), None) => found == expected,
            (Err(error), Some(part)) => {
                let text = error.to_string();
                text.contains(part) && !text.contains("Internal") && !text.contains("DataFusion")
            }
            _ => false,
        };
        if !is_right {
            wrong.push(format!(
                "{sql}\n  expected {expected}\n  found    {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn division_keeps_the_fraction_and_integer_division_is_asked_for() {
    check(
        "1 / 2 => 0.5
        7 / 2 => 3.5
        -7 / 2 => -3.5
        1000 * 187 / 36.0 => 5194.444444444444
        6 / 3 => 2.0
        arrow_typeof(6 / 3) => Float64
        1 / 3 * 3 => 1.0
        7 // 2 => 3
        -7 // 2 => -3
        7 // -2 => -3
        arrow_typeof(7 // 2) => Int64
        7.5 // 2 => 3.0
        -7.5 // 2 => -3.0
        div(7, 2) => 3
        div(-7, 2) => -3
        7 % 3 => 1
        -7 % 3 => -1
        7 % -3 => 1
        7.5 % 2 => 1.5
        1 / 2.0 => 0.5
        1.0 / 2 => 0.5
        NULL / 2 => NULL
        2 / NULL => NULL
        NULL / 0 => NULL
        NULL // 2 => NULL
        '5' / 2 => 2.5
        CAST(1 AS INT) / CAST(2 AS SMALLINT) => 0.5
        CAST(7 AS BIGINT UNSIGNED) / 2 => 3.5
        CAST(1.00 AS DECIMAL(10, 2)) / 4 => 0.250000
        (1 + 2) / 2 * 10 => 15.0
        round(10 / 4) => 3.0
        1 / 0 => !division by zero
        1 // 0 => !division by zero
        div(1, 0) => !division by zero
        1.5 // 0 => !division by zero
        1.0 / 0.0 => inf
        -1.0 / 0.0 => -inf
        0.0 / 0.0 => NaN
        -9223372036854775807 - 1 // -1 => -9223372036854775806
        SELECT (x - 1) // -1 FROM (VALUES (-9223372036854775807)) t(x) => !does not fit BIGINT
        SELECT sum(a) / sum(b) FROM (VALUES (1, 3), (1, 1)) t(a, b) => 0.5
        SELECT sum(a) / count(*) FROM (VALUES (1), (2)) t(a) => 1.5
        SELECT count(*) / 4 FROM (VALUES (1), (2)) t(a) => 0.5
        SELECT avg(a) FROM (VALUES (1), (2)) t(a) => 1.5
        SELECT median(a) FROM (VALUES (45), (46)) t(a) => 45.5
        SELECT a / 2 AS h, count(*) FROM (VALUES (1), (1), (3)) t(a) GROUP BY a / 2 ORDER BY h \
        => 0.5,2;1.5,1
        SELECT a // 2 AS h, count(*) FROM (VALUES (2), (3), (4)) t(a) GROUP BY 1 ORDER BY 1 \
        => 1,2;2,1
        SELECT a FROM (VALUES (1), (2), (3)) t(a) WHERE a / 2 > 1 => 3
        SELECT a FROM (VALUES (3), (1)) t(a) ORDER BY a / 2 => 1;3
        SELECT sum(a) OVER () / 2 FROM (VALUES (1), (2)) t(a) => 1.5;1.5
        SELECT x FROM (VALUES (1 / 2)) t(x) UNION ALL SELECT 1 ORDER BY x => 0.5;1.0
        WITH RECURSIVE r AS (SELECT 8.0 AS x UNION ALL SELECT x / 2 FROM r WHERE x > 2) SELECT x \
        FROM r => 8.0;4.0;2.0
        SELECT (SELECT max(b) / 2 FROM (VALUES (1), (5)) u(b)) FROM (VALUES (1)) t(a) => 2.5
        SELECT CASE WHEN a = 0 THEN 0 ELSE 10 / a END FROM (VALUES (0), (4)) t(a) => 0.0;2.5",
    )
    .await;
}

#[tokio::test]
async fn rows_that_a_condition_leaves_out_are_not_divided() {
    check(
        "SELECT a FROM (VALUES (1, 0), (4, 2)) t(a, b) WHERE b <> 0 AND a / b > 1 => 4
        SELECT a FROM (VALUES (1, 0), (4, 2)) t(a, b) WHERE b = 0 OR a / b > 1 ORDER BY a => 1;4
        SELECT a FROM (VALUES (1, 0), (4, 2)) t(a, b) WHERE b <> 0 AND a % b = 0 => 4
        SELECT a FROM (VALUES (1, 0), (4, 2)) t(a, b) WHERE b <> 0 AND a // b = 2 => 4
        SELECT CASE WHEN b = 0 THEN false ELSE a / b > 1 END FROM (VALUES (1, 0), (4, 2)) t(a, b) \
        => false;true
        SELECT b <> 0 AND a / b > 1 FROM (VALUES (1, 0), (4, 2), (4, NULL)) t(a, b) \
        => false;true;NULL
        SELECT b = 0 OR a / b > 1 FROM (VALUES (1, 0), (4, 2), (4, NULL)) t(a, b) => true;true;NULL
        SELECT a FROM (VALUES (1, 0), (4, 2)) t(a, b) WHERE a / b > 1 => !division by zero
        SELECT a / nullif(b, 0) FROM (VALUES (1, 0), (4, 2)) t(a, b) => NULL;2.0",
    )
    .await;
}

#[tokio::test]
async fn integers_that_overflow_are_an_error_or_wider() {
    check(
        "9223372036854775807 + 1 => !does not fit BIGINT
        -9223372036854775807 - 2 => !does not fit BIGINT
        9223372036854775807 * 2 => !does not fit BIGINT
        3000000000 * 3000000000 => 9000000000000000000
        4000000000 * 4000000000 => !does not fit BIGINT
        CAST(2147483647 AS INT) + CAST(1 AS INT) => !does not fit INTEGER
        CAST(127 AS TINYINT) + CAST(1 AS TINYINT) => !does not fit TINYINT
        CAST(1 AS BIGINT UNSIGNED) - CAST(2 AS BIGINT UNSIGNED) => !does not fit BIGINT UNSIGNED
        CAST(2147483647 AS INT) + 1 => 2147483648
        9223372036854775807 + 1.0 => 9.223372036854776e18
        SELECT x + 1 FROM (VALUES (9223372036854775807)) t(x) => !does not fit BIGINT
        SELECT x * 1000000 FROM (VALUES (10000000000000)) t(x) => !does not fit BIGINT
        SELECT x * x FROM (VALUES (4000000000)) t(x) => !does not fit BIGINT
        SELECT -x FROM (VALUES (-9223372036854775808)) t(x) => !does not fit BIGINT
        SELECT -x FROM (VALUES (5)) t(x) => -5
        SELECT abs(x) FROM (VALUES (-9223372036854775808)) t(x) => !overflow
        abs(-5) => 5",
    )
    .await;
}

#[tokio::test]
async fn sums_that_overflow_are_an_error_or_wider() {
    check(
        "SELECT sum(x) FROM (VALUES (9000000000000000000), (9000000000000000000)) t(x) \
        => !does not fit BIGINT
        SELECT sum(x) FROM (VALUES (9000000000000000000), (9000000000000000000), \
        (-9000000000000000000)) t(x) => 9000000000000000000
        SELECT g, sum(x) FROM (VALUES (1, 9000000000000000000), (1, 9000000000000000000)) t(g, x) \
        GROUP BY g => !does not fit BIGINT
        SELECT g, sum(x) FROM (VALUES (1, 9000000000000000000), (1, -1), (2, NULL)) t(g, x) \
        GROUP BY g ORDER BY g => 1,8999999999999999999;2,NULL
        SELECT sum(DISTINCT x) FROM (VALUES (9000000000000000000), (9000000000000000000)) t(x) \
        => 9000000000000000000
        SELECT sum(DISTINCT x) FROM (VALUES (9000000000000000000), (9000000000000000001)) t(x) \
        => !does not fit BIGINT
        SELECT sum(DISTINCT x), count(DISTINCT y) FROM (VALUES (2, 1), (2, 2), (3, 2)) t(x, y) \
        => 5,2
        SELECT sum(x) OVER () FROM (VALUES (9000000000000000000), (9000000000000000000)) t(x) \
        => !does not fit BIGINT
        SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) \
        FROM (VALUES (1), (2), (3)) t(x) => 1;3;5
        SELECT sum(DISTINCT x) OVER (ORDER BY y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) \
        FROM (VALUES (1, 1), (1, 2), (3, 3)) t(x, y) => 1;1;4
        SELECT sum(CAST(x AS BIGINT UNSIGNED)) \
        FROM (VALUES (9000000000000000000), (9000000000000000000)) t(x) => 18000000000000000000
        SELECT sum(CAST(x AS BIGINT UNSIGNED)) \
        FROM (VALUES (9000000000000000000), (9000000000000000000), (9000000000000000000)) t(x) \
        => !does not fit BIGINT UNSIGNED
        SELECT sum(CAST(x AS INT)) FROM (VALUES (2147483647), (2147483647)) t(x) => 4294967294
        SELECT sum(CAST(x AS DECIMAL(38, 0))) \
        FROM (VALUES (9000000000000000000), (9000000000000000000)) t(x) => 18000000000000000000
        SELECT sum(CAST(x AS DECIMAL(38, 0))) \
        FROM (VALUES ('90000000000000000000000000000000000000'), \
        ('90000000000000000000000000000000000000')) t(x) => !does not fit DECIMAL(38, 0)
        SELECT sum(CAST(x AS DECIMAL(5, 2))) FROM (VALUES (1.25), (2.5)) t(x) => 3.75
        SELECT sum(x) FROM (VALUES (1.5), (2.25)) t(x) => 3.75
        SELECT sum(x) FROM (VALUES (NULL::bigint)) t(x) => NULL
        SELECT sum(x) FROM (VALUES (1)) t(x) WHERE x > 1 => NULL
        SELECT sum(x) FILTER (WHERE x > 1) FROM (VALUES (1), (2), (3)) t(x) => 5
        SELECT avg(x) FROM (VALUES (9000000000000000000), (9000000000000000000)) t(x) => 9e18",
    )
    .await;
}

#[tokio::test]
async fn shifts_casts_and_powers_that_overflow_are_an_error_or_wider() {
    check(
        "1 << 62 => 4611686018427387904
        1 << 63 => !does not fit
        1 << 64 => !does not fit
        1 << -1 => !does not fit
        8 >> 2 => 2
        1 >> 64 => 0
        -8 >> 1 => -4
        CAST(3000000000 AS INT) => !
        CAST(1e30 AS BIGINT) => !
        CAST(-1 AS BIGINT UNSIGNED) => !
        TRY_CAST(3000000000 AS INT) => NULL
        power(2, 64) => 1.8446744073709552e19
        factorial(20) => 2432902008176640000
        factorial(21) => !
        lcm(9223372036854775807, 2) => !
        DATE '2020-01-01' + INTERVAL '300000000 days' => !
        CAST(9223372036854775807 AS DECIMAL(38, 0)) * CAST(9223372036854775807 AS DECIMAL(38, 0)) \
        * 10 => !",
    )
    .await;
}

#[tokio::test]
async fn nan_is_the_largest_number_wherever_it_is_compared() {
    check(
        "SELECT max(x), min(x) FROM (VALUES ('NaN'::double), (1.0)) t(x) => NaN,1.0
        SELECT max(x), min(x) FROM (VALUES (1.0), ('NaN'::double)) t(x) => NaN,1.0
        SELECT max(x), min(x) FROM (VALUES ('NaN'::double)) t(x) => NaN,NaN
        SELECT g, max(x), min(x) FROM (VALUES (1, 'NaN'::double), (1, 1.0), (2, 1.0), (2, \
        'NaN'::double), (3, 'NaN'::double), (4, NULL)) t(g, x) GROUP BY g ORDER BY g => \
        1,NaN,1.0;2,NaN,1.0;3,NaN,NaN;4,NULL,NULL
        SELECT g, max(x), min(x) FROM (VALUES (1, 0.0 / 0.0), (1, 1.0)) t(g, x) GROUP BY g \
        => 1,NaN,1.0
        SELECT g, max(CAST(x AS REAL)), min(CAST(x AS REAL)) \
        FROM (VALUES (1, 'NaN'::double), (1, 1.0)) t(g, x) GROUP BY g => 1,NaN,1.0
        SELECT g, max(x), min(x) FROM (VALUES (1, -3.5), (1, -1.25), (2, 'inf'::double), (2, \
        '-inf'::double)) t(g, x) GROUP BY g ORDER BY g => 1,-1.25,-3.5;2,inf,-inf
        SELECT max(x) OVER (), min(x) OVER () FROM (VALUES (1.0), ('NaN'::double)) t(x) \
        => NaN,1.0;NaN,1.0
        SELECT max(x) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) \
        FROM (VALUES (1, 'NaN'::double), (2, 1.0), (3, 2.0)) t(i, x) => NaN;NaN;2.0
        SELECT min(x) OVER (ORDER BY i) FROM (VALUES (1, 'NaN'::double), (2, 1.0), (3, 2.0)) t(i, \
        x) => NaN;1.0;1.0
        SELECT x FROM (VALUES (1.0), (0.0 / 0.0), (2.0), ('NaN'::double), (NULL)) t(x) ORDER BY x \
        => 1.0;2.0;NaN;NaN;NULL
        SELECT x FROM (VALUES (1.0), (0.0 / 0.0), (2.0)) t(x) ORDER BY x DESC => NaN;2.0;1.0
        SELECT count(DISTINCT x) FROM (VALUES (0.0 / 0.0), ('NaN'::double)) t(x) => 1
        SELECT x, count(*) FROM (VALUES (0.0 / 0.0), ('NaN'::double)) t(x) GROUP BY x => NaN,2
        SELECT DISTINCT x FROM (VALUES (ln(-1.0)), ('NaN'::double)) t(x) => NaN
        greatest(1.0, 'NaN'::double, 2.0) => NaN
        least(1.0, 'NaN'::double, 2.0) => 1.0
        greatest(1.0, 0.0 / 0.0) => NaN
        0.0 / 0.0 > 1 => true
        ln(-1.0) > 1 => true
        'NaN'::double = 0.0 / 0.0 => true
        'NaN'::double > 'inf'::double => true
        'NaN'::double IN (0.0 / 0.0) => true
        0.0 = -0.0 => true
        SELECT max(x), min(x) FROM (VALUES (3), (1)) t(x) => 3,1
        SELECT max(x), min(x) FROM (VALUES ('b'), ('a')) t(x) => b,a
        SELECT max(x), min(x) FROM (VALUES (DATE '2020-01-02'), (DATE '2020-01-01')) t(x) \
        => 2020-01-02,2020-01-01",
    )
    .await;
}

#[tokio::test]
async fn in_and_exists_follow_three_valued_logic_wherever_they_stand() {
    check(
        "SELECT a FROM (VALUES (1), (2), (NULL)) s(a) WHERE a NOT IN (SELECT x \
         FROM (VALUES (2), (NULL)) t(x)) => -
        SELECT a FROM (VALUES (1), (2), (NULL)) s(a) WHERE a NOT IN (SELECT x \
        FROM (VALUES (2)) t(x)) => 1
        SELECT a FROM (VALUES (1), (2), (NULL)) s(a) WHERE a NOT IN (SELECT x \
        FROM (VALUES (2)) t(x) WHERE x > 5) ORDER BY a => 1;2;NULL
        SELECT a FROM (VALUES (1), (2), (NULL)) s(a) WHERE NOT (a IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x))) => -
        SELECT a FROM (VALUES (1), (2), (NULL)) s(a) WHERE a IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) => 2
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE a NOT IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) OR a = 99 => -
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE a NOT IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) OR a = 3 => 3
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE (a IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x))) IS NULL ORDER BY a => 1;3
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE (a IN (SELECT x \
        FROM (VALUES (2), (3)) t(x))) = false => 1
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE a NOT IN (1, NULL) => -
        SELECT a, a IN (SELECT x FROM (VALUES (2), (NULL)) t(x)) \
        FROM (VALUES (1), (2), (NULL)) s(a) ORDER BY a => 1,NULL;2,true;NULL,NULL
        SELECT a, a NOT IN (SELECT x FROM (VALUES (2), (3)) t(x)) \
        FROM (VALUES (1), (2), (NULL)) s(a) ORDER BY a => 1,true;2,false;NULL,NULL
        SELECT 1 NOT IN (SELECT x FROM (VALUES (2), (NULL)) t(x)) => NULL
        SELECT 2 IN (SELECT x FROM (VALUES (2), (NULL)) t(x)) => true
        SELECT CASE WHEN a IN (SELECT x FROM (VALUES (2)) t(x)) THEN 'y' ELSE 'n' END \
        FROM (VALUES (1), (2)) s(a) ORDER BY a => n;y
        SELECT a FROM (VALUES (1, 1), (2, 1), (3, 2), (4, 3)) s(a, g) WHERE a NOT IN (SELECT x \
        FROM (VALUES (2, 1), (NULL, 2)) t(x, h) WHERE h = g) ORDER BY a => 1;4
        SELECT a FROM (VALUES (1, 1), (2, 1), (3, 2)) s(a, g) WHERE a IN (SELECT x \
        FROM (VALUES (2, 1), (3, 1)) t(x, h) WHERE h = g) => 2
        SELECT a FROM (VALUES (1), (2), (NULL)) s(a) WHERE NOT EXISTS (SELECT 1 \
        FROM (VALUES (2), (NULL)) t(x) WHERE x = a) ORDER BY a => 1;NULL
        SELECT a, EXISTS (SELECT 1 FROM (VALUES (2), (NULL)) t(x) WHERE x = a) \
        FROM (VALUES (1), (2)) s(a) ORDER BY a => 1,false;2,true
        SELECT EXISTS (SELECT 1) => true
        SELECT NOT EXISTS (SELECT 1 WHERE false) => true
        SELECT a FROM (VALUES (1), (2), (3)) s(a) GROUP BY a HAVING a NOT IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) => -
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE a <> ALL (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) => -
        SELECT a FROM (VALUES (1), (2), (3)) s(a) WHERE a = ANY (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) => 2
        SELECT s.a FROM (VALUES (1), (2)) s(a) JOIN (VALUES (1)) u(b) ON s.a NOT IN (SELECT x \
        FROM (VALUES (2), (NULL)) t(x)) => -
        SELECT s.a FROM (VALUES (1), (2)) s(a) LEFT JOIN (VALUES (1)) u(b) ON s.a = u.b \
        AND s.a IN (SELECT x FROM (VALUES (2)) t(x)) => !a subquery cannot stand here",
    )
    .await;
}

#[tokio::test]
async fn names_from_other_databases_are_known() {
    check(
        "strftime(DATE '2024-05-17', '%Y-%m') => 2024-05
        strftime('%d.%m.%Y', DATE '2024-05-17') => 17.05.2024
        strptime('17/05/2024 12:30', '%d/%m/%Y %H:%M') => 2024-05-17T12:30:00
        date_diff('day', DATE '2024-01-30', DATE '2024-03-01') => 31
        date_diff('month', DATE '2024-01-31', DATE '2024-02-01') => 1
        date_diff('year', DATE '2023-12-31', DATE '2024-01-01') => 1
        date_diff('quarter', DATE '2023-12-31', DATE '2024-04-01') => 2
        date_diff('week', DATE '2024-05-19', DATE '2024-05-20') => 0
        date_diff('hour', TIMESTAMP '2024-05-17 10:59:00', TIMESTAMP '2024-05-17 11:01:00') => 1
        date_diff('day', DATE '2024-03-01', DATE '2024-01-30') => -31
        datediff('day', DATE '2024-03-01', DATE '2024-03-02') => 1
        date_diff('day', NULL, DATE '2024-03-02') => NULL
        date_diff('fortnight', DATE '2024-03-01', DATE '2024-03-02') => !expected year, quarter
        date_sub('year', DATE '1980-05-18', DATE '2024-05-17') => 43
        date_sub('year', DATE '1980-05-17', DATE '2024-05-17') => 44
        date_sub('month', DATE '2024-01-31', DATE '2024-02-29') => 1
        year(DATE '2024-05-17') => 2024
        quarter(DATE '2024-05-17') => 2
        month(DATE '2024-05-17') => 5
        week(DATE '2024-05-17') => 20
        day(DATE '2024-05-17') => 17
        dayofyear(DATE '2024-05-17') => 138
        dayofweek(DATE '2024-05-19') => 0
        isodow(DATE '2024-05-20') => 1
        isodow(DATE '2024-05-19') => 7
        hour(TIMESTAMP '2024-05-17 10:59:30') => 10
        minute(TIMESTAMP '2024-05-17 10:59:30') => 59
        second(TIMESTAMP '2024-05-17 10:59:30') => 30
        SELECT sum('a') => !`sum` does not take text
        SELECT median('a') => !`median` does not take text
        year(5) => !year: `date` must be a date
        len('läkare') => 6
        len([1, 2, 3]) => 3
        len(NULL) => NULL
        len(5) => !len: `value` must be text or a list
        SELECT count_if(x > 1), count_if(x > 5) FROM (VALUES (1), (2), (3), (NULL)) t(x) => 2,0
        SELECT g, count_if(x > 1) FROM (VALUES (1, 1), (1, 2), (2, 3)) t(g, x) GROUP BY g \
        ORDER BY g => 1,1;2,1
        SELECT mode(x) FROM (VALUES (1), (2), (2), (NULL)) t(x) => 2
        SELECT mode(x) FROM (VALUES ('b'), ('a')) t(x) => a
        SELECT mode(x) FROM (VALUES (1)) t(x) WHERE x > 1 => NULL
        ifnull(NULL, 1) => 1
        SELECT string_agg(x, ',') FROM (VALUES ('a'), ('b')) t(x) => a,b
        SELECT bool_and(x) FROM (VALUES (true), (false)) t(x) => false
        SELECT quantile_cont(x, 0.5) FROM (VALUES (1), (2)) t(x) => 1.5
        list_contains([1, 2], 1) => true
        SELECT len(list(x)) FROM (VALUES (1), (2)) t(x) => 2
        regexp_matches('abc', 'b') => true
        len(str_split('a,b', ',')) => 2",
    )
    .await;
}

fn joined(term: &str, times: usize, separator: &str) -> String {
    vec![term; times].join(separator)
}

#[tokio::test]
async fn long_lists_are_answered() {
    let session = session();
    let rows = "FROM (VALUES (1, 5), (2, 6)) t(a, b)";
    let ors = joined("(a = 1 AND b BETWEEN 4 AND 5)", 3000, " OR ");
    let ands = joined("a > 0", 3000, " AND ");
    let numbers: Vec<_> = (2..20_002).map(|n| n.to_string()).collect();
    let unions = joined("SELECT 1 AS x", 500, " UNION ALL ");
    let statements = [
        (format!("SELECT a {rows} WHERE {ors}"), "1"),
        (format!("SELECT count(*) {rows} WHERE {ands}"), "2"),
        (
            format!("SELECT a {rows} WHERE a IN ({})", numbers.join(",")),
            "2",
        ),
        (format!("SELECT sum(x) FROM ({unions})"), "500"),
    ];
    for (sql, expected) in statements {
        let found = answer(&session, &sql).await;
        assert_eq!(found.unwrap(), expected, "{}", &sql[..80]);
    }
}

#[tokio::test]
async fn what_is_nested_too_deep_is_refused_by_the_limit() {
    let session = session();
    let nested = |open: &str, close: &str, n: usize| {
        format!("SELECT {}1{}", open.repeat(n), close.repeat(n))
    };
    let ctes = |n: usize| {
        let chain = (1..n).map(|i| format!(", c{i} AS (SELECT x + 1 AS x FROM c{})", i - 1));
        let chain: String = chain.collect();
        format!("WITH c0 AS (SELECT 1 AS x){chain} SELECT x FROM c{}", n - 1)
    };
    let doubling = (1..30).map(|i| {
        let last = i - 1;
        format!(", c{i} AS (SELECT a.x FROM c{last} a, c{last} b)")
    });
    let doubling: String = doubling.collect();
    let statements = [
        format!("SELECT 1{}", " + 1".repeat(5000)),
        nested("(", ")", 5000),
        nested("abs(", ")", 5000),
        nested("[", "]", 5000),
        nested("(SELECT ", ")", 5000),
        nested("CASE WHEN true THEN ", " END", 5000),
        nested("- ", "", 5000),
        format!("SELECT {}true", "NOT ".repeat(5000)),
        format!(
            "SELECT 1 FROM {}(SELECT 1){}",
            "(SELECT * FROM ".repeat(2000),
            ")".repeat(2000)
        ),
        ctes(5000),
        format!("WITH c0 AS (SELECT 1 AS x){doubling} SELECT count(*) FROM c29"),
    ];
    for sql in statements {
        let error = answer(&session, &sql).await.unwrap_err();
        assert_eq!(error.blame(), Blame::Usage, "{error}");
        assert!(
            error.to_string().contains("the limit"),
            "{}: {error}",
            &sql[..60]
        );
    }
}

#[tokio::test]
async fn what_is_nested_as_deep_as_allowed_is_answered() {
    let session = session();
    let nested = |open: &str, close: &str, n: usize| {
        format!("SELECT {}1{}", open.repeat(n), close.repeat(n))
    };
    let statements = [
        (
            format!("SELECT a{} FROM (VALUES (1)) t(a)", " + a".repeat(100)),
            "101",
        ),
        (nested("(", ")", 240), "1"),
        (nested("abs(", ")", 60), "1"),
        (nested("CASE WHEN true THEN ", " END", 60), "1"),
        (nested("(SELECT ", ")", 6), "1"),
        (
            format!(
                "SELECT 1 FROM {}(SELECT 1){}",
                "(SELECT * FROM ".repeat(100),
                ")".repeat(100)
            ),
            "1",
        ),
    ];
    for (sql, expected) in statements {
        let found = answer(&session, &sql).await;
        assert_eq!(found.unwrap(), expected, "{}", &sql[..60]);
    }
}

#[tokio::test]
async fn results_that_do_not_fit_into_memory_are_refused() {
    check(
        "array_repeat(1, 1000000000) => !more than
        SELECT array_repeat(x, 1000000000) FROM (VALUES (1)) t(x) => !memory limit of 1 GiB
        repeat('x', 10000000000) => !memory limit of 1 GiB
        range(1, 1000000000000) => !memory limit of 1 GiB
        generate_series(1, 1000000000000) => !memory limit of 1 GiB
        range(TIMESTAMP '2000-01-01', TIMESTAMP '2030-01-01', INTERVAL '1 millisecond') \
        => !memory limit
        lpad('x', 2000000000, 'y') => !memory limit of 1 GiB
        rpad('x', 2000000000) => !memory limit of 1 GiB
        array_resize([1], 1000000000, 0) => !memory limit of 1 GiB
        len(replace(repeat('a', 1000000), 'a', repeat('b', 1000000))) => !memory limit of 1 GiB
        array_repeat(array_repeat(1, 100000), 100000) => !memory limit of 1 GiB
        repeat('ab', 3) => ababab
        lpad('7', 3, '0') => 007
        rpad('7', 3, '0') => 700
        len(range(0, 1000)) => 1000
        array_repeat(1, 3) => [1, 1, 1]
        replace('aXbX', 'X', '--') => a--b--"
            .replace("!more than", "!memory limit of 1 GiB")
            .as_str(),
    )
    .await;
}

#[tokio::test]
async fn a_statement_stops_at_its_timeout() {
    let session = session();
    session
        .execute("SET kohort.timeout = '300ms'")
        .await
        .unwrap();
    let started = std::time::Instant::now();
    let slow = [
        "SELECT count(*) FROM generate_series(1, 100000000000) t(x) WHERE x % 7 = 3",
        "SELECT levenshtein(repeat('ab', 20000), repeat('ba', 20000))",
    ];
    for sql in slow {
        let error = answer(&session, sql).await.unwrap_err();
        assert_eq!(error.blame(), Blame::TimedOut, "{error}");
        assert!(error.to_string().contains("longer than 300ms"), "{error}");
    }
    assert!(started.elapsed().as_secs() < 20);
    session
        .execute("SET kohort.timeout = 'none'")
        .await
        .unwrap();
    assert_eq!(answer(&session, "SELECT 1").await.unwrap(), "1");
}

#[tokio::test]
async fn min_and_max_of_what_has_no_order_say_so() {
    check(
        "SELECT min(named_struct('a', 1)) => !min: expected values that have an order
        SELECT max(map(['a'], [1])) => !max: expected values that have an order",
    )
    .await;
}
