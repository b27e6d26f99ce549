//! Runs the binary, and makes small lakes for it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Three people, two women and a man, on an autosome and on X beyond PAR1 (GRCh38).
pub(crate) const VCF: &str = "\
##fileformat=VCFv4.3
##contig=<ID=chr17,length=83257441>
##contig=<ID=chrX,length=156040895>
##FILTER=<ID=PASS,Description=\"All filters passed\">
##INFO=<ID=DB,Number=0,Type=Flag,Description=\"Known\">
##INFO=<ID=EFF,Number=A,Type=String,Description=\"Effect\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tada\tbea\tcarl
chr17\t43045700\trs1\tA\tG\t50\tPASS\tDB;EFF=missense\tGT:GQ\t0/1:40\t0/0:40\t1/1:40
chr17\t43045800\t.\tC\tT,CA\t.\tPASS\tEFF=stop,frame\tGT:GQ\t1/2:40\t./.:.\t0/0:9
chr17\t43999999\t.\tG\tA\t.\tPASS\t.\tGT:GQ\t0/0:40\t0/0:40\t0/0:40
chrX\t5000000\t.\tT\tC\t.\tPASS\t.\tGT:GQ\t0/1:40\t1/1:40\t1:40
";

/// Who they are.
pub(crate) const PEOPLE: &str = "\
sample_id\tsex_karyotype\tregion\tbirth_year
ada\tXX\tRegion Skåne\t1950
bea\tXX\tRegion Gotland\t1980
carl\tXY\tRegion Skåne\t1960
";

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// Standard output of a run that went well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "stderr: {}", self.stderr);
        self.text()
    }

    /// Standard error of a run that went wrong, with its exit code.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(
            self.code,
            code,
            "stdout: {}\nstderr: {}",
            self.text(),
            self.stderr
        );
        assert!(
            self.stderr.starts_with("error: "),
            "stderr: {}",
            self.stderr
        );
        self.stderr
    }
}

/// The binary, in a clean environment.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kohort"));
    command
        .args(arguments)
        .env_remove("KOHORT_LAKE")
        .env_remove("RUST_LOG")
        .env_remove("KOHORT_PSEUDONYM_KEY")
        .stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    finish(command(arguments))
}

pub(crate) fn finish(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with the small VCF, the people, and maybe a lake.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cohort.vcf"), VCF).unwrap();
        std::fs::write(folder.path().join("people.tsv"), PEOPLE).unwrap();
        Self { folder }
    }

    /// With the VCF in the lake as callset `pilot`.
    pub(crate) fn with_lake() -> Self {
        let place = Self::new();
        place.ingest(&[]).ok();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn lake(&self) -> String {
        self.path("lake").to_string_lossy().into_owned()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = command(arguments);
        command.current_dir(self.folder.path());
        finish(command)
    }

    pub(crate) fn ingest(&self, more: &[&str]) -> Ran {
        let mut arguments = vec![
            "ingest",
            "cohort.vcf",
            "--lake",
            "lake",
            "--callset",
            "pilot",
        ];
        arguments.extend(["--samples", "people.tsv"]);
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Runs SQL on the lake, with more options.
    pub(crate) fn sql(&self, sql: &str, more: &[&str]) -> Ran {
        let mut arguments = vec!["sql", "--lake", "lake", "-c", sql];
        arguments.extend(more);
        self.run(&arguments)
    }
}

/// Names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
