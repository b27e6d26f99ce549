//! Puts the reports of `sql/reports` into the binary, each folder with its files, and what their
//! counts are withheld by, `sql/withholding`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../sql/reports");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("pub(crate) const SHIPPED: &[(&str, &[(&str, &str)])] = &[\n");
    for folder in sorted(&root)? {
        if !folder.join("report.toml").is_file() {
            continue;
        }
        let _ = writeln!(code, "    ({:?}, &[", name(&folder));
        for file in sorted(&folder)? {
            println!("cargo::rerun-if-changed={}", file.display());
            let path = fs::canonicalize(&file)?;
            let _ = writeln!(code, "        ({:?}, include_str!({path:?})),", name(&file));
        }
        code.push_str("    ]),\n");
    }
    code.push_str("];\n");
    let out = variable("OUT_DIR")?;
    fs::write(Path::new(&out).join("shipped.rs"), code)?;
    fs::write(Path::new(&out).join("withholding.rs"), withholding()?)
}

fn withholding() -> io::Result<String> {
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../sql/withholding");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut code = String::from("pub(crate) const WITHHOLDING: &[(&str, &str)] = &[\n");
    for file in sorted(&folder)? {
        println!("cargo::rerun-if-changed={}", file.display());
        let path = fs::canonicalize(&file)?;
        let _ = writeln!(code, "    ({:?}, include_str!({path:?})),", name(&file));
    }
    code.push_str("];\n");
    Ok(code)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

/// The entries of a folder in the order of their names; none where there is no folder.
fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    let mut paths: Vec<PathBuf> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
