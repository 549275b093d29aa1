//! The process: two listeners until it is told to stop, and what has to happen every day.

use crate::config::Config;
use crate::county::County;
use crate::{clock, roll, routes};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use hyper_util::rt::TokioTimer;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long somebody may take over the head of a request, or keep a connection open without one.
const IDLE: Duration = Duration::from_secs(30);

/// A listener that has its address and does not answer yet.
#[derive(Debug)]
pub struct Listener {
    name: &'static str,
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    /// Where it listens: the port that was found when the settings said 0.
    pub address: SocketAddr,
}

/// Both listeners.
#[derive(Debug)]
pub struct Listeners {
    /// For the phones.
    pub phones: Listener,
    /// For the desk.
    pub desk: Listener,
}

impl Listeners {
    /// Takes both addresses and reads the certificates.
    ///
    /// # Errors
    /// `port_in_use`, or `config_wrong` for an address or certificate that cannot be used.
    pub async fn bind(config: &Config) -> Result<Self, Problem> {
        let (phones, desk) = (&config.phones, &config.desk);
        Ok(Self {
            phones: Listener::bind("phones", phones.address, phones.tls()).await?,
            desk: Listener::bind("desk", desk.address, desk.tls()).await?,
        })
    }
}

impl Listener {
    async fn bind(
        name: &'static str,
        address: SocketAddr,
        tls: Option<(PathBuf, PathBuf)>,
    ) -> Result<Self, Problem> {
        let wrong = |place: String, reason: String| {
            Problem::new(ProblemCode::ConfigWrong).with("path", place).with("reason", reason)
        };
        let refused = |error: std::io::Error| match error.kind() {
            ErrorKind::AddrInUse => Problem::new(ProblemCode::PortInUse).with("address", address),
            _ => wrong(format!("[{name}] address {address}"), error.to_string()),
        };
        let listener = TcpListener::bind(address).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let tls = match tls {
            None => None,
            Some((certificate, key)) => {
                // One provider for the process; a second installation is no error.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let place = format!("[{name}] {}, {}", certificate.display(), key.display());
                let config = RustlsConfig::from_pem_file(certificate, key).await;
                Some(config.map_err(|error| wrong(place, error.to_string()))?)
            }
        };
        Ok(Self { name, listener, tls, address })
    }

    /// How it is reached: `http://127.0.0.1:7440`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.address)
    }

    async fn answer(self, routes: Router, handle: Handle<SocketAddr>) -> std::io::Result<()> {
        let service = routes.into_make_service();
        match self.tls {
            None => {
                let mut server = axum_server::from_tcp(self.listener)?.handle(handle);
                server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(IDLE);
                server.first_request_timeout(IDLE).serve(service).await
            }
            Some(tls) => {
                let mut server = axum_server::from_tcp_rustls(self.listener, tls)?.handle(handle);
                server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(IDLE);
                server.first_request_timeout(IDLE).serve(service).await
            }
        }
    }
}

/// Answers until `stop` comes, then lets running requests finish.
///
/// # Errors
/// When a listener fails for good.
pub async fn serve(
    county: Arc<County>,
    listeners: Listeners,
    config: &Config,
    stop: impl Future<Output = ()>,
) -> Result<(), Problem> {
    let limits = routes::Limits {
        request: Duration::from_secs(u64::from(config.limits.request_s)),
        concurrent: usize::try_from(config.limits.concurrent).unwrap_or(usize::MAX),
    };
    let handle = Handle::new();
    let mut tasks = JoinSet::new();
    let Listeners { phones, desk } = listeners;
    for listener in [&phones, &desk] {
        tracing::info!(listener = listener.name, url = listener.url(), "listening");
    }
    tasks.spawn(phones.answer(routes::phones(Arc::clone(&county), &limits), handle.clone()));
    tasks.spawn(desk.answer(routes::desk(Arc::clone(&county), &limits), handle.clone()));
    let daily = tokio::spawn(every_day(county));
    tokio::select! {
        () = stop => tracing::info!("stopping: running requests are finished first"),
        _ = tasks.join_next() => tracing::error!("a listener failed"),
    }
    handle.graceful_shutdown(Some(Duration::from_secs(u64::from(config.limits.stop_s))));
    while let Some(ended) = tasks.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        ended.map_err(|error| Problem::new(ProblemCode::Internal).with("reference", error))?;
    }
    // A slice that is being rolled is either committed or not there.
    daily.abort();
    tracing::info!("stopped");
    Ok(())
}

/// At the start, and soon after each midnight of the county.
async fn every_day(county: Arc<County>) {
    const TRY_AGAIN: Duration = Duration::from_secs(300);
    loop {
        let now_ms = clock::now_ms();
        let wait = match roll::roll(&county, now_ms, false).await {
            Ok(people) => {
                if people > 0 {
                    tracing::info!(people, "standings were extended");
                }
                let next = Day::of(now_ms).plus(1).starts_at() + 60_000;
                Duration::from_millis(u64::try_from(next - clock::now_ms()).unwrap_or(0))
            }
            Err(problem) => {
                tracing::error!(code = ?problem.code, "standings could not be extended");
                TRY_AGAIN
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Ends when the process is told to stop: SIGTERM, or SIGINT from a terminal.
pub async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
