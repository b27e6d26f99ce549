//! How much would change if everyone had what the best-off have?
