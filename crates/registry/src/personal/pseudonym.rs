//! How is a person joined across registries without being named?

use std::fmt;

use ring::hmac;

use crate::personal::PersonalNumber;

/// Bytes that a key must have: as many as the hash gives, as RFC 2104 (section 3) asks for.
pub const MIN_KEY_BYTES: usize = 32;

/// A key with fewer different bytes than this was typed by a bored hand.
const MIN_DIFFERENT_BYTES: usize = 8;

/// Bytes of the hash that a pseudonym shows: 128 bits, so that among 10 million people the chance
/// of two alike is 1 in 10²⁴.
const PSEUDONYM_BYTES: usize = 16;

/// Bytes of a key's fingerprint.
const FINGERPRINT_BYTES: usize = 8;

/// What is hashed for the fingerprint: no number can be it.
const FINGERPRINT_TEXT: &[u8] = b"kohort pseudonym key";

/// The secret that pseudonyms are made with.
#[derive(Clone)]
pub struct PseudonymKey {
    key: hmac::Key,
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(..)")
    }
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Too few bytes.
    #[error("the pseudonym key is too short: expected {MIN_KEY_BYTES} bytes, got {found}")]
    TooShort {
        /// How many there are.
        found: usize,
    },
    /// Too few different bytes.
    #[error("the pseudonym key repeats itself: anybody could guess it")]
    TooRegular,
}

impl PseudonymKey {
    /// A key of these bytes, without the blanks and line ends around them.
    ///
    /// # Errors
    /// When it is too short or too regular.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.trim_ascii();
        if bytes.len() < MIN_KEY_BYTES {
            return Err(KeyError::TooShort { found: bytes.len() });
        }
        let mut different = bytes.to_vec();
        different.sort_unstable();
        different.dedup();
        if different.len() < MIN_DIFFERENT_BYTES {
            return Err(KeyError::TooRegular);
        }
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, bytes),
        })
    }

    /// Tells two keys apart without telling the key: what a lake keeps to refuse another one.
    pub fn fingerprint(&self) -> String {
        let tag = hmac::sign(&self.key, FINGERPRINT_TEXT);
        hex(&tag.as_ref()[..FINGERPRINT_BYTES])
    }

    /// The first 128 bits of HMAC-SHA-256 over the twelve digits, in hexadecimal.
    ///
    /// # References
    /// RFC 2104 (HMAC), section 5 (truncation); FIPS 198-1.
    pub fn pseudonym(&self, number: &PersonalNumber) -> String {
        let tag = hmac::sign(&self.key, number.digits());
        hex(&tag.as_ref()[..PSEUDONYM_BYTES])
    }
}

/// Bytes in hexadecimal, lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn number(text: &str) -> PersonalNumber {
        let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        PersonalNumber::parse(text.as_bytes(), today).unwrap()
    }

    #[test]
    fn a_pseudonym_is_what_openssl_says() {
        // printf 191212121212 | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let key = PseudonymKey::new(KEY).unwrap();
        let expected = "dac76de18eecefba4c82c3c9356a6a3b";
        assert_eq!(key.pseudonym(&number("19121212-1212")), expected);
        assert_eq!(key.pseudonym(&number("121212+1212")), expected);
    }

    #[test]
    fn another_key_gives_another_pseudonym_and_fingerprint() {
        let a = PseudonymKey::new(KEY).unwrap();
        let b = PseudonymKey::new(b"0123456789abcdef0123456789abcdeF").unwrap();
        assert_ne!(
            a.pseudonym(&number("191212121212")),
            b.pseudonym(&number("191212121212"))
        );
        assert_ne!(a.fingerprint(), b.fingerprint());
        assert_eq!(a.fingerprint().len(), 16);
    }

    #[test]
    fn a_line_end_is_no_part_of_a_key() {
        let with_line_end = [KEY, b"\r\n"].concat();
        let (a, b) = (PseudonymKey::new(KEY), PseudonymKey::new(&with_line_end));
        assert_eq!(a.unwrap().fingerprint(), b.unwrap().fingerprint());
    }

    #[test]
    fn weak_keys_are_refused() {
        assert_eq!(
            PseudonymKey::new(b"secret").unwrap_err(),
            KeyError::TooShort { found: 6 }
        );
        let regular = [b'a'; 40];
        assert_eq!(
            PseudonymKey::new(&regular).unwrap_err(),
            KeyError::TooRegular
        );
        assert_eq!(
            format!("{:?}", PseudonymKey::new(KEY).unwrap()),
            "PseudonymKey(..)"
        );
    }
}
