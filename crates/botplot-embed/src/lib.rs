//! PLACE botplot-embed
