//! Fetches of a request that wait until every field that can be answered without them has been.
//!
//! All that a level of the query needs has then been asked for, so it is one statement however long the fields took.
//! Waiting for some time instead would let chance decide.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::task::AtomicWaker;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Fetch = BoxFuture<'static, ()>;

/// Where loaders put their fetches.
#[derive(Clone)]
pub struct Fetches(UnboundedSender<Fetch>);

impl Fetches {
    /// Queues a fetch. One of a request that has ended is dropped.
    pub fn put(&self, fetch: Fetch) {
        self.0.send(fetch).ok();
    }
}

/// The fetches of one request.
pub struct Queue(UnboundedReceiver<Fetch>);

/// The queue of a request.
pub fn queue() -> (Fetches, Queue) {
    let (sender, receiver) = unbounded_channel();
    (Fetches(sender), Queue(receiver))
}

/// Knows whether the request has more to do by itself.
struct Busy {
    flag: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Busy {
    fn wake(self: Arc<Self>) {
        self.flag.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

impl Queue {
    /// Carries out a request, or the next part of one.
    pub async fn drive<F: Future>(&mut self, request: F) -> F::Output {
        let mut request = pin!(request);
        let mut fetches = FuturesUnordered::new();
        let busy = Arc::new(Busy { flag: AtomicBool::new(true), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&busy));
        poll_fn(|task| {
            busy.task.register(task.waker());
            loop {
                if busy.flag.swap(false, Ordering::SeqCst) {
                    if let Poll::Ready(answer) = request.as_mut().poll(&mut Context::from_waker(&waker)) {
                        return Poll::Ready(answer);
                    }
                    while let Ok(fetch) = self.0.try_recv() {
                        fetches.push(fetch);
                    }
                    // It only paused, to let other requests have their turn.
                    if busy.flag.load(Ordering::SeqCst) {
                        return Poll::Pending;
                    }
                }
                let fetched = matches!(fetches.poll_next_unpin(task), Poll::Ready(Some(())));
                if !fetched && !busy.flag.load(Ordering::SeqCst) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn a_fetch_waits_until_the_request_has_nothing_else_to_do() {
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let note = |text: String| log.lock().unwrap().push(text);
        let (fetches, mut queue) = queue();
        let request = async {
            let asked = (0..100).map(|number| {
                let (fetches, log) = (fetches.clone(), Arc::clone(&log));
                async move {
                    tokio::task::yield_now().await;
                    let (sender, receiver) = tokio::sync::oneshot::channel();
                    fetches.put(Box::pin(async move {
                        log.lock().unwrap().push("fetched".to_owned());
                        sender.send(number).ok();
                    }));
                    note(format!("asked {number}"));
                    receiver.await.unwrap()
                }
            });
            futures_util::future::join_all(asked).await.into_iter().sum::<i32>()
        };
        assert_eq!(queue.drive(request).await, 4950);
        let log = log.lock().unwrap();
        assert!(log[..100].iter().all(|line| line.starts_with("asked")), "{log:?}");
        assert!(log[100..].iter().all(|line| line == "fetched"));
    }
}
