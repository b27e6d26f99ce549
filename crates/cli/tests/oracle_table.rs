//! The table of `docs/oracle.md`: situations, and the answers of Kohort, bcftools and plink2, each
//! from a run. `KOHORT_WRITE_ORACLE_TABLE=1 cargo test --workspace --test oracle_table` writes it
//! anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop and print"
)]

mod oracle;

use kohort_workbench::version;
use oracle::kohort::{Counts, Ingest, OneFile};
use oracle::rules::UnknownSex;
use oracle::tools::{Scratch, run};
use std::fmt::Write as _;
use std::path::Path;

/// What happens, where, the ALT column, and the calls of `WHO`.
struct Situation {
    what: &'static str,
    contig: &'static str,
    pos: u32,
    alternates: &'static str,
    calls: &'static str,
}

/// Three XX, three XY, and one whose sex karyotype is not known.
const WHO: [(&str, &str, &str); 7] = [
    ("F1", "XX", "2"),
    ("F2", "XX", "2"),
    ("F3", "XX", "2"),
    ("M1", "XY", "1"),
    ("M2", "XY", "1"),
    ("M3", "XY", "1"),
    ("U1", "unknown", "NA"),
];

const fn at(
    what: &'static str,
    contig: &'static str,
    pos: u32,
    alternates: &'static str,
    calls: &'static str,
) -> Situation {
    Situation {
        what,
        contig,
        pos,
        alternates,
        calls,
    }
}

const SITUATIONS: [Situation; 29] = [
    at("autosome", "chr1", 1000, "T", "0/0 0/1 1/1 0/0 0/1 1|1 0/0"),
    at(
        "missing calls",
        "chr1",
        1100,
        "T",
        "0/0 ./. 1/1 0/0 . 1|1 0/0",
    ),
    at(
        "partial calls",
        "chr1",
        1200,
        "T",
        "0/0 ./1 1/1 0/. .|0 1|1 0/0",
    ),
    at(
        "haploid calls on an autosome",
        "chr1",
        1300,
        "T",
        "0 1 . 0 1 0/1 0/0",
    ),
    at(
        "multiallelic",
        "chr1",
        1400,
        "C,T",
        "0/1 1/2 2/2 0/2 0/0 1/1 ./2",
    ),
    at(
        "spanning deletion",
        "chr1",
        1500,
        "C,*",
        "0/1 1/2 2/2 0/2 0/0 1/1 0/0",
    ),
    at(
        "symbolic allele",
        "chr1",
        1600,
        "<DEL>",
        "0/0 0/1 1/1 0/0 0/1 1|1 0/0",
    ),
    at(
        "three copies",
        "chr1",
        1700,
        "T",
        "0/0/1 1/1/1 0/0/0 0/0 0/1 0/0 0/0",
    ),
    at(
        "nobody called",
        "chr1",
        1800,
        "T",
        "./. ./. . . ./. ./. ./.",
    ),
    at(
        "PAR of X",
        "chrX",
        10_100,
        "T",
        "0/0 0/1 1/1 0/0 0/1 1|1 0/0",
    ),
    at(
        "last base of PAR1 of X",
        "chrX",
        2_781_479,
        "T",
        "0/0 0/1 1/1 0/0 0/1 1|1 0/0",
    ),
    at(
        "first base after PAR1 of X",
        "chrX",
        2_781_480,
        "T",
        "0/0 0/1 1/1 0/0 1/1 1|1 ./.",
    ),
    at(
        "X, XY haploid",
        "chrX",
        5_000_000,
        "T",
        "0/0 0/1 1/1 0 1 0 ./.",
    ),
    at(
        "X, XY written as diploid",
        "chrX",
        5_000_100,
        "T",
        "0/0 0/1 1/1 0/0 1/1 0/0 ./.",
    ),
    at(
        "X, het in an XY",
        "chrX",
        5_000_200,
        "T",
        "0/0 0/1 1/1 0/0 0/1 1/1 ./.",
    ),
    at(
        "X, partial in an XY",
        "chrX",
        5_000_300,
        "T",
        "0/0 0/1 ./1 ./1 0/. 1 ./.",
    ),
    at(
        "X, haploid in an XX",
        "chrX",
        5_000_400,
        "T",
        "1 0/1 1/1 0 1 0 ./.",
    ),
    at(
        "X, sex unknown",
        "chrX",
        5_000_500,
        "T",
        "0/0 0/1 1/1 0 1 0 0/1",
    ),
    at(
        "X, multiallelic",
        "chrX",
        5_000_600,
        "C,T",
        "0/1 1/2 2/2 1 2 0 ./.",
    ),
    at(
        "PAR of Y",
        "chrY",
        10_100,
        "T",
        "0/0 0/1 1/1 0/0 0/1 1|1 0/0",
    ),
    at("Y, XY haploid", "chrY", 5_000_000, "T", ". . . 0 1 1 ."),
    at(
        "Y, all written as diploid",
        "chrY",
        5_000_100,
        "T",
        "./. ./. ./. 0/0 1/1 1/1 ./.",
    ),
    at(
        "Y, calls in XX",
        "chrY",
        5_000_200,
        "T",
        "0/0 0/1 1 0 1 1 .",
    ),
    at("Y, het in an XY", "chrY", 5_000_300, "T", ". . . 0/1 1 0 ."),
    at("Y, sex unknown", "chrY", 5_000_400, "T", ". . . 0 1 1 1"),
    at("MT, haploid", "chrM", 1000, "T", "0 1 0 0 1 0 0"),
    at(
        "MT, written as diploid",
        "chrM",
        1100,
        "T",
        "0/0 1/1 0/0 0/0 1/1 0/0 0/0",
    ),
    at(
        "MT, het (heteroplasmy)",
        "chrM",
        1200,
        "T",
        "0/0 0/1 0/0 0 1 0/1 0/0",
    ),
    at("MT, partial", "chrM", 1300, "T", "0/0 ./1 0/0 0 1 . 0/0"),
];

