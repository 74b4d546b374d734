//! Listening, watching for new revisions, stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Clock, Site, router};
use crate::graphql::{Library, LibraryError};
use crate::store::Store;

/// How often the database is asked for a new revision.
const WATCH: Duration = Duration::from_millis(250);
/// How long running requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The newest revision could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The address cannot be listened on.
    #[error("无法监听 {0}。Cannot listen on {0}: {1}")]
    Listen(String, std::io::Error),
    /// The connection loop failed.
    #[error("服务中断。The server failed: {0}")]
    Io(#[from] std::io::Error),
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
    stop: impl Stop,
    listening: impl FnOnce(SocketAddr, bool),
) -> Result<(), ServeError> {
    let library = Library::new(store);
    library.refresh().await?;
    let failed = |why| ServeError::Listen(listen.to_owned(), why);
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    listening(listener.local_addr().map_err(failed)?, library.ready());

    let watcher = tokio::spawn(watch(Arc::clone(&library)));
    let (told, mut hear) = watch::channel(false);
    let signal = async move {
        stop.await;
        told.send_replace(true);
    };
    let server = axum::serve(listener, router(Site::new(library, clock))).with_graceful_shutdown(signal);
    let patience = async move {
        if hear.wait_for(|told| *told).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::select! {
        ended = server => ended,
        () = patience => Ok(()),
    };
    watcher.abort();
    Ok(ended?)
}

/// Takes up each new revision. A failing database is told once in the log, not four times a second.
async fn watch(library: Arc<Library>) {
    let mut ticks = tokio::time::interval(WATCH);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut failing = false;
    loop {
        ticks.tick().await;
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
