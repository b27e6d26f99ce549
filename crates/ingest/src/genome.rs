//! Which reference genome do the headers say? By the lengths of contigs, by `##reference`, and by
//! the `assembly` of `##contig`.

use kohort_genome::{Detection, NamedGenome, ReferenceGenome};
use kohort_vcf::Header;

use crate::Error;

/// What the headers say together.
#[derive(Debug, Default)]
pub(crate) struct SaidGenome {
    /// One of the genomes known here.
    pub(crate) genome: Option<ReferenceGenome>,
    /// Another one that they name.
    pub(crate) other: Option<String>,
    /// Names that are overruled.
    pub(crate) warnings: Vec<String>,
}

/// A name in a header, and the place of it.
struct Name {
    place: String,
    genome: NamedGenome,
}

/// The genome that was given, unless the headers contradict it; else the one that they say.
///
/// Lengths weigh more than names, which are left behind when a file is lifted over. A name that
/// contradicts the lengths is an error all the same, unless the genome is given too.
pub(crate) fn said(
    headers: &[(&str, &Header)],
    given: Option<ReferenceGenome>,
) -> Result<SaidGenome, Error> {
    let mut said = SaidGenome {
        genome: given,
        ..SaidGenome::default()
    };
    for (file, header) in headers {
        let fault = |reason: String| Error::ReferenceGenome {
            file: (*file).to_owned(),
            reason,
        };
        if let Some(given) = given {
            let overruled = check_given(header, given).map_err(fault)?;
            let warnings = overruled.iter().map(|name| {
                let Name { place, genome } = name;
                format!("{file}: {place} names {genome}; it is taken as {given}")
            });
            said.warnings.extend(warnings);
            continue;
        }
        match (of_header(header).map_err(fault)?, said.genome) {
            (Some(NamedGenome::Known(found)), Some(before)) if found != before => {
                return Err(fault(format!(
                    "expected {before} as in the files before, found {found}"
                )));
            }
            (Some(NamedGenome::Other(other)), Some(before)) => {
                return Err(fault(format!(
                    "expected {before} as in the files before, found {other}"
                )));
            }
            (Some(NamedGenome::Known(found)), _) => match &said.other {
                Some(other) => {
                    return Err(fault(format!(
                        "expected {other} as in the files before, found {found}"
                    )));
                }
                None => said.genome = Some(found),
            },
            (Some(NamedGenome::Other(other)), None) => said.other = Some(other),
            (None, _) => {}
        }
    }
    Ok(said)
}

/// Names that say otherwise than the given genome, which overrules them: the contigs have its
/// lengths, or the named genome is none of those known here.
fn check_given(header: &Header, given: ReferenceGenome) -> Result<Vec<Name>, String> {
    if let Some(contradiction) = given.contradiction(lengths(header)) {
        return Err(contradiction.to_string());
    }
    let is_other = |name: &Name| name.genome != NamedGenome::Known(given);
    let others: Vec<Name> = names(header).into_iter().filter(is_other).collect();
    let is_measured = ReferenceGenome::detect(lengths(header)) == Detection::Known(given);
    // A genome that is not known here can be overruled, or its file could not be read at all.
    let known = others
        .iter()
        .find(|name| matches!(name.genome, NamedGenome::Known(_)));
    match known {
        Some(Name { place, genome }) if !is_measured => Err(format!(
            "expected {given} as given, found {genome} in {place}"
        )),
        _ => Ok(others),
    }
}

/// What one header says, where all of it agrees.
fn of_header(header: &Header) -> Result<Option<NamedGenome>, String> {
    let names = names(header);
    let measured = match ReferenceGenome::detect(lengths(header)) {
        Detection::Known(genome) => Some(NamedGenome::Known(genome)),
        Detection::Conflict { first, second } => return Err(format!("{first}, but {second}")),
        Detection::Unknown => None,
    };
    let Some(first) = names.first() else {
        return Ok(measured);
    };
    let (place, named) = (&first.place, &first.genome);
    if let Some(other) = names.iter().find(|name| !name.genome.is_same(named)) {
        let (other_place, other) = (&other.place, &other.genome);
        return Err(format!(
            "{place} names {named}, but {other_place} names {other}"
        ));
    }
    match &measured {
        Some(measured) if measured != named => {
            let why = match named {
                NamedGenome::Known(genome) => genome
                    .contradiction(lengths(header))
                    .map(|contradiction| contradiction.to_string()),
                NamedGenome::Other(_) => None,
            };
            let why = why.unwrap_or_else(|| format!("contigs have the lengths of {measured}"));
            Err(format!("{place} names {named}, but {why}"))
        }
        _ => Ok(Some(named.clone())),
    }
}

fn lengths(header: &Header) -> impl Iterator<Item = (&str, Option<u64>)> {
    header.contigs.iter().map(|c| (c.id.as_str(), c.length))
}

/// The genomes that `##reference` and the contigs' `assembly` name, each once.
fn names(header: &Header) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut add = |place: String, text: &str| {
        if let Some(genome) = ReferenceGenome::named_in(text)
            && !names.iter().any(|name| name.genome.is_same(&genome))
        {
            names.push(Name { place, genome });
        }
    };
    for value in header
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("##reference="))
    {
        add(format!("`##reference={value}`"), value);
    }
    let mut last = "";
    for contig in &header.contigs {
        let assembly = contig.assembly.as_deref().unwrap_or_default();
        if assembly != last {
            let place = format!("contig `{}` (assembly `{assembly}`)", contig.id);
            add(place, assembly);
            last = assembly;
        }
    }
    names
}
