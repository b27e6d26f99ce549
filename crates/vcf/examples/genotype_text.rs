//! How many bytes of GT text per second does `parse_genotypes` read from cache?
//!
//! `cargo run --release -p kohort-vcf --example genotype_text`

use std::hint::black_box;
use std::time::Instant;

use kohort_genotype::SiteCalls;
use kohort_vcf::{FormatVisitor, Header, RecordView, parse_genotypes, parse_samples};

const SAMPLES: u32 = 2504;

struct Nothing;

impl FormatVisitor for Nothing {
    fn sample(
        &mut self,
        _sample: u32,
        _genotype: Option<&kohort_genotype::CallBuf>,
        fields: &[&[u8]],
    ) -> Result<(), kohort_vcf::Error> {
        black_box(fields);
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let samples: String = (0..SAMPLES).map(|i| format!("\ts{i}")).collect();
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let header = Header::parse(&format!("##fileformat=VCFv4.2\n{columns}{samples}\n"))?;
    let mut calls = SiteCalls::new();
    for (name, format, every, carrier, tail) in [
        ("hom-ref", "GT", u32::MAX, "", ""),
        ("1 carrier in 1000", "GT", 1000, "0|1", ""),
        ("1 carrier in 100", "GT", 100, "0|1", ""),
        ("1 carrier in 10", "GT", 10, "0|1", ""),
        ("1 carrier in 2", "GT", 2, "1|0", ""),
        ("1 missing in 50", "GT", 50, ".|.", ""),
        ("haploid in every 10th", "GT", 10, "0", ""),
        (
            "GT:DP:AD:PL",
            "GT:DP:AD:PL",
            20,
            "0|1",
            ":31:15,16:120,0,340",
        ),
    ] {
        let call = |i: u32| {
            if i % every == every - 1 {
                carrier
            } else {
                "0|0"
            }
        };
        let text: String = (0..SAMPLES)
            .map(|i| format!("\t{}{tail}", call(i)))
            .collect();
        let line = format!("20\t100\t.\tA\tC\t.\tPASS\t.\t{format}{text}").into_bytes();
        let rounds = 20_000;
        let start = Instant::now();
        for _ in 0..rounds {
            let view = RecordView::parse(black_box(&line), &header)?;
            if tail.is_empty() {
                parse_genotypes(&view, SAMPLES, &mut calls)?;
            } else {
                parse_samples(&view, SAMPLES, &mut calls, &mut Nothing)?;
            }
            black_box(&calls);
        }
        let bytes = f64::from(rounds) * line.len() as f64;
        println!(
            "{name:24} {:6.2} GB/s",
            bytes / 1e9 / start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
