//! How far is it? A bar on a terminal, a line every ten seconds elsewhere, both from one thread
//! that reads counters; the workers only store numbers.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kohort_ingest::{Progress, Stage};

use crate::error::warn_line;
use crate::human;

/// How often a bar is drawn.
const BAR_INTERVAL: Duration = Duration::from_millis(200);
/// How often a line is printed where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// A total that is not known.
const UNKNOWN: u64 = u64::MAX;

/// The counters that an ingest or export fills.
pub(crate) struct Counters {
    total_bytes: AtomicU64,
    bytes_read: AtomicU64,
    variants: AtomicU64,
    is_committing: AtomicBool,
    /// What is counted.
    noun: &'static str,
    bar: Option<ProgressBar>,
}

/// Shows progress until it is dropped.
pub(crate) struct Shown {
    counters: Arc<Counters>,
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Shown {
    /// Starts showing variants.
    pub(crate) fn start() -> Self {
        Self::counting("variants")
    }

    /// Starts showing how many of something are done.
    pub(crate) fn counting(noun: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {binary_bytes} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let counters = Arc::new(Counters {
            total_bytes: AtomicU64::new(UNKNOWN),
            bytes_read: AtomicU64::new(0),
            variants: AtomicU64::new(0),
            is_committing: AtomicBool::new(false),
            noun,
            bar,
        });
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let thread = {
            let (counters, stop) = (Arc::clone(&counters), Arc::clone(&stop));
            std::thread::Builder::new()
                .name("progress".into())
                .spawn(move || counters.show(&stop))
        };
        Self {
            counters,
            stop,
            thread: thread.ok(),
        }
    }

    /// What an ingest reports to.
    pub(crate) fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Some(bar) = &self.counters.bar {
            bar.finish_and_clear();
        }
    }
}

impl Counters {
    fn show(&self, stop: &(Mutex<bool>, Condvar)) {
        let started = Instant::now();
        let interval = if self.bar.is_some() {
            BAR_INTERVAL
        } else {
            LINE_INTERVAL
        };
        let mut stopped = stop.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*stopped {
            let waited = stop.1.wait_timeout(stopped, interval);
            stopped = waited.unwrap_or_else(PoisonError::into_inner).0;
            if *stopped {
                return;
            }
            match &self.bar {
                Some(bar) => self.draw(bar, started.elapsed()),
                None => warn_line(&self.line(started.elapsed())),
            }
        }
    }

    fn draw(&self, bar: &ProgressBar, elapsed: Duration) {
        let total = self.total_bytes.load(Ordering::Relaxed);
        if total != UNKNOWN && bar.length().is_none() {
            bar.set_length(total);
            let template = "{spinner} [{wide_bar}] {binary_bytes} of {binary_total_bytes}, {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
        }
        bar.set_position(self.bytes_read.load(Ordering::Relaxed));
        bar.set_message(self.speed(elapsed));
        bar.tick();
    }

    fn line(&self, elapsed: Duration) -> String {
        let read = self.bytes_read.load(Ordering::Relaxed);
        let total = self.total_bytes.load(Ordering::Relaxed);
        let speed = self.speed(elapsed);
        if total == UNKNOWN || total == 0 {
            return format!("{} read, {speed}", human::bytes(read));
        }
        let percent = read.min(total) * 100 / total;
        format!("{percent} % of {}, {speed}", human::bytes(total))
    }

    /// `1,234 variants, 567 variants/s, 12 s left`.
    fn speed(&self, elapsed: Duration) -> String {
        if self.is_committing.load(Ordering::Relaxed) {
            return "committing".to_owned();
        }
        let variants = self.variants.load(Ordering::Relaxed);
        let milliseconds = u64::try_from(elapsed.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let rate = variants.saturating_mul(1000) / milliseconds;
        let mut text = format!(
            "{} {noun}, {} {noun}/s",
            human::count(variants),
            human::count(rate),
            noun = self.noun,
        );
        let read = self.bytes_read.load(Ordering::Relaxed);
        let total = self.total_bytes.load(Ordering::Relaxed);
        if total != UNKNOWN && read > 0 && read < total {
            let left = u128::from(total - read) * elapsed.as_millis() / u128::from(read);
            let left = Duration::from_secs(u64::try_from(left / 1000).unwrap_or(0));
            text.push_str(&format!(", {} left", clock(left)));
        }
        text
    }
}

/// `12 s`, `3 min 05 s`.
fn clock(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        _ => human::duration(time),
    }
}

impl Progress for Counters {
    fn total_bytes(&self, total: Option<u64>) {
        self.total_bytes
            .store(total.unwrap_or(UNKNOWN), Ordering::Relaxed);
    }

    fn bytes_read(&self, bytes: u64) {
        self.bytes_read.store(bytes, Ordering::Relaxed);
    }

    fn variants(&self, variants: u64) {
        self.variants.store(variants, Ordering::Relaxed);
    }

    fn stage(&self, stage: Stage) {
        self.is_committing
            .store(stage == Stage::Committing, Ordering::Relaxed);
    }

    fn warning(&self, message: &str) {
        let line = format!("warning: {message}");
        match &self.bar {
            Some(bar) => bar.suspend(|| warn_line(&line)),
            None => warn_line(&line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_says_how_far_how_fast_and_how_long() {
        let shown = Shown::start();
        let counters = shown.counters();
        counters.total_bytes(Some(4 << 20));
        counters.bytes_read(1 << 20);
        counters.variants(5000);
        let line = counters.line(Duration::from_secs(10));
        assert_eq!(
            line,
            "25 % of 4.0 MiB, 5,000 variants, 500 variants/s, 30 s left"
        );
        counters.total_bytes(None);
        let line = counters.line(Duration::from_secs(10));
        assert_eq!(line, "1.0 MiB read, 5,000 variants, 500 variants/s");
    }
}
