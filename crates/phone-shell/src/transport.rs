//! The one socket of the phone: posts bytes to the county and says in the machine's words what came back.

use domain::problem::Problem;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Certificate, Client, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use sync::phone::Failure;
use sync::wire::limits::REPLY_BYTES_MAX;

/// A first byte later than this is "too slow": slow links of 60 kbit/s carry a unit in 10 s.
const ANSWER_S_MAX: u64 = 60;
/// A connection that is not there by then is "unreachable".
const CONNECT_S_MAX: u64 = 15;

/// Bytes that went over the line, HTTP heads estimated: what the screen shows as 已用流量.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Sent.
    pub up: u64,
    /// Received.
    pub down: u64,
}

/// A way to one county.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    base: String,
}

/// The way could not be prepared: a certificate that is none, an address that is none.
#[derive(Debug, thiserror::Error)]
#[error("the connection to the county cannot be prepared: {0}")]
pub struct Unprepared(String);

impl Transport {
    /// Prepares a way to `base`, such as `https://county.example:8443`.
    ///
    /// `authority` is the county's own certificate authority in PEM. With it, nobody else's word is
    /// taken; without it only plain HTTP on the same machine is possible, for demonstration and tests.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn new(base: &str, authority: Option<&[u8]>) -> Result<Self, Unprepared> {
        // Every client of the process shares one provider; a second installation is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = match authority {
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(|error| Unprepared(error.to_string()))?,
            None => Vec::new(),
        };
        let client = Client::builder()
            .tls_certs_only(roots)
            .connect_timeout(Duration::from_secs(CONNECT_S_MAX))
            .timeout(Duration::from_secs(ANSWER_S_MAX))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| Unprepared(error.to_string()))?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned() })
    }

    /// Posts bytes and gives back the whole answer.
    ///
    /// # Errors
    /// Never about the work: it is on the phone in every case.
    pub async fn post(&self, path: &str, body: Arc<[u8]>) -> Result<(Vec<u8>, Traffic), Failure> {
        let url = format!("{}{path}", self.base);
        let up = 200 + body.len() as u64;
        let sent = self.client.post(url).body(body.to_vec()).send().await;
        let answer = sent.map_err(|error| failure(&error))?;
        let status = answer.status();
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let json = kind.starts_with("application/json");
        let binary = kind.starts_with("application/octet-stream");
        let retry_s = retry_after(&answer);
        let body = whole(answer).await?;
        let traffic = Traffic { up, down: 150 + body.len() as u64 };
        // Only the county answers with a frame, or with a problem or a reply in JSON.
        match (status.is_success(), json, binary) {
            (true, true, _) | (true, _, true) => Ok((body, traffic)),
            (false, true, _) => Err(refusal(status, retry_s, &body)),
            _ => Err(Failure::NotTheCounty),
        }
    }
}

fn retry_after(answer: &reqwest::Response) -> Option<u32> {
    answer.headers().get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

/// Reads the body, but never more than a reply may have.
async fn whole(mut answer: reqwest::Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > REPLY_BYTES_MAX {
            return Err(Failure::Damaged);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::TooSlow
    } else if error.is_body() || error.is_decode() {
        Failure::Damaged
    } else {
        Failure::Unreachable
    }
}

fn refusal(status: StatusCode, retry_s: Option<u32>, body: &[u8]) -> Failure {
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else { return Failure::NotTheCounty };
    let busy = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    match retry_s {
        Some(wait_s) => Failure::Busy { wait_s },
        None if busy => Failure::Busy { wait_s: 5 },
        None => Failure::Refused(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::problem::ProblemCode;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// A server that answers one request with these bytes and closes.
    fn answering(bytes: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            stream.write_all(bytes).unwrap();
        });
        format!("http://{address}")
    }

    async fn post(base: &str) -> Result<Vec<u8>, Failure> {
        let transport = Transport::new(base, None).unwrap();
        transport.post("/exchange", Arc::from(&b"x"[..])).await.map(|(body, _)| body)
    }

    #[tokio::test]
    async fn a_log_in_page_is_not_the_county() {
        let page = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
        assert_eq!(post(&answering(page)).await, Err(Failure::NotTheCounty));
        let moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/login\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(post(&answering(moved)).await, Err(Failure::NotTheCounty));
        let json =
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(post(&answering(json)).await, Err(Failure::NotTheCounty));
    }

    #[tokio::test]
    async fn a_reply_cut_short_is_damaged_and_a_closed_door_unreachable() {
        let cut =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 60\r\n\r\nSFR1";
        assert_eq!(post(&answering(cut)).await, Err(Failure::Damaged));
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert_eq!(post(&format!("http://{free}")).await, Err(Failure::Unreachable));
    }

    #[tokio::test]
    async fn a_problem_is_refused_and_a_busy_county_says_when() {
        let unknown =
            b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
            {\"code\":\"device_unknown\",\"advice\":\"call\"}";
        let expected = Problem::new(ProblemCode::DeviceUnknown);
        assert_eq!(post(&answering(unknown)).await, Err(Failure::Refused(expected)));
        let busy = b"HTTP/1.1 503 Busy\r\ncontent-type: application/json\r\nretry-after: 9\r\nconnection: close\r\n\r\n\
            {\"code\":\"county_busy\",\"advice\":\"retry\",\"params\":{\"wait_s\":\"9\"}}";
        assert_eq!(post(&answering(busy)).await, Err(Failure::Busy { wait_s: 9 }));
    }
}
