//! Ed25519 signatures of editions: keys as PEM files (PKCS#8 for the private one, SPKI for the public one), as OpenSSL
//! makes them.

use std::fmt;

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use ed25519_dalek::{Signer as _, VerifyingKey};

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a private key.
    #[error(
        "不是 Ed25519 私钥(PKCS#8 PEM,如 openssl genpkey -algorithm ed25519)。No Ed25519 private key in PKCS#8 PEM \
         (openssl genpkey -algorithm ed25519)."
    )]
    Private,
    /// Not a public key.
    #[error("不是 Ed25519 公钥(PEM,如 openssl pkey -pubout)。No Ed25519 public key in PEM (openssl pkey -pubout).")]
    Public,
}

/// A private key. It never shows.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a PEM text.
    ///
    /// # Errors
    /// [`KeyError`] when it is none.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(text.trim()).map(Self).map_err(|_| KeyError::Private)
    }

    pub(super) fn sign(&self, statement: &str) -> Signature {
        Signature {
            public_key: PublicKey(self.0.verifying_key()).to_string(),
            signature: hex::encode(self.0.sign(statement.as_bytes()).to_bytes()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", PublicKey(self.0.verifying_key()))
    }
}

/// A public key; shown as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key of a PEM text.
    ///
    /// # Errors
    /// [`KeyError`] when it is none.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        VerifyingKey::from_public_key_pem(text.trim()).map(Self).map_err(|_| KeyError::Public)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

/// A signature with the key that checks it, both hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Ed25519 public key.
    pub public_key: String,
    /// Ed25519 signature.
    pub signature: String,
}

impl Signature {
    /// Whether it is the key's signature of a statement. Only the one way of writing key and signature is accepted.
    pub(super) fn holds(&self, statement: &str) -> bool {
        let bytes = |text: &str| hex::decode(text).ok().filter(|bytes| hex::encode(bytes) == text);
        let check = || {
            let key = VerifyingKey::from_bytes(&bytes(&self.public_key)?.try_into().ok()?).ok()?;
            let signature = ed25519_dalek::Signature::from_slice(&bytes(&self.signature)?).ok()?;
            key.verify_strict(statement.as_bytes(), &signature).ok()
        };
        check().is_some()
    }
}
