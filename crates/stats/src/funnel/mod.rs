//! Is an area further from the target than chance takes it?
