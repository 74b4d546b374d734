//! `planatlas serve`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, ValueEnum};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use super::Database;
use crate::http::{self, Basemap, Clock, Named, Settings};
use crate::store::Store;

/// How long the database may work on one statement.
const STATEMENT: Duration = Duration::from_secs(15);

/// Serve the newest revision: page, GraphQL and health
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    database: Database,
    /// Replica of a PostgreSQL database that reads go to while it is up to date
    #[arg(long, value_name = "URL", env = "PLANATLAS_DATABASE_READ", hide_env_values = true)]
    database_read: Option<String>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "PLANATLAS_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Origin whose pages may read answers, e.g. https://example.org; * for all; may be given several times
    #[arg(long = "cors-origin", value_name = "ORIGIN", env = "PLANATLAS_CORS_ORIGIN", value_delimiter = ',')]
    origins: Vec<HeaderValue>,
    /// Basemap under the plan: a PMTiles file, or tianditu:KEY (tianditu-img:KEY), which makes browsers ask tianditu.gov.cn
    #[arg(long, value_name = "FILE", env = "PLANATLAS_BASEMAP", hide_env_values = true)]
    basemap: Option<Named>,
    /// How the log is written, to standard error
    #[arg(long, value_enum, env = "PLANATLAS_LOG_FORMAT", default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Milliseconds that a silent socket is kept
    #[arg(long, value_name = "MS", hide = true, default_value_t = 30_000)]
    patience: u64,
    /// Take this day for today
    #[arg(long, value_name = "DATE", hide = true)]
    today: Option<NaiveDate>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// Serves until SIGTERM or Ctrl-C.
pub fn run(arguments: &Arguments) -> ExitCode {
    log(arguments.log_format);
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

fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,planatlas=info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let registry = tracing_subscriber::registry().with(filter).with(lines);
    #[cfg(feature = "otel")]
    let registry = registry.with(super::otel::layer());
    registry.init();
}

async fn serve(arguments: &Arguments) -> Result<(), String> {
    let basemap = match &arguments.basemap {
        Some(named) => Some(Arc::new(Basemap::open(named).await.map_err(|error| error.to_string())?)),
        None => None,
    };
    let (url, replica) = (arguments.database.url()?, arguments.database_read.as_deref());
    let store = Store::open_to_serve(&url, replica, STATEMENT).await.map_err(|error| error.to_string())?;
    let listening = |address: SocketAddr, ready: bool| {
        println!("http://{address}");
        if !ready {
            println!(
                "数据库中尚无数据：请运行 planatlas import 数据包目录…，导入后立即可见。\n\
                 The database holds nothing yet: run planatlas import DIR…; it shows as soon as it is in."
            );
        }
    };
    let patience = Duration::from_millis(arguments.patience);
    let settings = Settings { origins: arguments.origins.clone(), patience, basemap };
    http::serve(store, &arguments.listen, clock(arguments.today), settings, stopped(), listening)
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
