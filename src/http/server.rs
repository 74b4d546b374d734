//! Listening, watching for new revisions, stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use super::{Clock, Settings, Site, router};
use crate::graphql::{Library, LibraryError};
use crate::store::Store;

/// How long running requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Connections at a time; more wait to be taken up. Each takes a file of the process, of which there are often 1024.
const CONNECTIONS: u32 = 800;
/// How long a client may take to send the head of a request, or to say nothing between two.
const HEAD: Duration = Duration::from_secs(5);
/// Bytes of the head of a request at most.
const HEAD_BYTES: usize = 32 * 1024;
/// How long a client may take to receive anything at all of an answer.
const RECEIVING: Duration = Duration::from_secs(10);
/// How long the system is left alone when it has no more connections to give.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The newest revision could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The address cannot be listened on.
    #[error("无法监听 {0}。Cannot listen on {0}: {1}")]
    Listen(String, std::io::Error),
}

/// Resolves when the server is to stop.
pub trait Stop: Future<Output = ()> + Send + 'static {}
impl<F: Future<Output = ()> + Send + 'static> Stop for F {}

/// Serves a database until `stop`. `listening` is called once with the address, and whether there is a revision yet.
///
/// # Errors
/// [`ServeError`] when the newest revision cannot be read or the address cannot be listened on.
pub async fn serve(
    store: Store,
    listen: &str,
    clock: Clock,
    settings: Settings,
    stop: impl Stop,
    listening: impl FnOnce(SocketAddr, bool),
) -> Result<(), ServeError> {
    let library = Library::new(store);
    library.refresh().await?;
    let failed = |why| ServeError::Listen(listen.to_owned(), why);
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    listening(listener.local_addr().map_err(failed)?, library.ready());

    let watcher = tokio::spawn(watch(Arc::clone(&library)));
    let (told, hear) = watch::channel(false);
    tokio::spawn(async move {
        stop.await;
        told.send_replace(true);
    });
    let router = router(Site::new(library, clock, settings, hear.clone()));
    accept(listener, router, hear).await;
    watcher.abort();
    Ok(())
}

/// Takes up connections until told to stop, then lets those that are answering end.
async fn accept(listener: TcpListener, router: Router, mut closing: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS as usize));
    loop {
        let taken = tokio::select! {
            taken = next(&listener, &room) => taken,
            () = told(&mut closing) => break,
        };
        if let Some((stream, permit)) = taken {
            tokio::spawn(talk(stream, router.clone(), closing.clone(), permit));
        }
    }
    drop(listener);
    // All the room there is comes back when the last connection has ended.
    tokio::time::timeout(GRACE, room.acquire_many(CONNECTIONS)).await.ok();
}

/// Answers one connection. A client that leaves or sends nonsense is no event.
async fn talk(stream: TcpStream, router: Router, mut closing: watch::Receiver<bool>, _room: OwnedSemaphorePermit) {
    stream.set_nodelay(true).ok();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(RECEIVING));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router))
        .with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = told(&mut closing) => {
            connection.as_mut().graceful_shutdown();
            connection.await.ok();
        }
    }
}

/// Resolves when the server is to stop.
pub async fn told(closing: &mut watch::Receiver<bool>) {
    closing.wait_for(|closing| *closing).await.ok();
}

/// The next connection, once there is room for one more.
async fn next(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, permit)),
        Err(why) => {
            if matches!(why.raw_os_error(), Some(23 | 24)) {
                tracing::error!("the system has no more connections to give: raise the limit of open files");
                tokio::time::sleep(EXHAUSTED).await;
            }
            None
        }
    }
}

/// Takes up each new revision. A failing database is told once in the log, not four times a second.
async fn watch(library: Arc<Library>) {
    let mut news = library.store().news();
    let mut failing = false;
    loop {
        news.next().await;
        match library.refresh().await {
            Ok(new) => {
                if new {
                    tracing::info!("a new revision is being served");
                }
                failing = false;
            }
            Err(why) if !failing => {
                tracing::error!(%why, "the newest revision cannot be read; the one before is still served");
                failing = true;
            }
            Err(_) => {}
        }
    }
}
