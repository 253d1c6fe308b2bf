//! PLACE botplot-llm
