//! Who asks the program to end? A person with Ctrl-C, or the system.

/// A signal that asks the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// `kill`, a scheduler, a container that stops.
    Terminate,
    /// The terminal went away.
    Hangup,
}

impl Signal {
    /// Its number in POSIX.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }

    /// What it did to the program, in a word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hangup | Self::Interrupt => "interrupted",
            Self::Terminate => "terminated",
        }
    }
}

/// Waits until somebody asks the program to end.
#[cfg(unix)]
pub(crate) async fn asked_to_end() -> Signal {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = |kind: SignalKind| async move {
        match signal(kind) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            // It keeps its default then, which ends the program.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = heard(SignalKind::interrupt()) => Signal::Interrupt,
        () = heard(SignalKind::terminate()) => Signal::Terminate,
        () = heard(SignalKind::hangup()) => Signal::Hangup,
    }
}

/// Waits until somebody asks the program to end.
#[cfg(not(unix))]
pub(crate) async fn asked_to_end() -> Signal {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    Signal::Interrupt
}

/// Ends the program at a signal that is no Ctrl-C, also while it waits for a line to be typed:
/// there is nothing to clean up then.
#[expect(clippy::exit, reason = "reading a line cannot be cancelled")]
pub(crate) fn end_while_reading() {
    tokio::spawn(async {
        loop {
            let signal = asked_to_end().await;
            if signal != Signal::Interrupt {
                std::process::exit(i32::from(128 + signal.number()));
            }
        }
    });
}
