//! PLACE botplot-ingest
