//! A county's signed word: a text in JSON with the signature over exactly that text.
//!
//! The text stays as it was signed, so that a phone of another version, which knows fewer or more
//! fields, still verifies it.

use crate::error::SealError;
use crate::sign::{KeyId, PublicKey, Signature, SigningKey};
use domain::canonical::canonical_json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// What a county can put its name to. The label keeps words of different kinds apart.
pub trait Word: Serialize + DeserializeOwned {
    /// The purpose of the signature; never reused for another type.
    const LABEL: &'static str;
}

/// A word with its signature; as it travels and is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SignedWord<T> {
    /// The word in canonical JSON, as it was signed.
    text: String,
    /// The county key that signed.
    key: KeyId,
    signature: Signature,
    #[serde(skip)]
    kind: PhantomData<fn() -> T>,
}

impl<T: Word> SignedWord<T> {
    /// Signs a word with a county key.
    ///
    /// # Errors
    /// [`SealError::Failed`] when the word cannot be written as JSON.
    pub fn sign(word: &T, key: &SigningKey) -> Result<Self, SealError> {
        let text = canonical_json(word).map_err(|error| SealError::failed(T::LABEL, error))?;
        let signature = key.sign(T::LABEL, text.as_bytes());
        Ok(Self { text, key: key.public().id(), signature, kind: PhantomData })
    }

    /// The word, when one of these county keys signed it.
    ///
    /// # Errors
    /// [`SealError::KeyUnknown`], [`SealError::SignatureWrong`], or [`SealError::Damaged`] when
    /// this version cannot read what was rightly signed.
    pub fn open<'a>(&self, keys: impl IntoIterator<Item = &'a PublicKey>) -> Result<T, SealError> {
        let unknown = SealError::KeyUnknown { place: T::LABEL, key: self.key };
        let key = keys.into_iter().find(|key| key.id() == self.key).ok_or(unknown)?;
        key.verify(T::LABEL, self.text.as_bytes(), &self.signature)?;
        serde_json::from_str(&self.text).map_err(|_| SealError::Damaged { place: T::LABEL })
    }

    /// The key that it says it was signed with.
    pub fn key_id(&self) -> KeyId {
        self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Old {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct New {
        name: String,
        colour: String,
    }

    impl Word for Old {
        const LABEL: &'static str = "test word";
    }

    impl Word for New {
        const LABEL: &'static str = "test word";
    }

    #[test]
    fn an_older_version_verifies_a_word_with_fields_it_does_not_know() {
        let key = SigningKey::generate(&mut SeededDice::repeatable(1));
        let word = New { name: "杨".into(), colour: "红".into() };
        let json = serde_json::to_string(&SignedWord::sign(&word, &key).unwrap()).unwrap();
        let received: SignedWord<Old> = serde_json::from_str(&json).unwrap();
        assert_eq!(received.open([&key.public()]), Ok(Old { name: "杨".into() }));
    }

    #[test]
    fn a_changed_word_or_another_key_is_refused() {
        let mut dice = SeededDice::repeatable(1);
        let (key, other) = (SigningKey::generate(&mut dice), SigningKey::generate(&mut dice));
        let mut signed = SignedWord::sign(&Old { name: "杨".into() }, &key).unwrap();
        assert!(matches!(signed.open([&other.public()]), Err(SealError::KeyUnknown { .. })));
        signed.text = signed.text.replace('杨', "李");
        let keys = [other.public(), key.public()];
        assert_eq!(signed.open(&keys), Err(SealError::SignatureWrong { place: "test word" }));
    }
}
