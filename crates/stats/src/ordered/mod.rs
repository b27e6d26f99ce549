//! Does a measure rise or fall along an order, such as income?
