//! `planatlas serve`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use tracing_subscriber::EnvFilter;

use super::Database;
use crate::http::{self, Clock};
use crate::store::Store;

/// Serve the newest revision: page, GraphQL and health
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    database: Database,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "PLANATLAS_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Take this day for today
    #[arg(long, value_name = "DATE", hide = true)]
    today: Option<NaiveDate>,
}

/// Serves until SIGTERM or Ctrl-C.
pub fn run(arguments: &Arguments) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,planatlas=info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(serve(arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: &Arguments) -> Result<(), String> {
    let store = Store::open(&arguments.database.url()?).await.map_err(|error| error.to_string())?;
    let listening = |address: SocketAddr, ready: bool| {
        println!("http://{address}");
        if !ready {
            println!(
                "数据库中尚无数据：请运行 planatlas import 数据包目录…，导入后立即可见。\n\
                 The database holds nothing yet: run planatlas import DIR…; it shows as soon as it is in."
            );
        }
    };
    http::serve(store, &arguments.listen, clock(arguments.today), stopped(), listening)
        .await
        .map_err(|error| error.to_string())
}

#[expect(clippy::disallowed_methods, reason = "the command line is where the time comes in")]
pub(super) fn clock(today: Option<NaiveDate>) -> Clock {
    match today {
        Some(day) => {
            let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
            let at: DateTime<Utc> = day.and_time(noon).and_utc();
            Arc::new(move || at)
        }
        None => Arc::new(Utc::now),
    }
}

/// Resolves at the first signal to stop.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            interrupt.await.ok();
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await.ok();
}
