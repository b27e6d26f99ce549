//! Which group does a value fall in, and which rank does a group have?
