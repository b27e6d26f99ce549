//! The register is drawn and written: parts at once, people one after another.

use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::care::Care;
use crate::geography::Geography;
use crate::identifier::MOST_PEOPLE;
use crate::person::Person;
use crate::planted::{FactorTable, Planted};
use crate::population::Population;
use crate::tables::{self, Diagnoses, People, Referrals, Study, Subject, Table, Tests};
use crate::{DEFAULT_PEOPLE, Error, study};

/// People whose rows are gathered before they are written.
const BLOCK: u64 = 1 << 15;
/// Rows that a row group holds, and so the most that a writer keeps.
const ROW_GROUP: usize = 1 << 17;
/// People of one file.
const PART: u64 = 1 << 19;

/// What is told while a register is made.
pub trait SimulationProgress: Sync {
    /// So many more people have been drawn and written.
    fn people(&self, people: u64);

    /// Whether to stop.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Of `people`.
    pub people: u64,
    /// Of `referrals`.
    pub referrals: u64,
    /// Of `tests`.
    pub tests: u64,
    /// Of `diagnoses`.
    pub diagnoses: u64,
    /// Of `study`.
    pub study: u64,
}

impl Summary {
    fn add(&mut self, other: &Self) {
        self.people += other.people;
        self.referrals += other.referrals;
        self.tests += other.tests;
        self.diagnoses += other.diagnoses;
        self.study += other.study;
    }
}

/// What to make.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// How many people.
    pub people: u64,
    /// What all is drawn from.
    pub seed: u64,
    /// Which inequalities are put in.
    pub planted: Planted,
    /// How many threads; all cores without.
    pub threads: Option<NonZeroUsize>,
    /// How many people one file holds. Other numbers give other files with the same rows.
    pub people_per_file: u64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self {
            people: DEFAULT_PEOPLE,
            seed: 1,
            planted: Planted::all(),
            threads: None,
            people_per_file: PART,
        }
    }
}

impl Simulation {
    /// Draws the register, and writes it into a folder: Parquet files in one folder per table, and
    /// what is planted as `planted.ndjson`.
    ///
    /// Memory does not grow with people. The same seed gives the same files on any number of
    /// threads.
    ///
    /// # Errors
    /// A number of people that cannot be made, a folder that holds something else, or a file that
    /// cannot be written. What was written before stays.
    pub fn write(
        &self,
        folder: &Path,
        progress: &dyn SimulationProgress,
    ) -> Result<Summary, Error> {
        if self.people == 0 || self.people > MOST_PEOPLE {
            return Err(Error::People {
                most: MOST_PEOPLE,
                found: self.people,
            });
        }
        let geography = Geography::new(self.seed, self.people)?;
        let factors = FactorTable::new(&self.planted, &geography);
        prepare(folder)?;
        let part = |number: u64| {
            let first = number * self.people_per_file;
            let end = (first + self.people_per_file).min(self.people);
            let mut part = Part::create(self, folder, number, &geography, &factors)?;
            part.draw(first..end, progress)?;
            part.close()
        };
        let threads = self.threads.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let parts = self.people.div_ceil(self.people_per_file.max(1));
        let none = || {
            (
                Summary::default(),
                Population::new(geography.municipalities()),
            )
        };
        let (summary, population) = pool.build()?.install(|| {
            (0..parts)
                .into_par_iter()
                .map(part)
                .try_reduce(none, |mut sum, part| {
                    sum.0.add(&part.0);
                    sum.1.merge(&part.1);
                    Ok(sum)
                })
        })?;
        let rows = tables::population(&population, &geography)?;
        let mut file = TableFile::create(self, folder, "population", 0, rows.schema(), &[])?;
        file.write(&rows)?;
        file.close()?;
        let path = folder.join("planted.ndjson");
        fs::write(&path, self.planted.ndjson()).map_err(|source| Error::File { path, source })?;
        Ok(summary)
    }

    fn properties(&self, keys: &[&str]) -> WriterProperties {
        let about = format!(
            "synthetic: no row is about a real person; {} people, seed {}",
            self.people, self.seed
        );
        let mut properties: WriterPropertiesBuilder = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_key_value_metadata(Some(vec![KeyValue::new("kohort".to_owned(), about)]));
        for key in keys {
            let path = ColumnPath::from(*key);
            properties = properties.set_column_dictionary_enabled(path, false);
        }
        properties.build()
    }
}

