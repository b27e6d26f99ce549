//! Printing a page as PDF with the browser of this machine, without a window.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The variable that names the browser.
const VARIABLE: &str = "KOHORT_BROWSER";
/// What browsers that can print without a window are called.
const NAMES: [&str; 8] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chrome-headless-shell",
    "headless_shell",
    "microsoft-edge",
];
/// Where macOS keeps them.
const APPLICATIONS: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];
/// How long a page may take to print.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How often it is looked whether the page is printed.
const PAUSE: Duration = Duration::from_millis(100);

/// A browser that can print, where there is one.
pub(super) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return (!named.is_empty()).then(|| PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let on_path = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    on_path
        .chain(APPLICATIONS.iter().map(PathBuf::from))
        .find(|file| file.is_file())
}

/// Prints a page into a file.
///
/// # Errors
/// In words: the browser does not run, does not end, or makes no PDF.
pub(super) fn print(program: &Path, page: &str, pdf: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    let place = tempfile::tempdir().map_err(told)?;
    let html = place.path().join("report.html");
    std::fs::write(&html, page).map_err(told)?;
    let made = place.path().join("report.pdf");
    let heard = place.path().join("stderr");
    let mut child = Command::new(program)
        .args([
            "--headless",
            "--disable-gpu",
            "--disable-extensions",
            "--no-first-run",
        ])
        .args([
            "--no-pdf-header-footer",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
        ])
        .arg(format!(
            "--user-data-dir={}",
            place.path().join("profile").display()
        ))
        .arg(format!("--print-to-pdf={}", made.display()))
        .args(is_root().then_some("--no-sandbox"))
        .arg(format!("file://{}", html.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&heard).map_err(told)?)
        .spawn()
        .map_err(told)?;
    let status = wait(&mut child)?;
    let is_pdf = std::fs::read(&made).is_ok_and(|bytes| bytes.starts_with(b"%PDF"));
    if !status.success() || !is_pdf {
        let said = std::fs::read(&heard).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let last = said
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("no PDF");
        return Err(format!("{status}: {last}"));
    }
    std::fs::copy(&made, pdf).map(|_| ()).map_err(told)
}

/// Waits for the browser; one that does not end is stopped.
fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if started.elapsed() < TIME_LIMIT => std::thread::sleep(PAUSE),
            Ok(None) => {
                // It has had its time; whether it could be stopped changes nothing here.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("did not end within {} s", TIME_LIMIT.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Whether this process runs as root, where Chromium's sandbox refuses to start.
#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}
