//! Text to vectors: the BERT `WordPiece` tokenizer and the all-MiniLM-L6-v2 encoder, its int8 weights compiled in.
//!
//! `text → pieces (tokenizer) → hidden rows (embedding) → six layers (attention, feed_forward) → mean → unit vector`.
//! One call runs on the thread that makes it and on no other. The arithmetic follows the CPU: AVX-512 with or
//! without VNNI, AVX2, NEON, or plain code.

mod attention;
mod chars;
mod encoder;
mod feed_forward;
mod linear;
mod rows;
mod tokenizer;
mod weights;

pub use encoder::Encoder;
pub use tokenizer::Tokenizer;

/// Numbers in a vector.
pub const DIMENSIONS: usize = 384;

/// Names the model that made a vector; vectors of different models cannot be compared.
pub const MODEL_ID: &str = "all-minilm-l6-v2-int8";

/// Word pieces of a text that count, the two marks at its ends included; what follows is cut off.
pub const MAX_PIECES: usize = 256;
