//! How does a callset get its block of sample indices?

use kohort_schema::TableName;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::{NewCallset, encode_one, short_id, with_partition};
use crate::commit::{Attempt, Change, commit, joined_schema};
use crate::log::TableState;
use crate::snapshot::Sample;
use crate::{Error, Lake, Result, put, rows};

/// Application ids of Delta transactions in `samples`: the block and the sample index to give next.
/// They only grow, also past vacuumed callsets, since cohorts remember sample indices.
const NEXT_BLOCK: &str = "kohort.next_block";
const NEXT_SAMPLE_INDEX: &str = "kohort.next_sample_index";

impl Lake {
    /// Tries to take the next block; `None` when another writer took it first.
    pub(super) async fn reserve(
        &self,
        state: &TableState,
        new: &NewCallset,
        callset_id: &str,
    ) -> Result<Option<Reserved>> {
        let (table, n_samples) = (TableName::Samples, new.samples.len() as u64);
        let next = |app: &str| state.transactions.get(app).copied().unwrap_or_default();
        let full = || Error::Rows {
            table: table.into(),
            problem: "no sample index is left".to_owned(),
        };
        let (block, base) = (next(NEXT_BLOCK), next(NEXT_SAMPLE_INDEX));
        let end = base + i64::try_from(n_samples).map_err(|_| full())?;
        let block_number = u32::try_from(block).map_err(|_| full())?;
        let base_index = u32::try_from(base).map_err(|_| full())?;
        u32::try_from(end).map_err(|_| full())?;
        let samples = numbered(new, callset_id, block_number, base_index);
        let batch = rows::samples_batch(&samples, new.attributes.as_ref())?;
        let incoming = with_partition(table, batch.schema_ref());
        let schema = joined_schema(state, &incoming, &new.callset)?;
        let file = encode_one(table, &batch)?;
        let name = format!("samples-{}", short_id());
        let add = put::put(
            self.raw_store(),
            &table.into(),
            Some(callset_id),
            &name,
            file,
        )
        .await?;
        let path = add.path.clone();
        let change = Change {
            operation: "RESERVE SAMPLES",
            parameters: vec![
                ("callset", new.callset.clone()),
                ("callset_id", callset_id.to_owned()),
            ],
            schema,
            adds: vec![add],
            transactions: vec![
                (NEXT_BLOCK.to_owned(), block + 1),
                (NEXT_SAMPLE_INDEX.to_owned(), end),
            ],
            ..Change::default()
        };
        match commit(self.raw_store(), state, change).await? {
            Attempt::Committed(_) => Ok(Some(Reserved {
                block: block_number,
                base: base_index,
                path,
            })),
            Attempt::Lost => {
                // An orphan in any case; what cannot be deleted now, vacuum will.
                let location = Path::from(format!("{table}/{path}"));
                let _ = self.raw_store().delete(&location).await;
                Ok(None)
            }
        }
    }
}

/// The samples of a callset with the indices that they get.
fn numbered(new: &NewCallset, callset_id: &str, block: u32, base: u32) -> Vec<Sample> {
    let samples = new.samples.iter().zip(base..);
    let numbered = samples.map(|(sample, sample_index)| Sample {
        sample_index,
        callset_id: callset_id.to_owned(),
        callset: new.callset.clone(),
        block,
        sample_id: sample.sample_id.clone(),
        person_id: sample.person_id.clone(),
        sex_karyotype: sample.sex_karyotype,
    });
    numbered.collect()
}

/// What was reserved.
pub(super) struct Reserved {
    pub(super) block: u32,
    pub(super) base: u32,
    /// The file of the callset's samples.
    pub(super) path: String,
}
