//! Traces for an OpenTelemetry collector. Only in builds with the feature `otel`, and only when a collector is named:
//! otherwise this program makes no outbound connection.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// Sends spans to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names; nothing where it names none.
pub fn layer<S>() -> Option<impl Layer<S>>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().build();
    let exporter = exporter.map_err(|error| eprintln!("OpenTelemetry: {error}")).ok()?;
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    Some(tracing_opentelemetry::layer().with_tracer(provider.tracer("planatlas")))
}
