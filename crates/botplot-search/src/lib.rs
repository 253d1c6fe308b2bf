//! PLACE botplot-search
