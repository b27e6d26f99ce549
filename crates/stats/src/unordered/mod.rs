//! How far apart are groups that have no order, such as regions?
