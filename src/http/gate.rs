//! How much is answered at once. Every question passes here with its price, whatever door it came through: small ones
//! are answered where they are, large ones a few at a time on threads of their own, so that they never keep small ones
//! waiting. The large ones, with their answers still being sent, weigh no more than [`TOGETHER`], and the small
//! ones have room that no large one takes.

use std::io::Error;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{BatchResponse, Response, ServerError, Value, Variables};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

use super::graphql::Outcome;
use super::metrics::Metrics;
use crate::graphql::{Checked, Fault, MOST, Pieces, Pin, PlanSchema, Question, Refused, Session, response};

/// What large questions may weigh at a time, in the unit of costs.
const TOGETHER: u64 = 2 * MOST;
/// Costs are counted in steps of this.
const STEP: u64 = 10_000;
/// From this on a question is a large one.
const LARGE: u64 = 5_000;
/// Small questions that are answered and sent at a time.
const SMALL: usize = 256;
/// How long a question waits for room.
pub const WAIT: Duration = Duration::from_secs(2);
/// How long an answer may take, from when there is room for it.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// How long a client may take to receive an answer.
const SENDING: Duration = Duration::from_secs(60);
/// Subscriptions and sockets at a time.
const STREAMS: usize = 256;
/// Bytes of an answer that are handed on at a time.
const CHUNK: usize = 64 * 1024;

/// Lets in what there is room for; clones share the room.
#[derive(Clone)]
pub struct Gate {
    schema: PlanSchema,
    metrics: Arc<Metrics>,
    small: Arc<Semaphore>,
    room: Arc<Semaphore>,
    large: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// Room that an answer takes for as long as this is held.
pub type Room = OwnedSemaphorePermit;

/// An answer, ready to be sent.
pub struct Answered {
    /// How far it got.
    pub outcome: Outcome,
    /// What is wrong, where there is no data at all.
    pub errors: Vec<ServerError>,
    /// What is sent.
    pub parcel: Parcel,
}

/// Why a question was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No room.
    Busy,
    /// It took too long.
    Deadline,
}

impl Refusal {
    /// In words.
    pub fn fault(self) -> Fault {
        match self {
            Self::Busy => Fault::busy(),
            Self::Deadline => Fault::deadline(DEADLINE.as_secs()),
        }
    }
}

async fn wait(room: &Arc<Semaphore>, permits: u32, patience: Duration) -> Result<Room, Refusal> {
    let permit = tokio::time::timeout(patience, Arc::clone(room).acquire_many_owned(permits)).await;
    permit.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Busy)
}

impl Gate {
    /// A gate before a schema.
    pub fn new(schema: PlanSchema, metrics: Arc<Metrics>) -> Self {
        let steps = usize::try_from(TOGETHER / STEP).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            schema,
            metrics,
            small: Arc::new(Semaphore::new(SMALL)),
            room: Arc::new(Semaphore::new(steps)),
            large: Arc::new(Semaphore::new(
                std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(4)),
            )),
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    /// Room for a subscription or socket, for as long as the permit is held.
    pub fn stream(&self) -> Option<Room> {
        Arc::clone(&self.streams).try_acquire_owned().ok()
    }

    /// Reads and prices questions that are asked together.
    pub fn check(&self, session: &Session, questions: Vec<Result<Question, Fault>>) -> Vec<Result<Checked, Refused>> {
        let checked = session.check(questions);
        checked.iter().for_each(|one| self.note(one));
        checked
    }

    /// Prices a document that was read before. `budget` is what it may cost.
    fn check_parsed(&self, session: &Session, asked: Asked, budget: u64) -> Result<Checked, Refused> {
        let checked = session.check_parsed(asked.document, asked.operation, asked.variables, budget);
        self.note(&checked);
        checked
    }

    fn note(&self, checked: &Result<Checked, Refused>) {
        match checked {
            Ok(checked) => self.metrics.priced(checked.bill().estimated()),
            Err(refused) => self.metrics.refused(refused.code),
        }
    }

