//! The process: two listeners until it is told to stop, and what has to happen every day.

use crate::app;
use crate::config::Config;
use crate::county::County;
use crate::desk::{Desk, Settings};
use crate::problem::not_read;
use crate::{clock, roll, routes};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, UnixMs};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
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
        let refused_file = |place: String, (zh, en): (&'static str, &'static str)| {
            Problem::new(ProblemCode::ConfigWrong).with("path", place).with_both("reason", zh, en)
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
                let of = |path: &PathBuf| format!("[{name}] {}", path.display());
                for path in [&certificate, &key] {
                    let opened = std::fs::File::open(path);
                    opened.map_err(|error| refused_file(of(path), not_read(&error)))?;
                }
                let place = format!("{}, {}", of(&certificate), key.display());
                let config = RustlsConfig::from_pem_file(certificate, key).await;
                let words =
                    ("不是 PEM 的证书和钥匙，或两者不是一对", "no certificate and key in PEM, or no pair");
                Some(config.map_err(|_| refused_file(place, words))?)
            }
        };
        Ok(Self { name, listener, tls, address })
    }

    /// How it is reached: `http://127.0.0.1:7440`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.address)
    }

    async fn answer(self, routes: Router, handle: Handle<SocketAddr>) -> std::io::Result<()> {
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        match self.tls {
            None => {
                let mut server = axum_server::from_tcp(self.listener)?.handle(handle);
                careful(server.http_builder());
                server.first_request_timeout(IDLE).serve(service).await
            }
            Some(tls) => {
                let mut server = axum_server::from_tcp_rustls(self.listener, tls)?.handle(handle);
                careful(server.http_builder());
                server.first_request_timeout(IDLE).serve(service).await
            }
        }
    }
}

/// Nobody may hold a connection without asking anything. No `Date`: on a village's line every byte
/// counts, the county's time is in the reply under its signature, and nothing here is ever cached.
fn careful(builder: &mut Builder<TokioExecutor>) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE).auto_date_header(false);
}

/// Looks for the app's package. One that cannot be read is told, and keeps nobody from serving.
fn offer(county: &County, config: &Config) {
    let folder = config.app_folder();
    match app::newest(&folder) {
        Ok(Some(found)) => {
            tracing::info!(version = found.version, bytes = found.bytes, "the app is offered to phones");
            let _ = county.offer.set(found);
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(folder = %folder.display(), %error, "the app's package cannot be read"),
    }
}

/// Answers until `stop` comes, then lets running requests finish.
///
/// # Errors
/// When a listener fails for good; what the store says at the start.
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
    tell_ahead(&county).await?;
    offer(&county, config);
    tasks.spawn(phones.answer(routes::phones(Arc::clone(&county), &limits), handle.clone()));
    let at_desk = Arc::new(Desk::new(Arc::clone(&county), Settings::of(config)));
    tasks.spawn(desk.answer(routes::desk(at_desk, &limits), handle.clone()));
    let daily = tokio::spawn(every_day(county));
    let served = until(&mut tasks, stop).await;
    handle.graceful_shutdown(Some(Duration::from_secs(u64::from(config.limits.stop_s))));
    let mut ends = vec![served];
    while let Some(ended) = tasks.join_next().await {
        ends.push(end_of(ended));
    }
    // A slice that is being rolled is either committed or not there.
    daily.abort();
    ends.into_iter().collect::<std::io::Result<()>>().map_err(|error| {
        tracing::error!(%error, "a listener failed");
        Problem::new(ProblemCode::Internal).with("reference", error)
    })?;
    tracing::info!("stopped");
    Ok(())
}

type Listening = JoinSet<std::io::Result<()>>;

/// Ends well when `stop` comes; a listener that ends before it has failed, whatever it says.
async fn until(listeners: &mut Listening, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    tokio::select! {
        () = stop => {
            tracing::info!("stopping: running requests are finished first");
            Ok(())
        }
        Some(ended) = listeners.join_next() => {
            end_of(ended).and(Err(std::io::Error::other("a listener ended by itself")))
        }
    }
}

