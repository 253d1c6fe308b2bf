//! PLACE botplot-testkit
