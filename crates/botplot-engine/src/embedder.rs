//! Text to vectors on threads of their own, so that a question's vector never waits for indexing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use botplot_embed::Encoder;
use tokio::sync::oneshot;

struct Work {
    text: String,
    done: oneshot::Sender<Vec<f32>>,
}

/// Questions in flight; indexing pauses between two chunks while there are any.
#[derive(Default)]
struct Gate {
    questions: AtomicUsize,
    lock: Mutex<()>,
    none_left: Condvar,
}

impl Gate {
    fn leave(&self) {
        if self.questions.fetch_sub(1, Ordering::SeqCst) == 1 {
            let _lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.none_left.notify_all();
        }
    }

    fn wait_until_free(&self) {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.questions.load(Ordering::SeqCst) > 0 {
            lock = self.none_left.wait(lock).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The built-in embedding model behind two queues: one for questions, one for knowledge.
pub struct Embedder {
    encoder: Arc<OnceLock<Encoder>>,
    questions: Sender<Work>,
    chunks: Sender<Work>,
    gate: Arc<Gate>,
}

impl Embedder {
    /// Starts the threads: one per processor for questions, `indexing` (0: the same) for knowledge.
    pub fn start(indexing: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let indexing = if indexing == 0 { processors } else { indexing };
        let (encoder, gate) = (Arc::new(OnceLock::new()), Arc::new(Gate::default()));
        let (questions, asked) = channel();
        let (chunks, read) = channel();
        let (asked, read) = (Arc::new(Mutex::new(asked)), Arc::new(Mutex::new(read)));
        for _ in 0..processors {
            let (encoder, gate, queue) = (encoder.clone(), gate.clone(), asked.clone());
            run("embed-question", move || answer(&encoder, &queue, || (), || gate.leave()));
        }
        for _ in 0..indexing {
            let (encoder, gate, queue) = (encoder.clone(), gate.clone(), read.clone());
            run("embed-chunk", move || answer(&encoder, &queue, || gate.wait_until_free(), || ()));
        }
        Self { encoder, questions, chunks, gate }
    }

    /// The unit vector of a question; goes ahead of all indexing.
    pub async fn question(&self, text: &str) -> Vec<f32> {
        self.gate.questions.fetch_add(1, Ordering::SeqCst);
        submit(&self.questions, text.to_owned()).await
    }

    /// The unit vectors of pieces of knowledge, in their order.
    pub async fn chunks(&self, texts: Vec<String>) -> Vec<Vec<f32>> {
        let waiting: Vec<_> = texts.into_iter().map(|text| submit(&self.chunks, text)).collect();
        futures_util::future::join_all(waiting).await
    }

    /// Word pieces of `text` as the model counts them.
    pub fn count_pieces(&self, text: &str) -> usize {
        self.encoder().count_pieces(text)
    }

    /// True when the model knows `word` whole, so that it is hardly a misspelling.
    pub fn is_word(&self, word: &str) -> bool {
        self.encoder().is_word(word)
    }

    /// The model itself, for callers that are on a thread of their own.
    pub fn encoder(&self) -> &Encoder {
        self.encoder.get_or_init(Encoder::load)
    }
}

fn run(name: &str, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .expect("a system that cannot start a thread at start-up cannot run a server");
}

fn answer(encoder: &OnceLock<Encoder>, queue: &Mutex<Receiver<Work>>, before: impl Fn(), after: impl Fn()) {
    let encoder = encoder.get_or_init(Encoder::load);
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        before();
        // A caller that has left does not read the result; nothing to do about it.
        let _ = work.done.send(encoder.embed(&work.text));
        after();
    }
}

fn submit(queue: &Sender<Work>, text: String) -> impl Future<Output = Vec<f32>> + use<> {
    let (done, result) = oneshot::channel();
    queue.send(Work { text, done }).expect("the embedding threads live as long as their queue");
    async move { result.await.expect("an embedding thread answers all that it took") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_is_answered_while_indexing_has_a_long_queue() {
        let embedder = Arc::new(Embedder::start(1));
        let long = "the quick brown fox jumps over the lazy dog ".repeat(20);
        let (indexer, texts) = (embedder.clone(), vec![long; 200]);
        let indexing = tokio::task::spawn_blocking(move || {
            futures_util::future::FutureExt::now_or_never(indexer.chunks(texts))
        });
        let vector = embedder.question("how do I return an item").await;
        assert_eq!(vector.len(), botplot_embed::DIMENSIONS);
        assert!(indexing.await.unwrap().is_none(), "two hundred chunks were ready before one question");
    }

    #[tokio::test]
    async fn chunks_come_back_in_their_order() {
        let embedder = Embedder::start(2);
        let texts = ["return an item", "opening hours", "shipping costs"];
        let vectors = embedder.chunks(texts.iter().map(|t| (*t).to_owned()).collect()).await;
        for (text, vector) in texts.iter().zip(&vectors) {
            assert_eq!(vector, &embedder.encoder().embed(text));
        }
    }
}