fn end_of(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> std::io::Result<()> {
    ended.unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

/// Says once that the clock was ahead, or is behind now: figures are right either way, and cost more.
async fn tell_ahead(county: &County) -> Result<(), Problem> {
    let now_ms = clock::now_ms();
    if let Some(reach) = roll::ahead(county, now_ms).await? {
        let today = Day::of(now_ms);
        tracing::warn!(%today, %reach, "the clock was ahead once, or is behind: standings reach further than it asks for");
    }
    Ok(())
}

/// At the start, soon after each midnight of the county, and when rules were edited.
async fn every_day(county: Arc<County>) {
    const TRY_AGAIN: Duration = Duration::from_secs(30);
    loop {
        let now_ms = clock::now_ms();
        let wait = match roll(&county, now_ms).await {
            Ok(()) => {
                let next = Day::of(now_ms).plus(1).starts_at() + 60_000;
                Duration::from_millis(u64::try_from(next - clock::now_ms()).unwrap_or(0))
            }
            Err(problem) => {
                tracing::error!(code = ?problem.code, "standings could not be extended");
                TRY_AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = county.rules_edited() => {}
        }
    }
}

async fn roll(county: &County, now_ms: UnixMs) -> Result<(), Problem> {
    roll::build(county, now_ms, &mut |_| {}).await?;
    let people = roll::roll(county, now_ms, false).await?;
    if people > 0 {
        tracing::info!(people, "standings were extended");
    }
    Ok(())
}

/// Ends when the process is told to stop: SIGTERM, or SIGINT from a terminal. Both are listened to
/// from this call on, not only from the first poll: who has seen the addresses may stop it at once.
///
/// # Errors
/// When the operating system has no room for it.
pub fn told_to_stop() -> Result<impl Future<Output = ()>, Problem> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error| Problem::new(ProblemCode::Internal).with("reference", error);
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use tokio::sync::oneshot;

    fn config() -> Config {
        let mut config = Config::default();
        config.phones.address.set_port(0);
        config.desk.address.set_port(0);
        config
    }

    fn ask(mut stream: impl Read + Write) -> String {
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn phones_are_answered_over_the_county_s_own_tls() {
        let world = World::new().await;
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["county.example".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut config = config();
        (config.phones.tls_certificate, config.phones.tls_key) = (certificate, key);
        let listeners = Listeners::bind(&config).await.unwrap();
        assert!(listeners.phones.url().starts_with("https://"));
        let (phones, desk) = (listeners.phones.address, listeners.desk.address);
        let (stop, stopped) = oneshot::channel::<()>();
        let county = Arc::clone(&world.county);
        let served =
            tokio::spawn(
                async move { serve(county, listeners, &config, async { stopped.await.unwrap() }).await },
            );
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let answers = tokio::task::spawn_blocking(move || {
            let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
            let name = ServerName::try_from("county.example").unwrap();
            let tls = ClientConnection::new(Arc::new(client), name).unwrap();
            let over_tls = ask(StreamOwned::new(tls, TcpStream::connect(phones).unwrap()));
            (over_tls, ask(TcpStream::connect(desk).unwrap()))
        });
        let (over_tls, plain) = answers.await.unwrap();
        assert!(over_tls.starts_with("HTTP/1.1 200"), "{over_tls}");
        assert!(plain.starts_with("HTTP/1.1 200"), "{plain}");
        stop.send(()).unwrap();
        served.await.unwrap().unwrap();
        assert!(TcpStream::connect(phones).is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn a_listener_that_fails_is_the_end_and_told() {
        let failed = || std::io::Error::other("no more sockets");
        for ends in [Err(failed()), Ok(())] {
            let mut listeners = Listening::new();
            listeners.spawn(async move { ends });
            listeners.spawn(std::future::pending());
            let ended = until(&mut listeners, std::future::pending()).await;
            assert!(ended.is_err(), "an end that nobody asked for is a failure");
        }
        let mut listeners = Listening::new();
        listeners.spawn(std::future::pending());
        assert!(until(&mut listeners, async {}).await.is_ok(), "who is told to stop has not failed");
    }

    #[tokio::test]
    async fn addresses_and_certificates_that_cannot_be_used_are_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = config();
        config.desk.address = taken.local_addr().unwrap();
        let problem = Listeners::bind(&config).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::PortInUse);
        assert_eq!(problem.params["address"], config.desk.address.to_string());
        let mut config = without_certificate();
        config.desk.address.set_port(0);
        let problem = Listeners::bind(&config).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::ConfigWrong);
        assert!(problem.params["path"].contains("[phones] nowhere.pem"), "{problem:?}");
    }

    fn without_certificate() -> Config {
        let mut config = config();
        config.phones.tls_certificate = PathBuf::from("nowhere.pem");
        config.phones.tls_key = PathBuf::from("nowhere.key");
        config
    }
}
