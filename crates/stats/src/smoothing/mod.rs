//! What is left of a map when chance is taken out of it, and are neighbours alike?
