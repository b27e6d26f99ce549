//! How often would it happen if the groups were equally old?
