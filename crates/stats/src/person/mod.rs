//! How unequally is something spread over people?
