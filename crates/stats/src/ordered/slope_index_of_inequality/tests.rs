use super::*;
use crate::Status;

/// Made-up groups with a tie; statsmodels 0.15 (WLS, and GLM with `var_weights`) says the rest.
fn groups() -> Vec<OrderedRow> {
    [
        (1.0, 0.21, 120.0, 0.04),
        (2.0, 0.35, 80.0, 0.05),
        (2.0, 0.28, 60.0, 0.06),
        (3.0, 0.44, 150.0, 0.03),
        (5.0, 0.52, 90.0, 0.05),
    ]
    .into_iter()
    .zip([0, 0, 1, 1, 2])
    .map(|((rank, value, population, se), cluster)| {
        OrderedRow::group(Some(rank), Some(value), Some(population))
            .with_se(Some(se))
            .drawn_from(0, cluster)
    })
    .collect()
}

fn index(rows: &[OrderedRow], model: LineModel, error: LineError) -> Estimate {
    let options = LineOptions {
        model,
        error,
        ..LineOptions::default()
    };
    slope_index_of_inequality(&mut rows.to_vec(), &options).unwrap()
}

#[test]
fn values_and_errors_are_those_of_statsmodels() {
    let logit = LineModel::Logit { scale: 1.0 };
    for (model, error, value, se) in [
        (
            LineModel::Linear,
            LineError::Ols,
            0.398_268_398_268_398_3,
            0.039_828_408_275_785_036,
        ),
        (
            LineModel::Linear,
            LineError::Hc1,
            0.398_268_398_268_398_3,
            0.019_512_921_526_461_623,
        ),
        (
            LineModel::Linear,
            LineError::Cluster,
            0.398_268_398_268_398_3,
            0.020_517_118_722_417_83,
        ),
        (
            logit,
            LineError::Hc1,
            0.389_233_094_456_833_4,
            0.028_997_983_711_734_82,
        ),
        (
            logit,
            LineError::Ols,
            0.389_233_094_456_833_4,
            0.041_439_214_675_854_04,
        ),
        (
            logit,
            LineError::Analytic,
            0.389_233_094_456_833_4,
            0.066_859_095_762_013_14,
        ),
    ] {
        let found = index(&groups(), model, error);
        let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-11;
        assert!(near(found.value.unwrap(), value), "{error:?}: {found:?}");
        assert!(near(found.se.unwrap(), se), "{error:?}: {found:?}");
    }
}

#[test]
fn percentages_and_proportions_agree() {
    let percent: Vec<OrderedRow> = groups()
        .into_iter()
        .map(|mut row| {
            row.value *= 100.0;
            row.se *= 100.0;
            row
        })
        .collect();
    for error in [LineError::Hc1, LineError::Analytic] {
        let share = index(&groups(), LineModel::Logit { scale: 1.0 }, error);
        let found = index(&percent, LineModel::Logit { scale: 100.0 }, error);
        assert!((found.value.unwrap() / share.value.unwrap() - 100.0).abs() < 1e-9);
        assert!((found.se.unwrap() / share.se.unwrap() - 100.0).abs() < 1e-9);
    }
}

#[test]
fn the_order_of_the_rows_does_not_matter_to_the_last_bit() {
    let mut turned = groups();
    turned.rotate_left(2);
    turned.swap(0, 3);
    for error in [LineError::Hc1, LineError::Survey, LineError::Analytic] {
        let one = index(&groups(), LineModel::Logit { scale: 1.0 }, error);
        assert_eq!(one, index(&turned, LineModel::Logit { scale: 1.0 }, error));
    }
}

#[test]
fn a_row_that_stands_for_many_is_the_same_as_many_rows() {
    let mut once = groups();
    once[1].times = 3.0;
    once[4].times = 2.0;
    let mut many = once.clone();
    many.iter_mut().for_each(|row| row.times = 1.0);
    many.extend([many[1], many[1], many[4]]);
    for error in [
        LineError::Hc1,
        LineError::Ols,
        LineError::Analytic,
        LineError::Cluster,
    ] {
        let (one, other) = (
            index(&once, LineModel::Logit { scale: 1.0 }, error),
            index(&many, LineModel::Logit { scale: 1.0 }, error),
        );
        // To the last bit: which rows were counted together must not show.
        assert_eq!(one, other, "{error:?}");
        assert_eq!(one.n, Some(8.0));
    }
}

