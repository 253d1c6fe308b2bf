//! Stand-ins for the world around BotPlot, for tests and benchmarks only: a language model that follows a script.

pub mod fake_llm;
