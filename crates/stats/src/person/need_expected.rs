//! What need alone would lead one to expect, by least squares.

use crate::Error;

/// Predicts use from need, with everything that is not need held at its mean.
///
/// # Definition
/// Use is regressed on the columns of need and the other columns together, by weighted least
/// squares with an intercept. Each person then gets the prediction with their own need and the mean
/// of the other columns: indirect standardisation.
///
/// # Arguments
/// `used`, and columns of the same length, one number per person. `need` is what justifies use
/// (age, sex, illness); `other` is what does not (income, region), and is in the regression so that
/// need does not stand in for it. `weights` are not negative.
///
/// # Returns
/// One expected use per person, with the same weighted mean as `used`.
///
/// # Nulls
/// `None` where the columns do not determine a regression: fewer people than columns, a column that
/// is constant or a sum of others, or a number that is not finite.
///
/// # Errors
/// Columns of different lengths; a negative weight.
///
/// # Limits
/// A linear model: for yes and no it can predict below 0 or above 1, which does no harm to the
/// index but is no probability. Text columns have to become numbers first.
///
/// # References
/// O'Donnell and others, 2008, "Analyzing health equity using household survey data", chapter 5,
/// doi:10.1596/978-0-8213-6933-3.
pub fn need_expected(
    used: &[f64],
    need: &[&[f64]],
    other: &[&[f64]],
    weights: &[f64],
) -> Result<Option<Vec<f64>>, Error> {
    let columns: Vec<&[f64]> = need.iter().chain(other).copied().collect();
    for column in columns.iter().chain([&weights]) {
        if column.len() != used.len() {
            let expected = "columns as long as `used`";
            return Err(Error::argument("need", expected, column.len()));
        }
    }
    if let Some(found) = weights.iter().find(|weight| **weight < 0.0) {
        return Err(Error::argument("weights", "numbers of at least 0", found));
    }
    let Some(coefficients) = regress(used, &columns, weights) else {
        return Ok(None);
    };
    let level = mean(used, weights);
    let expected = (0..used.len()).map(|person| {
        let part = |(column, slope): (&&[f64], &(f64, f64))| slope.0 * (column[person] - slope.1);
        level + need.iter().zip(&coefficients).map(part).sum::<f64>()
    });
    Ok(Some(expected.collect()))
}

/// The slope of each column, and its mean.
fn regress(used: &[f64], columns: &[&[f64]], weights: &[f64]) -> Option<Vec<(f64, f64)>> {
    let means: Vec<f64> = columns.iter().map(|column| mean(column, weights)).collect();
    let level = mean(used, weights);
    let moment = |a: &[f64], a_mean: f64, b: &[f64], b_mean: f64| -> f64 {
        let terms = weights.iter().zip(a).zip(b);
        terms
            .map(|((weight, a), b)| weight * (a - a_mean) * (b - b_mean))
            .sum()
    };
    let k = columns.len();
    let matrix: Vec<Vec<f64>> = (0..k)
        .map(|i| {
            (0..k)
                .map(|j| moment(columns[i], means[i], columns[j], means[j]))
                .collect()
        })
        .collect();
    let right: Vec<f64> = (0..k)
        .map(|i| moment(columns[i], means[i], used, level))
        .collect();
    let slopes = solve(&matrix, &right)?;
    let finite = level.is_finite() && slopes.iter().all(|slope| slope.is_finite());
    finite.then(|| slopes.into_iter().zip(means).collect())
}

/// Solves a symmetric positive definite system by Cholesky's method; `None` where a column is a sum
/// of others to ten digits.
fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let k = right.len();
    let mut lower = vec![vec![0.0; k]; k];
    for i in 0..k {
        for j in 0..=i {
            let done: f64 = (0..j).map(|m| lower[i][m] * lower[j][m]).sum();
            let rest = matrix[i][j] - done;
            lower[i][j] = match i == j {
                true if rest > 1e-10 * matrix[i][i] => rest.sqrt(),
                true => return None,
                false => rest / lower[j][j],
            };
        }
    }
    let mut forward = vec![0.0; k];
    for i in 0..k {
        let done: f64 = (0..i).map(|m| lower[i][m] * forward[m]).sum();
        forward[i] = (right[i] - done) / lower[i][i];
    }
    let mut solution = vec![0.0; k];
    for i in (0..k).rev() {
        let done: f64 = (i + 1..k).map(|m| lower[m][i] * solution[m]).sum();
        solution[i] = (forward[i] - done) / lower[i][i];
    }
    Some(solution)
}

fn mean(column: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    column
        .iter()
        .zip(weights)
        .map(|(value, weight)| value * weight)
        .sum::<f64>()
        / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn need_that_explains_all_is_expected_as_used() {
        let need = [1.0, 2.0, 4.0, 8.0];
        let used = need.map(|need| 3.0 + 0.5 * need);
        let expected = need_expected(&used, &[&need], &[], &[1.0; 4])
            .unwrap()
            .unwrap();
        for (expected, used) in expected.iter().zip(used) {
            assert!((expected - used).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_not_need_is_held_at_its_mean() {
        let (need, income) = ([0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 3.0, 3.0]);
        let used: Vec<f64> = need
            .iter()
            .zip(income)
            .map(|(n, i)| 2.0 * n + 5.0 * i)
            .collect();
        let expected = need_expected(&used, &[&need], &[&income], &[1.0; 4])
            .unwrap()
            .unwrap();
        for (expected, by_need) in expected.iter().zip([10.0, 12.0, 10.0, 12.0]) {
            assert!((expected - by_need).abs() < 1e-12);
        }
    }

    #[test]
    fn columns_that_repeat_each_other_determine_nothing() {
        let need = [1.0, 2.0, 4.0, 8.0];
        let double = need.map(|need| 2.0 * need);
        assert_eq!(
            need_expected(&need, &[&need], &[&double], &[1.0; 4]),
            Ok(None)
        );
        assert_eq!(need_expected(&need, &[&[7.0; 4]], &[], &[1.0; 4]), Ok(None));
        assert_eq!(need_expected(&[], &[&[]], &[], &[]), Ok(None));
        assert!(need_expected(&need, &[&[1.0]], &[], &[1.0; 4]).is_err());
    }
}
