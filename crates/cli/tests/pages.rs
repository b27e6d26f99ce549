//! The pages of reports in a browser, where there is one: nothing is wider than the page, on a
//! desktop, a phone and paper, and no two labels of a figure lie on each other.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use support::Place;

/// A browser that runs without a window.
fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("KOHORT_BROWSER") {
        return (!named.is_empty()).then(|| PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let files = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

/// Looks at a page in a frame of a width, and lists what is wrong.
const LOOK: &str = r#"
const frame = document.getElementById('frame');
frame.onload = () => {
  const doc = frame.contentDocument, wide = doc.documentElement.clientWidth, wrong = [];
  const seen = e => { const s = frame.contentWindow.getComputedStyle(e);
    return s.display !== 'none' && s.visibility !== 'hidden'; };
  if (doc.documentElement.scrollWidth > wide + 1)
    wrong.push('the page is ' + doc.documentElement.scrollWidth + ' wide, of ' + wide);
  for (const e of doc.body.querySelectorAll('*')) {
    if (e.closest('.skip, .unseen, svg, pre') || !seen(e)) continue;
    const name = e.tagName + ' ' + (e.id || e.className) + ' ' + e.textContent.slice(0, 30);
    const box = e.getBoundingClientRect();
    if (box.width > 0 && (box.right > wide + 1 || box.left < -1))
      wrong.push('beyond the page: ' + name);
    if (getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1)
      wrong.push('clipped: ' + name);
  }
  let labels = 0;
  for (const svg of doc.querySelectorAll('figure svg')) {
    const edge = svg.getBoundingClientRect(), zoom = edge.width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll('text')]
      .map(t => [t.textContent, t.getBoundingClientRect()]);
    labels += texts.length;
    const name = svg.parentElement.id, slack = 1.5 * zoom;
    texts.forEach(([text, a], i) => {
      if (a.right > edge.right + slack || a.left < edge.left - slack
          || a.bottom > edge.bottom + 3 * zoom || a.top < edge.top - slack)
        wrong.push(name + ': outside: ' + text);
      // The box of a text is taller than its letters.
      const thin = r => [r.left + slack, r.right - slack, r.top + 3 * zoom, r.bottom - 3 * zoom];
      const [al, ar, at, ab] = thin(a);
      for (const [other, b] of texts.slice(i + 1)) {
        const [bl, br, bt, bb] = thin(b);
        if (al < br && bl < ar && at < bb && bt < ab)
          wrong.push(name + ': ' + text + ' lies on ' + other);
      }
    });
  }
  document.getElementById('told').textContent =
    'labels ' + labels + '\n' + wrong.join('\n') + '\nend';
};
frame.srcdoc = PAGE;
"#;

/// What is wrong with a page in a frame of a width.
fn look(program: &PathBuf, page: &str, width: u32) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    let html = place.path().join("look.html");
    // A text of JavaScript in which no script can end.
    let json = serde_json::to_string(page).unwrap().replace("</", "<\\/");
    let script = LOOK.replace("PAGE", &json);
    let outer = format!(
        "<!doctype html><meta charset=\"utf-8\"><iframe id=\"frame\" \
         style=\"width:{width}px;height:900px;border:0\"></iframe><pre id=\"told\"></pre>\
         <script>{script}</script>"
    );
    std::fs::write(&html, outer).unwrap();
    let output = Command::new(program)
        .args([
            "--headless",
            "--disable-gpu",
            "--no-sandbox",
            "--no-first-run",
        ])
        .args([
            "--disable-extensions",
            "--disable-dev-shm-usage",
            "--disable-quic",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!(
            "--user-data-dir={}",
            place.path().join("profile").display()
        ))
        .args([
            "--window-size=1600,1000",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!("file://{}", html.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = dom.split("<pre id=\"told\">").nth(1).unwrap_or_default();
    let told = told.split("</pre>").next().unwrap();
    assert!(told.contains("end"), "the browser did not look: {dom:.400}");
    assert!(!told.starts_with("labels 0"), "no figure was looked at");
    told.lines()
        .skip(1)
        .filter(|line| !line.is_empty() && *line != "end")
        .map(str::to_owned)
        .collect()
}

/// The page with the styles of paper.
fn on_paper(page: &str) -> String {
    let page = page.replace("@media screen", "@media not all");
    let page = page.replace("@media print", "@media all");
    page.replace("<details", "<details open")
}

/// The width of the text on A4 between margins of 14 mm, in CSS pixels.
const PAPER: u32 = 688;

#[test]
fn pages_fit_a_desktop_a_phone_and_paper_and_labels_stand_apart() {
    let Some(program) = browser() else {
        kohort_workbench::skip("pages in a browser", "no Chromium or Chrome was found");
        return;
    };
    let place = Place::new();
    let simulate = [
        "simulate", "national", "--people", "20000", "--out", "register",
    ];
    place.run(&simulate).ok();
    for table in [
        "people",
        "referrals",
        "tests",
        "diagnoses",
        "study",
        "population",
    ] {
        let file = format!("register/{table}/part-00000.parquet");
        place.run(&["load", table, &file, "--lake", "lake"]).ok();
    }
    let mut wrong = Vec::new();
    for (name, language, more) in [
        ("national-follow-up", "sv", vec![]),
        ("national-follow-up", "en", vec![]),
        ("region", "sv", vec!["--set", "region=14"]),
        (
            "region",
            "en",
            vec!["--set", "region=09", "--set", "year=2019"],
        ),
        ("clinical-study", "sv", vec![]),
        ("clinical-study", "en", vec![]),
    ] {
        let out = format!("{name}-{language}");
        let mut arguments = vec![
            "report", name, "--lake", "lake", "--no-pdf", "--lang", language,
        ];
        arguments.extend(["--out", &out]);
        arguments.extend(more);
        place.run(&arguments).ok();
        let page = std::fs::read_to_string(place.path(&out).join("report.html")).unwrap();
        let path = place.folder.path().to_string_lossy().into_owned();
        assert!(!page.contains("{{") && !page.contains(&path), "{out}");
        for (what, page, width) in [
            ("desktop", page.clone(), 1280),
            ("phone", page.clone(), 390),
            ("paper", on_paper(&page), PAPER),
        ] {
            let found = look(&program, &page, width);
            wrong.extend(
                found
                    .into_iter()
                    .map(|line| format!("{out}, {what}: {line}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
