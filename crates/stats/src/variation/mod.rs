//! How much do small areas differ beyond chance?
