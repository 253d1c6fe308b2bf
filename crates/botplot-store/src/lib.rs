//! PLACE botplot-store
