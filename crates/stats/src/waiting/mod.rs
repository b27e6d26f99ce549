//! How long do people wait, when some still wait?
