//! Bytes that only the holder of an X25519 key can read: the age file format, version 1
//! (<https://c2sp.org/age>), so that a county can open a backup with the public `age` tool too.
//!
//! age draws its one-time file keys from the operating system, not from our dice.

use crate::dice::{Dice, draw};
use crate::error::SealError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use zeroize::{Zeroize, Zeroizing};

/// Whom something is sealed to. In JSON its text `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct SealRecipient(age::x25519::Recipient);

impl SealRecipient {
    /// Reads `age1…`.
    ///
    /// # Errors
    /// [`SealError::Damaged`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        text.trim().parse().map(Self).map_err(|_| SealError::Damaged { place: "age recipient" })
    }
}

impl fmt::Display for SealRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for SealRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealRecipient({self})")
    }
}

impl Serialize for SealRecipient {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SealRecipient {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The secret that opens what was sealed to its recipient. Never printed.
#[derive(Clone)]
pub struct SealIdentity(age::x25519::Identity);

impl SealIdentity {
    /// A fresh identity.
    ///
    /// # Errors
    /// As [`SealIdentity::from_bytes`].
    pub fn generate(dice: &mut (impl Dice + ?Sized)) -> Result<Self, SealError> {
        let mut bytes: [u8; 32] = draw(dice);
        let identity = Self::from_bytes(&bytes);
        bytes.zeroize();
        identity
    }

    /// The identity of 32 secret bytes, for instance of a phone's journal key.
    ///
    /// # Errors
    /// None in practice: every 32 bytes are an X25519 secret.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SealError> {
        // age reads identities as text only.
        let prefix =
            bech32::Hrp::parse("age-secret-key-").map_err(|error| SealError::failed("age", error))?;
        let text = bech32::encode_upper::<bech32::Bech32>(prefix, bytes)
            .map_err(|error| SealError::failed("age", error))?;
        Self::parse(&Zeroizing::new(text))
    }

    /// Reads `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`SealError::Damaged`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        text.trim().parse().map(Self).map_err(|_| SealError::Damaged { place: "age identity" })
    }

    /// `AGE-SECRET-KEY-1…`, for the key file or for paper.
    pub fn to_text(&self) -> Zeroizing<String> {
        use age::secrecy::ExposeSecret;
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    /// Whom to seal to, so that this identity can open it.
    pub fn recipient(&self) -> SealRecipient {
        SealRecipient(self.0.to_public())
    }
}

impl fmt::Debug for SealIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealIdentity(secret of {})", self.recipient())
    }
}

/// Seals bytes to every one of the recipients: some 250 bytes more for one, 100 for each further one.
///
/// # Errors
/// [`SealError::Failed`] without recipients.
pub fn seal(recipients: &[SealRecipient], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut writer = SealWriter::new(recipients, Vec::with_capacity(plain.len() + 512))?;
    writer.write_all(plain).map_err(|error| SealError::failed("age", error))?;
    writer.finish().map_err(|error| SealError::failed("age", error))
}

/// Opens what was sealed to one of these identities, at most `limit` bytes of it.
///
/// # Errors
/// [`SealError::NotForUs`] when sealed to others, [`SealError::NotOurs`] when it is not an age
/// file, [`SealError::TooLarge`], [`SealError::Damaged`] when a byte was changed or the end is
/// missing.
pub fn open(identities: &[SealIdentity], sealed: &[u8], limit: usize) -> Result<Vec<u8>, SealError> {
    let reader = open_stream(identities, sealed)?;
    let mut plain = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = reader.take(bound).read_to_end(&mut plain);
    read.map_err(|_| SealError::Damaged { place: "sealed bytes" })?;
    if plain.len() > limit {
        return Err(SealError::TooLarge { place: "sealed bytes", limit });
    }
    Ok(plain)
}

/// Seals a stream of any length in constant memory, such as a backup.
///
/// [`SealWriter::finish`] must be called: without it the stream has no end and will not open.
pub struct SealWriter<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> SealWriter<W> {
    /// Writes the head and stands ready for the plain bytes.
    ///
    /// # Errors
    /// [`SealError::Failed`] without recipients or when `output` fails.
    pub fn new(recipients: &[SealRecipient], output: W) -> Result<Self, SealError> {
        let recipients = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
        let encryptor =
            age::Encryptor::with_recipients(recipients).map_err(|error| SealError::failed("age", error))?;
        encryptor.wrap_output(output).map(Self).map_err(|error| SealError::failed("age", error))
    }

