//! Ranking: which passages of a project answer a question, how sure that is, and which sentences say it.
//!
//! Pure: no I/O, no waiting, no clock. Everything comes in as arguments; an [`Index`] is derived from the store and
//! can be thrown away at any moment. `question → tokens → repairs → BM25 ∥ vector scan → blend → confidence`.

pub mod eval;

mod confidence;
mod context;
mod cues;
mod extract;
mod fuse;
mod ground;
mod index;
mod language;
mod lexical;
mod question;
mod sentences;
mod spelling;
mod tokens;
mod vectors;
mod vocabulary;

pub use confidence::{Signals, confidence};
pub use context::{follow_up, standalone};
pub use extract::{Embed, Extract, Material, Passage, Quote, extract};
pub use fuse::lexical_weight;
pub use ground::{Grounding, ground};
pub use index::{ChunkText, Found, Hit, Index, Query, embedding_text};
pub use language::Language;
pub use question::Terms;
pub use tokens::{Token, fold, tokens};
pub use vectors::Vector;
