//! Maps: areas with their neighbours, and the numbers that measures take of them.

use datafusion::common::{Result, exec_err};
use kohort_stats::smoothing::{Autocorrelation, Neighbours, Place};
use kohort_stats::variation::Area;
use kohort_stats::{Error, Estimate, Status};

use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::{named, not_negative};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::{Reader, State, write_integer, write_number, write_text};

/// The name of an area.
pub(super) const AREA: Argument = Argument::key(
    "area",
    "the name or code of the area; one row each; NULL makes the map incomplete",
);

/// Its neighbours.
pub(super) const NEIGHBOURS: Argument = Argument::keys(
    "neighbours",
    "the names of the areas beside it, as from `array_agg`; an empty list, or one of NULLs only as \
     `array_agg` gives it after a LEFT JOIN, is an island; a NULL instead of a list, or the name \
     of an area that is not among the rows, makes the map incomplete",
);

/// Events in an area.
pub(super) const EVENTS: Argument =
    Argument::number("events", "in the area, 0 or more; one row per area");

/// People in an area.
pub(super) const POPULATION: Argument = Argument::number(
    "population",
    "people, or expected events, of the area, 0 or more",
);

/// How much neighbours weigh.
pub(super) const WEIGHTS: Argument = Argument::choice(
    "weights",
    &["row_standardised", "binary"],
    "the neighbours of an area weigh 1 together (style W), or 1 each (style B)",
);

/// What the measure is compared with.
pub(super) const METHOD: Argument = Argument::choice(
    "method",
    &["randomisation", "normality"],
    "what the measure is compared with: the same values dealt out over the areas, or normal values",
);

/// What a measure of autocorrelation returns.
pub(super) const AUTOCORRELATION: Shape = Shape::EstimateAnd(&[
    ("expected", CellType::Number),
    ("z", CellType::Number),
    ("p_value", CellType::Number),
    ("n_isolates", CellType::Integer),
]);

/// The word of an option of a function over a partition, which all rows repeat.
pub(super) fn constant(
    function: &str,
    columns: &Columns,
    name: &str,
    at: usize,
) -> Result<&'static str> {
    let word = |row| columns.text(at, row).unwrap_or("NULL");
    match (0..columns.rows).find(|row| word(*row) != word(0)) {
        // Sorted, so that the message does not depend on the order of rows.
        Some(row) => exec_err!(
            "{function}: `{name}`: expected one word for all rows, got `{}` and `{}`",
            word(0).min(word(row)),
            word(0).max(word(row))
        ),
        None => Ok(columns.options(0)?.text(name)),
    }
}

/// Events and people of all rows of a partition, which are the first two arguments.
pub(super) fn areas(
    function: &str,
    arguments: &[Argument],
    columns: &Columns,
) -> Result<Vec<Area>> {
    let number = |at, row| not_negative(function, arguments, (columns, at, row));
    let area = |row| {
        Ok(Area {
            observed: number(0, row)?,
            expected: number(1, row)?,
        })
    };
    (0..columns.rows).map(area).collect()
}

/// An area with its neighbours and numbers.
#[derive(Debug, PartialEq)]
pub(super) struct Region<const N: usize> {
    area: Option<String>,
    neighbours: Option<Vec<String>>,
    numbers: [Option<f64>; N],
}

impl<const N: usize> Region<N> {
    fn place(&self) -> Place<'_> {
        let list = self.neighbours.as_ref();
        Place {
            area: self.area.as_deref(),
            neighbours: list.map(|list| list.iter().map(String::as_str).collect()),
        }
    }
}

/// The areas of a map.
#[derive(Debug, Default)]
pub(super) struct Map<const N: usize>(Vec<Region<N>>);

impl<const N: usize> Map<N> {
    /// Adds the area of a row.
    pub(super) fn push(
        &mut self,
        (area, neighbours): (Option<&str>, Option<Vec<String>>),
        numbers: [Option<f64>; N],
    ) {
        self.0.push(Region {
            area: area.map(str::to_owned),
            neighbours,
            numbers,
        });
    }

    /// A map of all rows of a partition.
    pub(super) fn of(
        columns: &Columns,
        (area, neighbours): (usize, usize),
        numbers: [usize; N],
    ) -> Self {
        let mut map = Self::default();
        for row in 0..columns.rows {
            let place = (columns.text(area, row), columns.keys(neighbours, row));
            map.push(place, numbers.map(|number| columns.number(number, row)));
        }
        map
    }

    /// Which areas lie beside which, or why that cannot be said.
    pub(super) fn neighbours(
        &self,
        function: &str,
    ) -> Result<std::result::Result<Neighbours, Status>> {
        let places: Vec<Place<'_>> = self.0.iter().map(Region::place).collect();
        named(function, Neighbours::try_new(&places))
    }