#[test]
fn by_itself_the_interval_rests_on_the_errors_of_the_rows() {
    assert_eq!(
        index(&groups(), LineModel::Linear, LineError::Auto).method,
        "linear_analytic"
    );
    let mut bare = groups();
    bare.iter_mut().for_each(|row| row.se = f64::NAN);
    assert_eq!(
        index(&bare, LineModel::Linear, LineError::Auto).method,
        "linear_hc1"
    );
    let mut some = groups();
    some[0].se = f64::NAN;
    let found = index(&some, LineModel::Linear, LineError::Auto);
    assert!(found.value.is_some());
    assert_eq!(
        (found.se, found.lower_cl, found.upper_cl),
        (None, None, None)
    );
}

#[test]
fn too_few_places_zeros_under_a_logarithm_and_separation_are_undefined() {
    let row = |rank: f64, value: f64| OrderedRow::group(Some(rank), Some(value), Some(1.0));
    let two = [row(1.0, 0.1), row(2.0, 0.2), row(2.0, 0.3)];
    let zero = [row(1.0, 0.0), row(2.0, 0.2), row(3.0, 0.3)];
    let split = [row(1.0, 0.0), row(2.0, 0.0), row(3.0, 1.0), row(4.0, 1.0)];
    let logit = LineModel::Logit { scale: 1.0 };
    for (rows, model) in [
        (two.as_slice(), LineModel::Linear),
        (zero.as_slice(), LineModel::LogTransformed),
        (zero.as_slice(), LineModel::LogitTransformed { scale: 1.0 }),
        (split.as_slice(), logit),
    ] {
        let found = index(rows, model, LineError::Auto);
        assert_eq!(
            (found.value, found.status),
            (None, Status::Undefined),
            "{model:?}"
        );
    }
    assert!(index(&zero, logit, LineError::Auto).value.is_some());
}

#[test]
fn values_outside_the_model_are_the_callers_fault() {
    let row = |value: f64| OrderedRow::group(Some(value), Some(value), Some(1.0));
    let fault = |model: LineModel, value: f64| {
        let options = LineOptions {
            model,
            ..LineOptions::default()
        };
        let mut rows = [row(0.1), row(0.2), row(value)];
        slope_index_of_inequality(&mut rows, &options)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        fault(LineModel::Logit { scale: 1.0 }, 12.0),
        "value: expected a proportion from 0 to `scale`, got `12`"
    );
    assert_eq!(
        fault(LineModel::LogTransformed, -3.0),
        "value: expected a rate of at least 0, got `-3`"
    );
    assert_eq!(
        fault(LineModel::Logit { scale: 0.0 }, 0.3),
        "scale: expected a number above 0, got `0`"
    );
}

#[test]
fn survey_strata_are_centred_and_single_units_take_the_overall_mean() {
    // Checked by hand against the formula in Python: rows of weight one, three strata.
    let design = [(1, 1), (1, 2), (1, 2), (2, 3), (2, 4), (3, 5)];
    let values = [1.0, 0.0, 2.0, 3.0, 1.0, 4.0];
    let rows: Vec<OrderedRow> = design
        .iter()
        .zip(values)
        .zip(1..)
        .map(|((&(stratum, psu), value), rank)| {
            OrderedRow::group(Some(f64::from(rank)), Some(value), Some(1.0))
                .drawn_from(stratum, psu)
        })
        .collect();
    let found = index(&rows, LineModel::Linear, LineError::Survey);
    assert!((found.se.unwrap() - SURVEY_SE).abs() < 1e-12, "{found:?}");
}

#[test]
fn rows_that_stand_alone_are_units_of_their_own_however_they_are_counted() {
    let design = [
        (1, 1.0, 0.0),
        (1, 1.0, 0.0),
        (1, 2.0, 1.0),
        (2, 2.0, 1.0),
        (2, 3.0, 1.0),
    ];
    let rows = |alone: bool| -> Vec<OrderedRow> {
        let numbered = design.iter().zip(0..);
        numbered
            .map(|(&(stratum, rank, value), number)| {
                OrderedRow::group(Some(rank), Some(value), Some(1.0))
                    .drawn_from(stratum, if alone { OrderedRow::ALONE } else { number })
            })
            .collect()
    };
    for error in [LineError::Survey, LineError::Cluster] {
        let each = index(&rows(false), LineModel::Linear, error).se.unwrap();
        let alone = index(&rows(true), LineModel::Linear, error).se.unwrap();
        assert!((each - alone).abs() < 1e-12, "{each} is not {alone}");
    }
}

const SURVEY_SE: f64 = 1.513_086_273_417_293_2;