fn vcf() -> String {
    let mut vcf = "##fileformat=VCFv4.3\n".to_owned();
    for (contig, length) in oracle::rules::GRCH38.lengths {
        let _ = writeln!(vcf, "##contig=<ID={contig},length={length}>");
    }
    vcf.push_str("##ALT=<ID=DEL,Description=\"Deletion\">\n");
    vcf.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
    vcf.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for (id, ..) in WHO {
        let _ = write!(vcf, "\t{id}");
    }
    for Situation {
        contig,
        pos,
        alternates,
        calls,
        ..
    } in &SITUATIONS
    {
        let calls = calls.replace(' ', "\t");
        let _ = write!(
            vcf,
            "\n{contig}\t{pos}\t.\tA\t{alternates}\t.\tPASS\t.\tGT\t{calls}"
        );
    }
    vcf + "\n"
}

/// Kohort's `ac/an` per record (the ALTs' `ac` by commas), and the classes that say why.
fn kohort(scratch: &Scratch, vcf: &str, unknown: UnknownSex) -> Vec<(String, String)> {
    let mut samples = "sample_id\tsex_karyotype\n".to_owned();
    for (id, karyotype, _) in WHO {
        let _ = writeln!(samples, "{id}\t{karyotype}");
    }
    let samples = scratch.write("samples.tsv", &samples);
    let how = Ingest {
        samples: Some(&samples),
        ..Ingest::default()
    };
    let alleles = OneFile::ingest(scratch, vcf, how).unwrap().alleles(unknown);
    (0..SITUATIONS.len())
        .map(|record| {
            let counts: Vec<Counts> = alleles
                .iter()
                .filter(|allele| allele.record == record)
                .map(|allele| allele.counts.unwrap())
                .collect();
            let acs: Vec<String> = counts.iter().map(|counts| counts.ac.to_string()).collect();
            (
                format!("{} / {}", acs.join(","), counts[0].an),
                why(&counts[0]),
            )
        })
        .collect()
}

fn why(counts: &Counts) -> String {
    let classes = [
        (counts.n_partial, "partial"),
        (counts.n_missing, "missing"),
        (counts.n_het_haploid, "of them het in one copy"),
        (counts.n_unknown_sex, "of unknown sex"),
        (counts.n_unexpected, "unexpected"),
        (counts.n_no_copy, "without a copy"),
        (counts.n_polyploid, "polyploid"),
    ];
    let words: Vec<String> = classes
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    words.join(", ")
}

