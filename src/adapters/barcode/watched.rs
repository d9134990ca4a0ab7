//! Work on a thread of its own, with a deadline. A thread cannot be stopped: those that overrun are counted and limited.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::time::Duration;

use super::BarcodeError;

/// Threads that overran their deadline and still run; above this nothing new is started.
const MAX_RUNAWAYS: usize = 4;

/// Dies with its thread.
type Alive = Arc<()>;

static RUNAWAYS: Mutex<Vec<Weak<()>>> = Mutex::new(Vec::new());

fn runaways() -> usize {
    let mut all = RUNAWAYS.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|thread| thread.strong_count() > 0);
    all.len()
}

fn given_up(thread: Weak<()>) {
    RUNAWAYS.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
}

/// Runs `work` once and turns a panic into an error.
pub(super) fn watched<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BarcodeError> {
    let mut work = Some(work);
    let once = move |(): ()| work.take().map(|work| work());
    Worker::start(once)?.ask((), deadline)?.ok_or(BarcodeError::ReaderFailed)
}

/// A thread that answers one question after the other.
#[derive(Debug)]
pub(super) struct Worker<Q, A> {
    questions: mpsc::SyncSender<Q>,
    answers: mpsc::Receiver<std::thread::Result<A>>,
    alive: Weak<()>,
}

impl<Q: Send + 'static, A: Send + 'static> Worker<Q, A> {
    /// Starts the thread; it ends when the worker is dropped, or after the answer it is at.
    pub fn start(mut answer: impl FnMut(Q) -> A + Send + 'static) -> Result<Self, BarcodeError> {
        if runaways() >= MAX_RUNAWAYS {
            return Err(BarcodeError::Stuck);
        }
        let (questions, asked) = mpsc::sync_channel::<Q>(1);
        let (answered, answers) = mpsc::sync_channel(1);
        let alive = Alive::new(());
        let weak = Arc::downgrade(&alive);
        let run = move || {
            let _alive = alive;
            for question in asked {
                let result = catch_unwind(AssertUnwindSafe(|| answer(question)));
                if answered.send(result).is_err() {
                    return; // given up: nobody waits any more
                }
            }
        };
        let thread = std::thread::Builder::new().name("barcode".into()).stack_size(4 << 20);
        thread.spawn(run).map_err(|_| BarcodeError::Stuck)?;
        Ok(Worker { questions, answers, alive: weak })
    }

    /// The answer. After an error the worker is to be dropped: a late answer would be taken for the next.
    pub fn ask(&self, question: Q, deadline: Duration) -> Result<A, BarcodeError> {
        self.questions.send(question).map_err(|_| BarcodeError::ReaderFailed)?;
        match self.answers.recv_timeout(deadline) {
            Ok(answer) => answer.map_err(|_| BarcodeError::ReaderFailed),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(BarcodeError::ReaderFailed),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                given_up(self.alive.clone());
                Err(BarcodeError::TooSlow)
            }
        }
    }
}
