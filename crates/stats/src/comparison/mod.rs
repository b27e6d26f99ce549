//! How much more, or more often, does one group get than another?
