//! The one socket of the phone: posts bytes to the county and says in the machine's words what came back.

use reqwest::{Certificate, Client};
use std::error::Error;
use std::time::Duration;
use sync::wire::limits::REPLY_BYTES_MAX;

/// An answer that is not whole by then is "too slow": links of 60 kbit/s carry a unit in 10 s.
const ANSWER_S_MAX: u64 = 60;
/// A connection that is not there by then is "unreachable".
const CONNECT_S_MAX: u64 = 15;

/// What somebody answered. Whether it was the county, the client finds out by the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, cut a little beyond the longest reply.
    pub body: Vec<u8>,
}

/// Why there was no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// No connection, or it broke.
    Unreachable,
    /// It took too long.
    TooSlow,
    /// Its certificate is not one that this phone trusts.
    NotTrusted,
}

/// A way to one county.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    base: String,
    answer_max: Duration,
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
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| Unprepared(error.to_string()))?;
        let answer_max = Duration::from_secs(ANSWER_S_MAX);
        Ok(Self { client, base: base.trim_end_matches('/').to_owned(), answer_max })
    }

    /// The same way, given up sooner or later than usual when an answer is not whole.
    pub fn with_patience(self, answer_max: Duration) -> Self {
        Self { answer_max, ..self }
    }

    /// Posts bytes and gives back the whole answer, whoever gave it.
    ///
    /// # Errors
    /// Never about the work: it is on the phone in every case.
    pub async fn post(&self, path: &str, body: Vec<u8>) -> Result<Answer, NoAnswer> {
        let url = format!("{}{path}", self.base);
        self.whole(self.client.post(url).body(body)).await
    }

    /// Asks for what anybody may know, such as `/health`.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.whole(self.client.get(format!("{}{path}", self.base))).await
    }

    async fn whole(&self, request: reqwest::RequestBuilder) -> Result<Answer, NoAnswer> {
        let sent = request.timeout(self.answer_max).send().await;
        let mut answer = sent.map_err(|error| no_answer(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| no_answer(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > REPLY_BYTES_MAX {
                // Longer than anything a county says: whoever this is, what is read is enough.
                break;
            }
        }
        Ok(Answer { status, body })
    }
}

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if error.is_timeout() {
        NoAnswer::TooSlow
    } else if is_of_the_certificate(error) {
        NoAnswer::NotTrusted
    } else {
        NoAnswer::Unreachable
    }
}

/// Whether a wrong certificate is among the causes of an error.
fn is_of_the_certificate(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    // An I/O error hides what it was made of from `source`.
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    inner.is_some_and(|inner| is_of_the_certificate(inner))
        || error.source().is_some_and(is_of_the_certificate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    /// The first connection, with its request read: who answers unasked is hung up on.
    fn asked(listener: &TcpListener) -> TcpStream {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream
    }

    /// A server that answers one request with these bytes and closes.
    fn answering(bytes: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let mut stream = asked(&listener);
            stream.write_all(bytes).unwrap();
        });
        format!("http://{address}")
    }

    async fn post(base: &str) -> Result<Answer, NoAnswer> {
        Transport::new(base, None).unwrap().post("/exchange", b"x".to_vec()).await
    }

    #[tokio::test]
    async fn whoever_answers_is_heard_and_a_redirection_is_not_followed() {
        let page = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
        assert_eq!(post(&answering(page)).await, Ok(Answer { status: 200, body: b"<html>".to_vec() }));
        let moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/login\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(post(&answering(moved)).await, Ok(Answer { status: 302, body: Vec::new() }));
    }

    #[tokio::test]
    async fn a_reply_cut_short_and_a_closed_door_are_no_answer() {
        let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\nSFR1";
        assert_eq!(post(&answering(cut)).await, Err(NoAnswer::Unreachable));
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert_eq!(post(&format!("http://{free}")).await, Err(NoAnswer::Unreachable));
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_to_its_end_is_too_slow() {
        for begun in [b"".as_slice(), b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\nSFR1"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let open = std::thread::spawn(move || {
                let mut stream = asked(&listener);
                stream.write_all(begun).unwrap();
                stream
            });
            let way = Transport::new(&base, None).unwrap().with_patience(Duration::from_millis(200));
            assert_eq!(way.post("/exchange", b"x".to_vec()).await, Err(NoAnswer::TooSlow));
            drop(open.join());
        }
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let mut stream = asked(&listener);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b'x'; 65_536]).is_ok() {}
        });
        let answer = post(&base).await.unwrap();
        assert!(answer.body.len() > REPLY_BYTES_MAX && answer.body.len() < 2 * REPLY_BYTES_MAX);
    }
}