    /// The numbers of all areas.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &[Option<f64>; N]> {
        self.0.iter().map(|region| &region.numbers)
    }

    /// How many areas there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<const N: usize> State for Map<N> {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, self.0.len() as u64);
        for region in &self.0 {
            write_option(bytes, region.area.as_deref(), |bytes, area| {
                write_text(bytes, area);
            });
            write_option(bytes, region.neighbours.as_ref(), |bytes, list| {
                write_integer(bytes, list.len() as u64);
                for neighbour in list {
                    write_text(bytes, neighbour);
                }
            });
            for number in region.numbers {
                write_option(bytes, number, write_number);
            }
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        for _ in 0..bytes.length()? {
            let area = read_option(bytes, |bytes| bytes.text().map(str::to_owned))?;
            let neighbours = read_option(bytes, |bytes| {
                let length = bytes.length()?;
                let texts = (0..length).map(|_| bytes.text().map(str::to_owned));
                texts.collect()
            })?;
            let mut numbers = [None; N];
            for number in &mut numbers {
                *number = read_option(bytes, Reader::number)?;
            }
            self.0.push(Region {
                area,
                neighbours,
                numbers,
            });
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        let texts = self.0.iter().map(|region| {
            let list = region.neighbours.iter().flatten();
            let own = region.area.as_ref().map_or(0, String::len);
            own + list
                .map(|name| name.len() + size_of::<String>())
                .sum::<usize>()
        });
        self.0.capacity() * size_of::<Region<N>>() + texts.sum::<usize>()
    }
}

fn write_option<T>(bytes: &mut Vec<u8>, value: Option<T>, write: impl Fn(&mut Vec<u8>, T)) {
    write_integer(bytes, u64::from(value.is_some()));
    if let Some(value) = value {
        write(bytes, value);
    }
}

fn read_option<'a, T>(
    bytes: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T>,
) -> Result<Option<T>> {
    match bytes.integer()? {
        0 => Ok(None),
        _ => read(bytes).map(Some),
    }
}

/// The answer of a measure of autocorrelation over a map, given the values of its areas.
pub(super) fn autocorrelation<const N: usize>(
    function: &str,
    map: &Map<N>,
    options: &Options,
    measure: impl FnOnce(&Neighbours) -> std::result::Result<Autocorrelation, Error>,
) -> Result<Output> {
    let found = match map.neighbours(function)? {
        Ok(neighbours) => named(function, measure(&neighbours))?,
        Err(status) => return Ok(without_values(status, options)),
    };
    let cells = vec![
        Cell::Number(found.expected),
        Cell::Number(found.z),
        Cell::Number(found.p_value),
        Cell::Integer(i64::try_from(found.n_isolates).ok()),
    ];
    Ok(Output::EstimateAnd(found.estimate, cells))
}

/// No measure of autocorrelation, and why.
pub(super) fn without_values(status: Status, options: &Options) -> Output {
    let missing = Estimate::missing(status, options.text("method"));
    let number = Cell::Number(None);
    let cells = vec![number.clone(), number.clone(), number, Cell::Integer(None)];
    Output::EstimateAnd(missing, cells)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::equity::testing::query;

    /// A line of four areas and an island, in no order.
    pub(in super::super) const TABLE: &str = "SELECT * FROM (VALUES \
        ('c', 30, 100, make_array('b', 'd')), ('a', 1, 10, make_array('b')), \
        ('island', 9, 90, make_array(NULL)), ('d', 41, 100, make_array('c')), \
        ('b', 12, 100, make_array('c', 'a', 'a'))) AS v(area, o, n, beside)";

    /// Checks what all measures of a map say of maps that are incomplete, and of errors.
    /// `call` has the area and its neighbours as `{area}` and `{beside}`.
    pub(in super::super) fn keeps_the_rules(function: &str, call: &str) {
        let of = |area: &str, beside: &str, rows: &str| {
            let call = call.replace("{area}", area).replace("{beside}", beside);
            let sql = format!(
                "SELECT DISTINCT m.status FROM (SELECT {call} AS m FROM t {rows}) ORDER BY 1"
            );
            query(TABLE, &sql)
        };
        let status = |area: &str, beside: &str, rows: &str| of(area, beside, rows).unwrap();
        assert!(status("area", "beside", "").contains(&vec!["ok".to_owned()]));
        for (area, beside, rows) in [
            ("nullif(area, 'b')", "beside", ""),
            ("area", "CASE area WHEN 'b' THEN NULL ELSE beside END", ""),
            ("area", "beside", "WHERE area <> 'b'"),
        ] {
            assert_eq!(
                status(area, beside, rows),
                [["incomplete_strata"]],
                "{area} {beside}"
            );
        }
        let error = |area: &str, beside: &str| of(area, beside, "").unwrap_err().to_string();
        let twice = error("CASE area WHEN 'b' THEN 'a' ELSE area END", "beside");
        let expected = format!("{function}: area: expected one row per area, got `a`");
        assert!(twice.contains(&expected), "{twice}");
        let own = error("area", "make_array(area)");
        let expected = format!("{function}: neighbours: expected areas other than the area itself");
        assert!(own.contains(&expected), "{own}");
        let text = error("area", "area");
        assert!(text.contains("`neighbours` must be a list"), "{text}");
    }

    #[test]
    fn a_map_travels_as_bytes() {
        let mut map = Map::<2>::default();
        let list = vec!["b".to_owned(), "ö".to_owned()];
        map.push((Some("a"), Some(list)), [Some(1.5), None]);
        map.push((None, None), [None, Some(f64::NAN)]);
        map.push((Some(""), Some(Vec::new())), [Some(0.0), Some(-0.0)]);
        let mut bytes = Vec::new();
        map.write(&mut bytes);
        let mut other = Map::<2>::default();
        other.merge(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(format!("{:?}", other.0), format!("{:?}", map.0));
        assert!(
            other
                .merge(&mut Reader::new(&bytes[..bytes.len() - 1]))
                .is_err()
        );
        assert!(map.heap_bytes() > 0);
    }
}