/// Makes the folder, unless it holds something.
fn prepare(folder: &Path) -> Result<(), Error> {
    let wrong = |source| Error::File {
        path: folder.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(wrong)?;
    match fs::read_dir(folder).map_err(wrong)?.next() {
        Some(_) => Err(Error::NotEmpty {
            folder: folder.to_owned(),
        }),
        None => Ok(()),
    }
}

/// A file of a table.
struct TableFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
}

impl TableFile {
    fn create(
        simulation: &Simulation,
        folder: &Path,
        table: &str,
        number: u64,
        schema: SchemaRef,
        keys: &[&str],
    ) -> Result<Self, Error> {
        let folder = folder.join(table);
        let path = folder.join(format!("part-{number:05}.parquet"));
        let file = fs::create_dir_all(&folder).and_then(|()| File::create(&path));
        let file = file.map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        match ArrowWriter::try_new(file, schema, Some(simulation.properties(keys))) {
            Ok(writer) => Ok(Self { path, writer }),
            Err(source) => Err(Error::Rows { path, source }),
        }
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<u64, Error> {
        let written = self.writer.write(rows);
        written.map_err(|source| Error::Rows {
            path: self.path.clone(),
            source,
        })?;
        Ok(rows.num_rows() as u64)
    }

    fn close(self) -> Result<(), Error> {
        let Self { path, writer } = self;
        match writer.close() {
            Ok(_) => Ok(()),
            Err(source) => Err(Error::Rows { path, source }),
        }
    }
}

/// A table and its file.
struct Output<T> {
    table: T,
    file: TableFile,
}

impl<T: Table + Default> Output<T> {
    fn create(simulation: &Simulation, folder: &Path, number: u64) -> Result<Self, Error> {
        Ok(Self {
            table: T::default(),
            file: TableFile::create(simulation, folder, T::NAME, number, T::schema(), T::KEYS)?,
        })
    }

    /// Writes the rows so far, and gives their number.
    fn flush(&mut self) -> Result<u64, Error> {
        self.file.write(&self.table.finish()?)
    }
}

/// Some of the people, and their rows in all tables.
struct Part<'a> {
    seed: u64,
    geography: &'a Geography,
    factors: &'a FactorTable,
    people: Output<People>,
    referrals: Output<Referrals>,
    tests: Output<Tests>,
    diagnoses: Output<Diagnoses>,
    study: Output<Study>,
    population: Population,
    summary: Summary,
}

impl<'a> Part<'a> {
    fn create(
        simulation: &Simulation,
        folder: &Path,
        number: u64,
        geography: &'a Geography,
        factors: &'a FactorTable,
    ) -> Result<Self, Error> {
        Ok(Self {
            seed: simulation.seed,
            geography,
            factors,
            people: Output::create(simulation, folder, number)?,
            referrals: Output::create(simulation, folder, number)?,
            tests: Output::create(simulation, folder, number)?,
            diagnoses: Output::create(simulation, folder, number)?,
            study: Output::create(simulation, folder, number)?,
            population: Population::new(geography.municipalities()),
            summary: Summary::default(),
        })
    }

    fn draw(&mut self, people: Range<u64>, progress: &dyn SimulationProgress) -> Result<(), Error> {
        let mut care = Care::default();
        let mut first = people.start;
        while first < people.end {
            if progress.is_stopped() {
                return Err(Error::Stopped);
            }
            let end = (first + BLOCK).min(people.end);
            for number in first..end {
                self.person(number, &mut care);
            }
            self.flush()?;
            progress.people(end - first);
            first = end;
        }
        Ok(())
    }

    fn person(&mut self, number: u64, care: &mut Care) {
        let Some(person) = Person::draw(self.seed, number, self.geography, self.factors) else {
            return;
        };
        care.draw(self.seed, &person);
        self.population.add(&person);
        let subject = Subject {
            seed: self.seed,
            geography: self.geography,
            person: &person,
            care,
            study: study::draw(self.seed, &person),
        };
        self.people.table.append(&subject);
        self.referrals.table.append(&subject);
        self.tests.table.append(&subject);
        self.diagnoses.table.append(&subject);
        self.study.table.append(&subject);
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.summary.add(&Summary {
            people: self.people.flush()?,
            referrals: self.referrals.flush()?,
            tests: self.tests.flush()?,
            diagnoses: self.diagnoses.flush()?,
            study: self.study.flush()?,
        });
        Ok(())
    }

    fn close(self) -> Result<(Summary, Population), Error> {
        self.people.file.close()?;
        self.referrals.file.close()?;
        self.tests.file.close()?;
        self.diagnoses.file.close()?;
        self.study.file.close()?;
        Ok((self.summary, self.population))
    }
}