    /// Answers questions. The work ends when the future is dropped, as it is when the client leaves.
    ///
    /// # Errors
    /// [`Refusal`] when there is no room or it takes too long.
    pub async fn answer(
        &self,
        session: Session,
        checked: Vec<Result<Checked, Refused>>,
        batch: bool,
    ) -> Result<Answered, Refusal> {
        let cost: u64 = checked.iter().flatten().map(|one| one.bill().estimated()).sum();
        let name = checked.first().and_then(|one| one.as_ref().ok()).and_then(Checked::name).map(str::to_owned);
        let start = Instant::now();
        let schema = self.schema.clone();
        let work = async move {
            let mut answers = session.in_bytes().run(&schema, checked).await;
            let answers = if batch {
                BatchResponse::Batch(answers)
            } else {
                BatchResponse::Single(answers.pop().unwrap_or_default())
            };
            let errors = match &answers {
                BatchResponse::Single(one) if one.data == Value::Null => one.errors.clone(),
                _ => Vec::new(),
            };
            (Outcome::of(&answers), errors, response::to_json(&answers))
        };
        let ((outcome, errors, json), room) = self.within(cost, WAIT, work).await?;
        self.metrics.answered(name.as_deref(), outcome, start.elapsed());
        Ok(Answered { outcome, errors, parcel: Parcel::new(json, Some(room)) })
    }

    /// Answers one document that was read before, in one of its pages. It waits for room for as long as `patience`.
    ///
    /// # Errors
    /// [`Refusal`] when there is no room or it takes too long.
    pub async fn ask(
        &self,
        pin: &Pin,
        asked: Asked,
        budget: u64,
        patience: Duration,
    ) -> Result<(Response, Room), Refusal> {
        let session = pin.session();
        let checked = self.check_parsed(&session, asked, budget);
        let cost = checked.as_ref().map_or(0, |one| one.bill().estimated());
        let schema = self.schema.clone();
        let work = async move { session.run(&schema, vec![checked]).await.pop().unwrap_or_default() };
        self.within(cost, patience, work).await
    }

    /// Answers a document that was read before, as [`Gate::answer`] does.
    ///
    /// # Errors
    /// As [`Gate::answer`].
    pub async fn answer_parsed(&self, pin: &Pin, asked: Asked) -> Result<Answered, Refusal> {
        let session = pin.session();
        let checked = self.check_parsed(&session, asked, MOST);
        self.answer(session, vec![checked], false).await
    }

    /// Works where work of such a cost belongs, once there is room.
    async fn within<T: Send + 'static>(
        &self,
        cost: u64,
        patience: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<(T, Room), Refusal> {
        let outcome = if cost <= LARGE {
            let room = wait(&self.small, 1, patience).await?;
            tokio::time::timeout(DEADLINE, work).await.map_err(|_| Refusal::Deadline).map(|done| (done, room))
        } else {
            let steps = u32::try_from(cost.min(MOST).div_ceil(STEP)).unwrap_or(1);
            let room = wait(&self.room, steps, patience).await?;
            let turn = wait(&self.large, 1, patience).await?;
            apart(work, turn).await.map(|done| (done, room))
        };
        outcome.inspect_err(|refusal| self.metrics.refused(refusal.fault().code()))
    }
}

/// A document that was read before, with what belongs to it.
pub struct Asked {
    /// The document.
    pub document: ExecutableDocument,
    /// Which of its operations.
    pub operation: Option<String>,
    /// Variables.
    pub variables: Variables,
}

/// Carries work out on a thread of its own until it is done, the deadline passes, or nobody waits for it any more.
async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static, turn: Room) -> Result<T, Refusal> {
    let (waiting, left) = oneshot::channel::<()>();
    let runtime = tokio::runtime::Handle::current();
    let thread = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        runtime.block_on(async {
            tokio::select! {
                done = tokio::time::timeout(DEADLINE, work) => done.ok(),
                _ = left => None,
            }
        })
    });
    let done = thread.await;
    drop(waiting);
    done.ok().flatten().ok_or(Refusal::Deadline)
}

/// An answer on its way: handed on in chunks, and holding its room until the last one. A client that takes it drop by
/// drop is given up.
pub struct Parcel {
    json: Pieces,
    /// The piece that is handed on next, and what is left of the one before.
    next: usize,
    open: Bytes,
    /// Bytes left in all.
    left: usize,
    room: Option<Room>,
    due: Instant,
}

impl Parcel {
    /// An answer with the room it takes.
    pub fn new(json: Pieces, room: Option<Room>) -> Self {
        let left = json.length();
        Self { json, next: 0, open: Bytes::new(), left, room, due: Instant::now() + SENDING }
    }

    /// The whole answer, however much was handed on.
    pub fn json(&self) -> Pieces {
        self.json.clone()
    }
}

impl Body for Parcel {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if this.left == 0 {
            this.room = None;
            return Poll::Ready(None);
        }
        if Instant::now() > this.due {
            this.room = None;
            return Poll::Ready(Some(Err(Error::other("the answer was taken too slowly"))));
        }
        if this.open.is_empty() {
            this.open = this.json.get(this.next).cloned().unwrap_or_default();
            this.next += 1;
        }
        let chunk = this.open.split_to(this.open.len().min(CHUNK));
        this.left -= chunk.len();
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}
