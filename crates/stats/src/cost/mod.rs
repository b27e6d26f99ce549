//! What does an outcome cost, and what does one more of them cost?
