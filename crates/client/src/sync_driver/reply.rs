//! What came back: first whose word it is, then what it says.

use crate::app::Open;
use domain::problem::{Problem, ProblemCode};
use seal::SealError;
use seal::certificate::RevocationWord;
use seal::compress::Dictionaries;
use seal::frame::{Limits, ReceiptProof, ReplyFrame};
use seal::word::SignedWord;
use sync::phone::Failure;
use sync::wire::exchange::{ExchangeReply, Rest};
use sync::wire::limits::{FRAME_BYTES_MAX, REPLY_BYTES_MAX};
use sync::wire::receipt::Statement;

const LIMITS: Limits = Limits { frame: FRAME_BYTES_MAX, message: REPLY_BYTES_MAX };

/// A reply that the county signed, to this phone, to this request.
#[derive(Debug, Clone)]
pub(super) struct Came {
    /// What it says.
    pub reply: ExchangeReply,
    /// The county's word, to be kept.
    pub proof: ReceiptProof,
    /// Whether the county's word that this phone is revoked came with it.
    pub revoked: bool,
}

impl Open {
    /// Opens an answer.
    ///
    /// # Errors
    /// What the session has to know of it.
    pub(super) fn open_reply(&self, number: u64, status: u16, body: &[u8]) -> Result<Came, Failure> {
        if status != 200 {
            return Err(refused(body));
        }
        let frame = ReplyFrame::open(body, LIMITS).map_err(|error| match error {
            SealError::NotOurs { .. } => refused(body),
            SealError::VersionUnknown { .. } => Failure::Refused(error.at_phone()),
            _ => Failure::Damaged,
        })?;
        let key = self.identity.county.key(frame.key_id).ok_or(Failure::Damaged)?;
        let opened = frame.verify(key, &Dictionaries::builtin(), LIMITS).map_err(|_| Failure::Damaged)?;
        let statement: Statement =
            serde_json::from_str(&opened.proof.statement).map_err(|_| Failure::Damaged)?;
        let certificate = &self.identity.certificate;
        let to_us = (statement.county, statement.device) == (certificate.county, certificate.device);
        if !to_us || statement.number != number {
            // A true word, but an old one or to somebody else.
            return Err(Failure::Damaged);
        }
        let rest: Rest = serde_json::from_slice(&opened.rest).map_err(|_| Failure::Damaged)?;
        let revoked = rest.revoked.as_ref().is_some_and(|word| self.is_revoked_by(word));
        Ok(Came { reply: ExchangeReply { statement, rest }, proof: opened.proof, revoked })
    }

    /// Whether a text is the county's signed word that this very phone is revoked.
    pub(crate) fn is_revoked_by(&self, text: &str) -> bool {
        let Ok(word) = serde_json::from_str::<SignedWord<RevocationWord>>(text) else { return false };
        let opened = word.open(self.identity.county.keys());
        opened.is_ok_and(|word| word.concerns(&self.identity.certificate))
    }
}

/// What somebody says who does not answer with a frame.
fn refused(body: &[u8]) -> Failure {
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else { return Failure::NotTheCounty };
    match problem.code {
        ProblemCode::CountyBusy => {
            let wait_s = problem.params.get("wait_s").and_then(|text| text.parse().ok()).unwrap_or(5);
            Failure::Busy { wait_s }
        }
        // Only a signed word destroys anything: the unsigned sentence is only shown.
        _ => Failure::Refused(problem),
    }
}
