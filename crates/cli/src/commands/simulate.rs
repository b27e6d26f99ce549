//! `kohort simulate`: synthetic data, for trying things out where nobody is at risk.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kohort_synthetic::{DEFAULT_PEOPLE, Planted, Simulation, SimulationProgress, Switch};

use crate::commands::apart;
use crate::error::{Failure, Result, warn_line};
use crate::human::{count, counted, duration};
use crate::signals::asked_to_end;

/// How often a line is printed where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Commands that make synthetic data.
#[derive(Debug, Args)]
pub(crate) struct SimulateCommand {
    /// What to make
    #[command(subcommand)]
    command: Simulate,
}

/// What can be made.
#[derive(Debug, Subcommand)]
enum Simulate {
    /// Generate a national register: people, referrals, tests, diagnoses and a study, 2016 to 2025
    National(NationalArgs),
}

impl SimulateCommand {
    /// The threads asked for.
    pub(crate) fn threads(&self) -> Option<NonZeroUsize> {
        let Simulate::National(args) = &self.command;
        args.threads
    }
}

/// Options of `kohort simulate national`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nobody in it is real. Regions have the people by sex and age that Statistics Sweden counted at the
end of 2015; all else is drawn from the seed, the same on any machine and any number of threads.

Written are Parquet files in one folder per table: people, referrals, tests, diagnoses, study, and
population (people on 1 July of each year, which rates are divided by). What is planted is written
as planted.ndjson. Inequalities that can be planted:
  region_test_rate   regions 23, 25 and 03 refer 0.60, 0.75 and 1.40 times as many as need says
  sex_gap            regions 10 and 21 refer 0.70 times as many women
  income_gradient    0.75 times as many of the lowest income to 1.25 of the highest, given need
  need_by_income     1.40 times the need in the lowest income to 0.60 in the highest
  long_waits         tests take 1.80 times as long in regions 18 and 22
  cost_outlier       tests cost 1.50 times as much in region 07
  study_loss         region 12 loses 4 in 10 men between inclusion and sampling

Examples:
  kohort simulate national --out register
  kohort simulate national --people 200000 --seed 7 --planted sex_gap,long_waits --out small
  kohort simulate national --people 1000000 --planted none --out equal
")]
struct NationalArgs {
    /// Number of people [default: the population of Sweden at the end of 2019]
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PEOPLE, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    people: u64,
    /// Random seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Inequalities to plant: all, none, or comma-separated names
    #[arg(long, value_name = "NAMES", default_value = "all", value_parser = planted)]
    planted: Planted,
    /// Output folder: new, or empty
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

fn planted(text: &str) -> Result<Planted, String> {
    Planted::parse(text).map_err(|error| error.to_string())
}

/// Runs the command.
pub(crate) async fn run(command: SimulateCommand) -> Result {
    let Simulate::National(args) = command.command;
    let simulation = Simulation {
        people: args.people,
        seed: args.seed,
        planted: args.planted,
        threads: args.threads,
        ..Simulation::default()
    };
    let planted = names(&simulation.planted);
    let started = Instant::now();
    let shown = Arc::new(Shown::start(args.people));
    let (progress, folder) = (Arc::clone(&shown), args.out.clone());
    let work = apart(move || async move { Ok(simulation.write(&folder, progress.as_ref())?) });
    let result = tokio::select! {
        done = work => done,
        signal = asked_to_end() => {
            shown.stop();
            Err(Failure::Interrupted("the folder holds a part of the register", signal))
        }
    };
    shown.finish();
    let summary = result?;
    warn_line(&format!(
        "synthetic: {}, {}, {}, {} and {} of the study in `{}` in {}",
        counted_people(summary.people),
        counted(summary.referrals, "referral"),
        counted(summary.tests, "test"),
        match summary.diagnoses {
            1 => "1 diagnosis".to_owned(),
            n => format!("{} diagnoses", count(n)),
        },
        counted_people(summary.study),
        args.out.display(),
        duration(started.elapsed())
    ));
    warn_line(&format!("planted: {planted}"));
    Ok(())
}

/// `1 person`, `2 people`.
fn counted_people(n: u64) -> String {
    match n {
        1 => "1 person".to_owned(),
        n => format!("{} people", count(n)),
    }
}

/// What is planted, by name.
fn names(planted: &Planted) -> String {
    let all = Switch::ALL.into_iter();
    let names: Vec<&str> = all
        .filter(|switch| planted.has(*switch))
        .map(Switch::as_str)
        .collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    }
}

/// How far it is: a bar on a terminal, a line every ten seconds elsewhere.
struct Shown {
    total: u64,
    done: AtomicU64,
    is_stopped: AtomicBool,
    bar: Option<ProgressBar>,
    last_line: Mutex<Instant>,
}

impl Shown {
    fn start(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = "{spinner} [{wide_bar}] {human_pos} of {human_len} people, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self {
            total,
            done: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
            bar,
            last_line: Mutex::new(Instant::now()),
        }
    }

    fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl SimulationProgress for Shown {
    fn people(&self, people: u64) {
        let done = self.done.fetch_add(people, Ordering::Relaxed) + people;
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            return;
        }
        let mut last = self
            .last_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LINE_INTERVAL {
            *last = Instant::now();
            let percent = done * 100 / self.total.max(1);
            warn_line(&format!("{percent} % of {} people", count(self.total)));
        }
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}
