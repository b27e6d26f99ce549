//! The genome, cut into tiles that are merged one at a time.

use std::collections::{BTreeMap, HashMap};

use kohort_lake::DataFile;

/// Tiles per partition: enough that uneven ones even out.
const TILES_PER_PARTITION: usize = 4;

/// A stretch of one contig, both ends included; the whole genome when `chrom` is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tile {
    pub(crate) chrom: Option<String>,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Tile {
    /// The files of a callset that reach into this tile, by position.
    pub(crate) fn files(&self, files: &[DataFile], callset_id: &str) -> Vec<DataFile> {
        let mut inside: Vec<DataFile> = files
            .iter()
            .filter(|file| file.callset_id == callset_id)
            .filter(|file| self.chrom.is_none() || self.chrom == file.chrom)
            .filter(|file| file.min_pos.is_none_or(|min| min <= self.end))
            .filter(|file| file.max_pos.is_none_or(|max| max >= self.start))
            .cloned()
            .collect();
        inside.sort_by(|a, b| (a.min_pos, &a.path).cmp(&(b.min_pos, &b.path)));
        inside
    }
}

/// Cuts along the files of the callset that has the most bytes on a contig. Files that hold several
/// contigs cannot be cut: all is one tile then.
pub(crate) fn cut(files: &[DataFile], partitions: usize) -> Vec<Tile> {
    let mut contigs: BTreeMap<&str, Vec<&DataFile>> = BTreeMap::new();
    for file in files {
        let Some(chrom) = &file.chrom else {
            return vec![Tile {
                chrom: None,
                start: i64::MIN,
                end: i64::MAX,
            }];
        };
        contigs.entry(chrom).or_default().push(file);
    }
    let total: u64 = files.iter().map(|file| file.size_bytes).sum();
    let share = (total / (partitions * TILES_PER_PARTITION).max(1) as u64).max(1);
    contigs
        .into_iter()
        .flat_map(|(chrom, files)| cut_contig(chrom, &files, share))
        .collect()
}

fn cut_contig(chrom: &str, files: &[&DataFile], share: u64) -> Vec<Tile> {
    let mut bytes: HashMap<&str, u64> = HashMap::new();
    for file in files {
        *bytes.entry(&file.callset_id).or_default() += file.size_bytes;
    }
    let driver = bytes
        .iter()
        .max_by_key(|(id, bytes)| (**bytes, **id))
        .map(|(id, _)| *id);
    let mut driven: Vec<&DataFile> = files
        .iter()
        .filter(|file| Some(file.callset_id.as_str()) == driver)
        .copied()
        .collect();
    driven.sort_by_key(|file| file.min_pos);
    let mut starts = vec![i64::MIN];
    let mut since = 0;
    for file in driven {
        if let Some(start) = file
            .min_pos
            .filter(|min| since >= share && Some(min) != starts.last())
        {
            starts.push(start);
            since = 0;
        }
        since += file.size_bytes;
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|start| start - 1)
        .chain([i64::MAX]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| Tile {
            chrom: Some(chrom.to_string()),
            start: *start,
            end,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(callset: &str, chrom: Option<&str>, min: i64, max: i64) -> DataFile {
        DataFile {
            path: format!("{callset}-{min}"),
            size_bytes: 100,
            n_rows: 1,
            callset_id: callset.to_string(),
            chrom: chrom.map(str::to_string),
            min_pos: Some(min),
            max_pos: Some(max),
        }
    }

    #[test]
    fn tiles_follow_the_files_and_leave_no_gap() {
        let files = [
            file("a", Some("chr1"), 1, 50),
            file("a", Some("chr1"), 51, 99),
        ];
        let tiles = cut(&files, 4);
        assert_eq!(tiles.len(), 2);
        assert_eq!(tiles[0].end + 1, tiles[1].start);
        assert_eq!(tiles[0].files(&files, "a").len(), 1);
    }

    #[test]
    fn a_file_across_a_border_is_read_in_both_tiles() {
        let files = [
            file("a", Some("chr1"), 1, 50),
            file("a", Some("chr1"), 51, 99),
            file("b", Some("chr1"), 1, 99),
        ];
        let mut files = files.to_vec();
        files[2].size_bytes = 150;
        let tiles = cut(&files, 4);
        assert!(tiles.iter().all(|tile| tile.files(&files, "b").len() == 1));
    }

    #[test]
    fn files_of_several_contigs_are_one_tile() {
        assert_eq!(cut(&[file("a", None, 1, 50)], 4).len(), 1);
    }
}