fn bcftools(scratch: &Scratch, vcf: &str) -> Vec<String> {
    let tagged = scratch.path("tagged.bcf");
    run(
        "bcftools",
        ["+fill-tags", vcf, "-Ob", "-o", &tagged, "--", "-t", "AC,AN"],
    )
    .unwrap();
    let text = run("bcftools", ["query", "-f", "%AC / %AN\n", &tagged]).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn plink2(scratch: &Scratch, vcf: &str) -> Vec<String> {
    let mut sexes = "#IID\tSEX\n".to_owned();
    for (id, _, sex) in WHO {
        let _ = writeln!(sexes, "{id}\t{sex}");
    }
    let sexes = scratch.write("sexes.txt", &sexes);
    let out = scratch.path("plink2");
    run(
        "plink2",
        [
            "--vcf",
            vcf,
            "--vcf-half-call",
            "missing",
            "--allow-extra-chr",
            "--update-sex",
            &sexes,
            "--split-par",
            "hg38",
            "--nonfounders",
            "--freq",
            "counts",
            "--out",
            &out,
        ],
    )
    .unwrap();
    let text = std::fs::read_to_string(format!("{out}.acount")).unwrap();
    let cells = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>());
    cells
        .map(|row| format!("{} / {}", row[row.len() - 2], row[row.len() - 1]))
        .collect()
}

/// What Hail's `call_stats` gives by its documentation; Hail is not run. It counts the alleles of
/// each call, knows no sex karyotypes, imports a partial call as missing, and refuses three copies
/// or more.
fn hail(situation: &Situation) -> String {
    let n_alts = situation.alternates.split(',').count();
    let (mut acs, mut an) = (vec![0; n_alts], 0);
    for call in situation.calls.split(' ') {
        let alleles: Vec<Option<usize>> = call.split(['/', '|']).map(|a| a.parse().ok()).collect();
        if alleles.len() > 2 {
            return "refused".to_owned();
        }
        if alleles.iter().all(Option::is_some) {
            an += alleles.len();
            for allele in alleles.into_iter().flatten().filter(|allele| *allele > 0) {
                acs[allele - 1] += 1;
            }
        }
    }
    let acs: Vec<String> = acs.iter().map(u64::to_string).collect();
    format!("{} / {an}", acs.join(","))
}

fn table(scratch: &Scratch) -> String {
    let vcf = scratch.write("situations.vcf", &vcf());
    let excluded = kohort(scratch, &vcf, UnknownSex::Exclude);
    let as_called = kohort(scratch, &vcf, UnknownSex::AsCalled);
    let (bcftools, plink2) = (bcftools(scratch, &vcf), plink2(scratch, &vcf));
    let mut table = "| situation | XX | XY | unknown | ALT | Kohort | of the seven samples | \
                     bcftools | plink2 | Hail |\n\
                     |---|---|---|---|---|---:|---|---:|---:|---:|\n"
        .to_owned();
    for (i, situation) in SITUATIONS.iter().enumerate() {
        let calls: Vec<&str> = situation.calls.split(' ').collect();
        let group = |from: usize, to: usize| calls[from..to].join(" ").replace('|', "\\|");
        let (counts, why) = &excluded[i];
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {counts} | {why} | {} | {} | {} |",
            situation.what,
            group(0, 3),
            group(3, 6),
            group(6, 7),
            situation.alternates.replace('*', "\\*").replace('<', "\\<"),
            bcftools[i],
            plink2[i],
            hail(situation),
        );
        if as_called[i].0 != *counts {
            let (counts, why) = &as_called[i];
            let _ = writeln!(table, "| … `as_called` | | | | | {counts} | {why} | | | |");
        }
    }
    table
}

const WRITE: &str = "KOHORT_WRITE_ORACLE_TABLE=1 cargo test --workspace --test oracle_table";
const BEGIN: &str = "<!-- table: begin -->\n";
const END: &str = "<!-- table: end -->\n";

#[test]
fn the_published_table_is_what_a_run_gives() {
    let (Some(bcftools), Some(plink2)) = (version("bcftools"), version("plink2")) else {
        return;
    };
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/oracle.md"));
    let page = std::fs::read_to_string(path).unwrap();
    for found in [bcftools, plink2] {
        let number: Vec<&str> = found.split(' ').take(2).collect();
        let number = number.join(" ");
        assert!(
            page.contains(&format!("`{number}`")),
            "docs/oracle.md has the figures of another version than `{number}`; name that version \
             under \"Versions\", and write its figures with\n{WRITE}"
        );
    }
    let scratch = Scratch::new("oracle-table");
    let table = table(&scratch);
    let (head, rest) = page
        .split_once(BEGIN)
        .expect("docs/oracle.md has a place for the table");
    let (published, tail) = rest.split_once(END).expect("the table has an end");
    if std::env::var_os("KOHORT_WRITE_ORACLE_TABLE").is_some() {
        std::fs::write(path, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
        return;
    }
    assert!(
        published == table,
        "docs/oracle.md is stale; expected\n{table}\n\
         {WRITE}\nwrites it",
    );
}
