//! A body that is written while it is sent. It ends well only when its writer says so.

use std::fs::File;
use std::future::Future;
use std::io::{Error, Read as _};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use tokio::sync::mpsc::{Receiver, channel};

use super::pages::Failure;
use crate::graphql::Fault;

/// Pieces that wait to be sent at most.
const WAITING: usize = 2;
/// Bytes of a piece of a file.
const PIECE: usize = 64 * 1024;
/// How long a client may take nothing before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);

enum Piece {
    Bytes(Bytes),
    End,
}

/// Where a writer puts what it wrote.
pub struct Sender(tokio::sync::mpsc::Sender<Piece>);

impl Sender {
    /// Sends a piece, waiting until there is room.
    ///
    /// # Errors
    /// When the client went away, or takes nothing.
    pub async fn send(&self, bytes: Vec<u8>) -> Result<(), Failure> {
        if bytes.is_empty() { Ok(()) } else { self.put(Piece::Bytes(bytes.into())).await }
    }

    /// Sends a whole file.
    ///
    /// # Errors
    /// When it cannot be read, or the client went away.
    pub async fn send_file(&self, mut file: File) -> Result<(), Failure> {
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let length = file.read(&mut piece)?;
                piece.truncate(length);
                Ok::<_, Error>((file, piece))
            });
            let piece;
            (file, piece) = read.await.map_err(Fault::internal)?.map_err(Fault::internal)?;
            if piece.is_empty() {
                return Ok(());
            }
            self.send(piece).await?;
        }
    }

    async fn put(&self, piece: Piece) -> Result<(), Failure> {
        self.0.send_timeout(piece, PATIENCE).await.map_err(|_| Failure::Gone)
    }
}

/// The body that a writer fills.
pub fn stream<F, W>(write: W) -> Body
where
    W: FnOnce(Sender) -> F + Send + 'static,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let (sender, receiver) = channel(WAITING);
    let end = sender.clone();
    tokio::spawn(async move {
        match write(Sender(sender)).await {
            Ok(()) => {
                let _ = end.send(Piece::End).await;
            }
            Err(Failure::Gone) => tracing::debug!("a client left before its file was whole"),
            // Nothing more is sent: without its end the transfer breaks.
            Err(why) => tracing::warn!(?why, "a file was broken off"),
        }
    });
    // Compression asks once more after the end.
    Body::from_stream(unfold(Some(receiver), next).fuse())
}

async fn next(receiver: Option<Receiver<Piece>>) -> Option<(Result<Bytes, Error>, Option<Receiver<Piece>>)> {
    let mut receiver = receiver?;
    match receiver.recv().await {
        Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(receiver))),
        Some(Piece::End) => None,
        None => Some((Err(Error::other("the file was broken off")), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(body: Body) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(body, usize::MAX).await
    }

    #[tokio::test]
    async fn only_what_was_ended_is_whole() {
        let whole = stream(|sender| async move {
            sender.send(b"a".to_vec()).await?;
            sender.send(b"b".to_vec()).await
        });
        let mut pieces = whole.into_data_stream();
        for expected in [Some("a"), Some("b"), None, None] {
            assert_eq!(pieces.next().await.transpose().unwrap(), expected.map(Bytes::from), "asked after its end too");
        }
        let failing = stream(|sender| async move {
            sender.send(b"a".to_vec()).await?;
            Err(Fault::internal("a test").into())
        });
        assert!(read(failing).await.is_err());
        let falling = stream(|sender| async move {
            sender.send(b"a".to_vec()).await?;
            panic!("a test");
        });
        assert!(read(falling).await.is_err());
    }
}
