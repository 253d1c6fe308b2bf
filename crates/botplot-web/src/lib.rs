//! PLACE botplot-web
