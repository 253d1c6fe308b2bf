//! PLACE botplot-engine
