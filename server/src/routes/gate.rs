//! Before every route: not too many at once, none for too long, and no panic goes unanswered.

use super::Limits;
use crate::problem::Refusal;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Response;
use axum::middleware::Next;
use axum::response::IntoResponse;
use domain::problem::{Problem, ProblemCode};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// When to come again, in seconds, after having been turned away.
const COME_AGAIN_S: u32 = 5;

/// Counts requests in, and watches the clock.
#[derive(Debug, Clone)]
pub struct Gate {
    places: Arc<Semaphore>,
    request: Duration,
}

impl Gate {
    /// A gate with these limits.
    pub fn new(limits: &Limits) -> Self {
        Self { places: Arc::new(Semaphore::new(limits.concurrent)), request: limits.request }
    }
}

/// Lets a request through, or tells it to come again.
pub(super) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response<Body> {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let Ok(_place) = gate.places.try_acquire() else {
        let busy = Problem::new(ProblemCode::CountyBusy).with("wait_s", COME_AGAIN_S);
        log(route(matched.as_ref()), &busy);
        return Refusal(busy).into_response();
    };
    let response = match tokio::time::timeout(gate.request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::from(ProblemCode::TooSlow).into_response(),
    };
    if let Some(Refusal(problem)) = response.extensions().get::<Refusal>() {
        log(route(matched.as_ref()), problem);
    }
    response
}

fn route(matched: Option<&MatchedPath>) -> &str {
    matched.map_or("-", MatchedPath::as_str)
}

/// What says where in a request something is wrong, and by which limit or version. Other details may be what
/// somebody typed.
const PLACES: [&str; 5] = ["device", "place", "limit", "given", "reference"];

/// A request that was refused: its route as it is written in the program, never the address that was asked for,
/// which may hold anything.
fn log(route: &str, problem: &Problem) {
    let detail = |name: &&str| Some(format!("{name}: {}", problem.params.get(*name)?));
    let told: Vec<String> = PLACES.iter().filter_map(detail).collect();
    let (code, at) = (problem.code, told.join(", "));
    match problem.code {
        // Whoever opens the desk without having logged in, and what strangers try.
        ProblemCode::LogInMissing | ProblemCode::NotFromHere => {
            tracing::debug!(route, ?code, at, "a request was refused");
        }
        _ => tracing::info!(route, ?code, at, "a request was refused"),
    }
}

static PANICS: AtomicU64 = AtomicU64::new(1);

/// A panic is a fault of the program: standard error has its place, the phone a number to name it by.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response<Body> {
    let number = PANICS.fetch_add(1, Ordering::Relaxed);
    let reference = format!("{:08x}-{number}", crate::clock::now_ms() / 1_000);
    tracing::error!(reference, "a request panicked");
    Refusal(Problem::new(ProblemCode::Internal).with("reference", reference)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, send};
    use domain::ids::DeviceId;
    use seal::SigningKey;
    use seal::dice::SeededDice;
    use seal::frame::seal_request;
    use std::sync::Mutex;

    /// Keeps what is written to the log.
    #[derive(Clone, Default)]
    struct Ear(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Ear {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Ear {
        /// What was written since.
        fn heard(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    /// What is logged on this thread until the guard goes.
    fn listen() -> (Ear, tracing::subscriber::DefaultGuard) {
        let ear = Ear::default();
        let writer = ear.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        (ear, tracing::subscriber::set_default(subscriber))
    }

    #[tokio::test]
    async fn what_is_refused_is_logged_with_its_route_and_its_place_and_nothing_that_was_sent() {
        let world = World::new().await;
        let phone = world.phone(1).await;
        let device = phone.certificate().device;
        let whole = phone.seal(b"{\"v\":1,\n \"\xe6\x9d\xa8\xe6\xb4\x81\"");
        let mut forged = whole.clone();
        *forged.last_mut().unwrap() ^= 1;
        let (log, _guard) = listen();
        for (path, body, expected) in [
            ("/exchange", b"<html>".to_vec(), vec!["RequestDamaged", "request"]),
            ("/exchange", whole[..60].to_vec(), vec!["RequestDamaged", "cut short"]),
            ("/exchange", forged, vec!["SignatureWrong", "place: request"]),
            ("/exchange", whole, vec!["RequestDamaged", "JSON 2:"]),
            ("/exchange", phone.seal(&vec![b' '; 4 << 20]), vec!["RequestTooLarge", "KiB"]),
            ("/exchange", vec![0; 8 << 20], vec!["RequestTooLarge", "KiB"]),
            ("/enrol", b"{\n \"\xe6\x9d\xa8\xe6\xb4\x81\": oops".to_vec(), vec!["RequestDamaged", "JSON 2:"]),
        ] {
            let told = send(&world.phones, path, body).await.unwrap_err();
            let line = log.heard();
            assert_eq!(line.matches("a request was refused").count(), 1, "{told:?}: {line}");
            assert!(line.contains(&format!("route=\"{path}\"")), "{line}");
            assert!(expected.iter().all(|word| line.contains(word)), "{expected:?}: {line}");
            assert!(!line.contains("杨洁"), "{line}");
            let named = line.contains(&format!("device: {device}"));
            assert_eq!(named, told.params.contains_key("device"), "{line}");
        }
        let key = SigningKey::generate(&mut SeededDice::repeatable(99));
        let frame = seal_request(DeviceId(77), &key, None, 3, b"{}").unwrap();
        assert!(send(&world.phones, "/exchange", frame).await.is_err());
        let line = log.heard();
        assert!(
            line.contains("DeviceUnknown") && line.contains(&format!("device: {}", DeviceId(77))),
            "{line}"
        );
        assert!(send(&world.phones, "/nowhere", Vec::new()).await.is_err());
        assert_eq!(log.heard(), "", "whatever strangers ask for is not for everyday's log");
    }
}
