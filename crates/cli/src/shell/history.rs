//! Where are statements remembered? In `$XDG_STATE_HOME/kohort/history`, else under
//! `~/.local/state`. A history that cannot be read or written is no reason to fail.

use std::path::PathBuf;

use rustyline::Editor;
use rustyline::history::FileHistory;

use super::completion::SqlHelper;

fn path() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let state = variable("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".local/state")))?;
    Some(state.join("kohort/history"))
}

/// Reads what was typed before.
pub(super) fn load(editor: &mut Editor<SqlHelper, FileHistory>) {
    if let Some(path) = path() {
        let _ = editor.load_history(&path);
    }
}

/// Adds what was typed now.
pub(super) fn save(editor: &mut Editor<SqlHelper, FileHistory>) {
    let Some(path) = path() else { return };
    if let Some(folder) = path.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    if let Err(error) = editor.append_history(&path) {
        tracing::warn!("cannot write the history: {error}");
    }
}
