//! CREATE COHORT, DROP COHORT, and DROP TABLE of a loaded table.

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use chrono::Utc;
use futures::StreamExt;
use kohort_genotype::Cohort;
use kohort_lake::{CohortRow, IfExists as LakeIfExists, Lake};
use kohort_schema::LoadedTable;

use crate::session::{Outcome, Session};
use crate::statement::IfExists;
use crate::{Error, registry, suggest};

impl Session {
    /// Runs the query and stores the samples that it gives under a name.
    pub(crate) async fn create_cohort(
        &self,
        name: &str,
        query: &str,
        if_exists: IfExists,
    ) -> Result<Outcome, Error> {
        let lake = self.changeable_lake("CREATE COHORT")?;
        let catalog = self.catalog();
        let snapshot = catalog.snapshot()?;
        let known = snapshot.cohorts().await?;
        if known.iter().any(|row| row.cohort == name) {
            match if_exists {
                IfExists::Keep => {
                    let message = format!("cohort `{name}` exists and was kept");
                    return Ok(Outcome::Done { message });
                }
                IfExists::Fail => return Err(exists(name)),
                IfExists::Replace => {}
            }
        }
        let (cohort, n_shared_ids) = self.members(query).await?;
        let size = cohort.len();
        let row = CohortRow {
            cohort: name.to_string(),
            sql: query.to_string(),
            members: cohort.serialize(),
            size,
            created_by: self.user.clone(),
            created_at: Utc::now(),
            lake_version: snapshot.version(),
        };
        let if_exists = match if_exists {
            IfExists::Replace => LakeIfExists::Replace,
            IfExists::Fail | IfExists::Keep => LakeIfExists::Error,
        };
        match lake.put_cohort(&row, if_exists).await {
            Err(kohort_lake::Error::CohortExists { .. }) => return Err(exists(name)),
            other => other?,
        }
        self.refresh().await?;
        let samples = if size == 1 { "sample" } else { "samples" };
        let mut message = format!("cohort `{name}`: {size} {samples}");
        if n_shared_ids > 0 {
            let note = format!(
                "; {n_shared_ids} of the selected sample_ids name samples in more than one \
                 callset, and all of those are in: select sample_index to choose"
            );
            message.push_str(&note);
        }
        Ok(Outcome::Done { message })
    }

    /// Drops a cohort.
    pub(crate) async fn drop_cohort(&self, name: &str, if_exists: bool) -> Result<Outcome, Error> {
        let lake = self.changeable_lake("DROP COHORT")?;
        if lake.drop_cohort(name).await? {
            self.refresh().await?;
            return Ok(Outcome::Done {
                message: format!("cohort `{name}` dropped"),
            });
        }
        if if_exists {
            return Ok(Outcome::Done {
                message: format!("there was no cohort `{name}`"),
            });
        }
        let known = self.catalog().snapshot()?.cohorts().await?;
        let near = suggest::closest(name, known.iter().map(|row| row.cohort.as_str()));
        Err(Error::not_found(
            format!("there is no cohort `{name}`"),
            near.map(|near| format!("did you mean `{near}`?")),
        ))
    }

    /// Drops a loaded table.
    pub(crate) async fn drop_loaded(
        &self,
        table: &LoadedTable,
        if_exists: bool,
    ) -> Result<Outcome, Error> {
        let lake = self.changeable_lake("DROP TABLE")?;
        if lake.drop_table(table).await?.is_some() {
            self.refresh().await?;
            return Ok(Outcome::Done {
                message: format!("table `{table}` dropped"),
            });
        }
        if if_exists {
            return Ok(Outcome::Done {
                message: format!("there was no table `{table}`"),
            });
        }
        let error = Error::not_found(format!("there is no table `{table}`"), None);
        Err(registry::suggested(error, &self.catalog()))
    }

    /// The lake, where the session shows its latest state: cohorts are today's, and one made of the
    /// past's samples would be taken for today's.
    fn changeable_lake(&self, statement: &str) -> Result<&Lake, Error> {
        let lake = self.lake()?;
        match self.as_of {
            None => Ok(lake),
            Some(_) => Err(Error::Query {
                message: format!(
                    "{statement} is refused: the session shows the lake as of an earlier state, \
                     and changes are made to that of today"
                ),
                blame: crate::Blame::Usage,
                hint: Some("leave --as-of out".to_string()),
            }),
        }
    }

    /// The samples that a query gives, by `sample_index` or `sample_id`, and how many of the ids
    /// name several samples.
    async fn members(&self, query: &str) -> Result<(Cohort, u64), Error> {
        let mut stream = self.query(query).await?;
        let schema = stream.schema();
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        let column = |name: &str| names.iter().position(|found| *found == name);
        let (at, by_index) = match (column("sample_index"), column("sample_id")) {
            (Some(at), _) => (at, true),
            (None, Some(at)) => (at, false),
            (None, None) => {
                return Err(Error::usage(format!(
                    "a cohort is made of samples: expected a column `sample_id`, got {}",
                    names.join(", ")
                )));
            }
        };
        let samples = self.catalog().samples().await?;
        let mut cohort = Cohort::new();
        let mut n_shared_ids = 0;
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            if by_index {
                let indices = cast(batch.column(at), &DataType::Int64).map_err(arrow_error)?;
                for index in indices.as_primitive::<Int64Type>().iter().flatten() {
                    let known = u32::try_from(index).ok();
                    match known.filter(|index| samples.row_of(*index).is_some()) {
                        Some(index) => cohort.insert(index),
                        None => {
                            let message = format!("there is no sample with sample_index {index}");
                            return Err(Error::not_found(message, None));
                        }
                    };
                }
            } else {
                let ids = cast(batch.column(at), &DataType::Utf8View).map_err(arrow_error)?;
                for id in ids.as_string_view().iter().flatten() {
                    let found = samples.find(id)?;
                    let mut is_new = false;
                    for index in found {
                        is_new |= cohort.insert(*index);
                    }
                    n_shared_ids += u64::from(is_new && found.len() > 1);
                }
            }
        }
        Ok((cohort, n_shared_ids))
    }
}

fn exists(name: &str) -> Error {
    Error::Query {
        message: format!("cohort `{name}` exists"),
        blame: crate::Blame::Usage,
        hint: Some(format!("CREATE OR REPLACE COHORT {name} AS … replaces it")),
    }
}

fn arrow_error(error: arrow::error::ArrowError) -> Error {
    Error::from(datafusion::error::DataFusionError::from(error))
}