    /// Writes the end and hands the output back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> fmt::Debug for SealWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealWriter")
    }
}

/// Opens a stream in constant memory. Reading fails where a byte was changed, or where the end is
/// missing: whoever restores from it must read to the end before trusting any of it.
///
/// # Errors
/// [`SealError::NotForUs`], [`SealError::NotOurs`], [`SealError::VersionUnknown`], or
/// [`SealError::Damaged`] when the head does not make sense.
pub fn open_stream<R: BufRead>(identities: &[SealIdentity], input: R) -> Result<impl Read, SealError> {
    let place = "sealed bytes";
    let wrong = |error| match error {
        age::DecryptError::NoMatchingKeys => SealError::NotForUs,
        age::DecryptError::UnknownFormat => SealError::VersionUnknown { place, given: "age".into() },
        age::DecryptError::InvalidHeader => SealError::NotOurs { place },
        _ => SealError::Damaged { place },
    };
    let decryptor = age::Decryptor::new_buffered(input).map_err(wrong)?;
    decryptor.decrypt(identities.iter().map(|identity| &identity.0 as &dyn age::Identity)).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    fn identity(seed: u64) -> SealIdentity {
        SealIdentity::generate(&mut SeededDice::repeatable(seed)).unwrap()
    }

    #[test]
    fn each_recipient_opens_it_and_nobody_else() {
        let (one, two, three) = (identity(1), identity(2), identity(3));
        let sealed = seal(&[one.recipient(), two.recipient()], "紧急".as_bytes()).unwrap();
        for holder in [&one, &two] {
            let own = std::slice::from_ref(holder);
            assert_eq!(open(own, &sealed, 100).unwrap(), "紧急".as_bytes());
        }
        assert_eq!(open(std::slice::from_ref(&three), &sealed, 100), Err(SealError::NotForUs));
        assert_eq!(open(&[three, one], &sealed, 100).unwrap(), "紧急".as_bytes());
        assert!(seal(&[], b"to nobody").is_err());
    }

    #[test]
    fn keys_survive_their_text_and_are_repeatable() {
        let one = identity(1);
        let text = one.to_text();
        assert!(text.starts_with("AGE-SECRET-KEY-1"));
        assert_eq!(SealIdentity::parse(&text).unwrap().recipient(), one.recipient());
        assert_eq!(identity(1).recipient(), one.recipient());
        let json = serde_json::to_string(&one.recipient()).unwrap();
        assert_eq!(serde_json::from_str::<SealRecipient>(&json).unwrap(), one.recipient());
        assert!(!format!("{one:?}").contains("SECRET-KEY"));
    }

    #[test]
    fn changed_or_cut_bytes_are_refused() {
        let one = [identity(1)];
        let sealed = seal(&[one[0].recipient()], b"a note").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&one, &changed, 100).is_err(), "byte {at}");
            assert!(open(&one, &sealed[..at], 100).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn more_than_the_limit_is_refused() {
        let one = [identity(1)];
        let sealed = seal(&[one[0].recipient()], &[0; 1_000]).unwrap();
        assert!(open(&one, &sealed, 1_000).is_ok());
        let refused = Err(SealError::TooLarge { place: "sealed bytes", limit: 999 });
        assert_eq!(open(&one, &sealed, 999), refused);
    }

    #[test]
    fn a_stream_of_many_pieces_arrives_and_a_missing_end_is_noticed() {
        let one = [identity(1)];
        let mut writer = SealWriter::new(&[one[0].recipient()], Vec::new()).unwrap();
        for piece in 0..40_u8 {
            writer.write_all(&[piece; 5_000]).unwrap();
        }
        let sealed = writer.finish().unwrap();
        let mut plain = Vec::new();
        open_stream(&one, &sealed[..]).unwrap().read_to_end(&mut plain).unwrap();
        assert_eq!(plain.len(), 200_000);
        assert!(plain.chunks(5_000).zip(0..).all(|(piece, n)| piece.iter().all(|byte| *byte == n)));
        let cut = &sealed[..sealed.len() - 10];
        assert!(open_stream(&one, cut).unwrap().read_to_end(&mut Vec::new()).is_err());
    }
}
