//! Which reference genome a list of contigs belongs to, from their lengths and accessions.

use std::fmt;

use crate::ReferenceGenome;
use crate::contig::{accession, primary_rank};

/// What a list of contigs says about the reference genome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detection {
    /// All contigs that say something say this one.
    Known(ReferenceGenome),
    /// No contig says anything.
    Unknown,
    /// Two contigs say different genomes.
    Conflict {
        /// The first contig that says something.
        first: Evidence,
        /// The first that says something else.
        second: Evidence,
    },
}

/// A contig that belongs to one reference genome alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The contig's name, as the file wrote it.
    pub contig: String,
    /// Its length, where that is what says so; otherwise its accession does.
    pub length: Option<u64>,
    /// The genome that it belongs to.
    pub genome: ReferenceGenome,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contig, genome, .. } = self;
        match self.length {
            Some(length) => write!(f, "contig `{contig}` has length {length}, as in {genome}"),
            None => write!(f, "contig `{contig}` is an accession of {genome}"),
        }
    }
}

/// A contig that belongs to another reference genome than the one declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The genome that was declared.
    pub declared: ReferenceGenome,
    /// The length of that contig in the genome that was declared.
    pub expected_length: u32,
    /// The contig, and the genome that it belongs to.
    pub evidence: Evidence,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            declared,
            expected_length,
            evidence,
        } = self;
        let Evidence {
            contig,
            length,
            genome,
        } = evidence;
        match length {
            Some(length) => write!(
                f,
                "contig `{contig}`: expected length {expected_length} as in {declared}, got \
                 {length} as in {genome}"
            ),
            None => write!(
                f,
                "contig `{contig}`: expected an accession of {declared}, got one of {genome}"
            ),
        }
    }
}

impl std::error::Error for Contradiction {}

impl ReferenceGenome {
    /// Finds the reference genome that contigs belong to.
    ///
    /// # Definition
    /// A primary contig is evidence where its length, or failing that its accession, belongs to
    /// one known genome alone. A length that no genome has says nothing, and neither does chrM of
    /// 16569 bases, which all three have; 16571 is UCSC's hg19.
    ///
    /// # Arguments
    /// Names as the file wrote them, each with its length where it is known.
    ///
    /// # Example
    /// ```
    /// use kohort_genome::{Detection, ReferenceGenome};
    /// let contigs = [("20", Some(64_444_167)), ("21", None)];
    /// let detection = ReferenceGenome::detect(contigs.into_iter());
    /// assert_eq!(detection, Detection::Known(ReferenceGenome::Grch38));
    /// ```
    pub fn detect<'a>(contigs: impl Iterator<Item = (&'a str, Option<u64>)>) -> Detection {
        let mut first: Option<Evidence> = None;
        for evidence in contigs.filter_map(|(contig, length)| evidence(contig, length)) {
            match &first {
                None => first = Some(evidence),
                Some(known) if known.genome == evidence.genome => {}
                Some(_) => {
                    if let Some(first) = first {
                        return Detection::Conflict {
                            first,
                            second: evidence,
                        };
                    }
                }
            }
        }
        first.map_or(Detection::Unknown, |evidence| {
            Detection::Known(evidence.genome)
        })
    }

    /// Finds the first contig that belongs to another known genome and not to this one.
    ///
    /// A length that no known genome has is no contradiction: files are cut, and simulated ones
    /// have contigs of their own.
    pub fn contradiction<'a>(
        self,
        contigs: impl Iterator<Item = (&'a str, Option<u64>)>,
    ) -> Option<Contradiction> {
        contigs
            .filter_map(|(contig, length)| evidence(contig, length))
            .find(|evidence| evidence.genome != self)
            .and_then(|evidence| {
                Some(Contradiction {
                    declared: self,
                    expected_length: self.contig_length(&evidence.contig)?,
                    evidence,
                })
            })
    }
}

/// What one contig says, where it belongs to one genome alone.
fn evidence(contig: &str, length: Option<u64>) -> Option<Evidence> {
    let rank = primary_rank(contig)?;
    if let Some(length) = length {
        let mut owners = ReferenceGenome::ALL
            .into_iter()
            .filter(|genome| genome.has_length(rank, length));
        if let (Some(genome), None) = (owners.next(), owners.next()) {
            return Some(Evidence {
                contig: contig.to_owned(),
                length: Some(length),
                genome,
            });
        }
    }
    let (_, genome) = accession(contig)?;
    Some(Evidence {
        contig: contig.to_owned(),
        length: None,
        genome: genome?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReferenceGenome::{Chm13, Grch37, Grch38};

    type Contigs = &'static [(&'static str, Option<u64>)];

    fn detect(contigs: Contigs) -> Detection {
        ReferenceGenome::detect(contigs.iter().copied())
    }

    #[test]
    fn contig_lengths_and_accessions_tell_the_genome() {
        let table: [(Contigs, Detection); 11] = [
            (&[], Detection::Unknown),
            (&[("chr1", None)], Detection::Unknown),
            (&[("chr1", Some(1000))], Detection::Unknown),
            (&[("MT", Some(16_569))], Detection::Unknown),
            (&[("chrM", Some(16_571))], Detection::Known(Grch37)),
            (
                &[("1", Some(249_250_621)), ("MT", Some(16_569))],
                Detection::Known(Grch37),
            ),
            (
                &[("chr2", Some(5)), ("chr22", Some(50_818_468))],
                Detection::Known(Grch38),
            ),
            (&[("chrY", Some(62_460_029))], Detection::Known(Chm13)),
            (&[("NC_000001.10", None)], Detection::Known(Grch37)),
            (&[("CP068254.1", Some(16_569))], Detection::Known(Chm13)),
            (&[("GL000207.1", Some(249_250_621))], Detection::Unknown),
        ];
        for (contigs, expected) in table {
            assert_eq!(detect(contigs), expected, "{contigs:?}");
        }
    }

    #[test]
    fn contigs_of_two_genomes_conflict() {
        let detection = detect(&[
            ("chr1", Some(248_387_328)),
            ("chr2", Some(242_696_752)),
            ("chrY", Some(57_227_415)),
        ]);
        let Detection::Conflict { first, second } = detection else {
            panic!("{detection:?}");
        };
        assert_eq!((first.contig.as_str(), first.genome), ("chr1", Chm13));
        assert_eq!((second.contig.as_str(), second.genome), ("chrY", Grch38));
        assert_eq!(
            second.to_string(),
            "contig `chrY` has length 57227415, as in GRCh38"
        );
    }

    #[test]
    fn a_length_of_another_genome_contradicts_and_an_unknown_one_does_not() {
        let own: Contigs = &[
            ("1", Some(249_250_621)),
            ("2", Some(7)),
            ("MT", Some(16_571)),
        ];
        assert_eq!(Grch37.contradiction(own.iter().copied()), None);
        let contradiction = Grch38.contradiction(own.iter().copied()).unwrap();
        assert_eq!(
            contradiction.to_string(),
            "contig `1`: expected length 248956422 as in GRCh38, got 249250621 as in GRCh37"
        );
        let mitochondrion = [("chrM", Some(16_569))];
        for genome in ReferenceGenome::ALL {
            assert_eq!(genome.contradiction(mitochondrion.into_iter()), None);
        }
        let ucsc = [("chrM", Some(16_571))];
        assert!(Grch38.contradiction(ucsc.into_iter()).is_some());
        let accession = Grch38.contradiction([("NC_000001.10", None)].into_iter());
        assert_eq!(
            accession.unwrap().to_string(),
            "contig `NC_000001.10`: expected an accession of GRCh38, got one of GRCh37"
        );
    }
}
