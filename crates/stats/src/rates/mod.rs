//! How often does something happen, and how sure is that?
