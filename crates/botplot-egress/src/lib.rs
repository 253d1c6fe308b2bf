//! PLACE botplot-egress
