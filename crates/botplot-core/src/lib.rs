//! PLACE botplot-core
