//! Opaque ids: base64url of `Type:local`, and inside a snapshot of `Type:local@revision:date`.
//!
//! The suffix keeps a normalising client cache from merging two knowledge states of one entity.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;

use super::fault::Fault;

/// What an id says when opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeId {
    /// GraphQL type of the node.
    pub kind: String,
    /// Identity within the type.
    pub local: String,
    /// The snapshot it was read in; none at the head.
    pub at: Option<(i32, NaiveDate)>,
}

impl NodeId {
    /// The id as clients see it.
    pub fn encode(kind: &str, local: &str, at: Option<(i32, NaiveDate)>) -> ID {
        let text = match at {
            None => format!("{kind}:{local}"),
            Some((revision, on)) => format!("{kind}:{local}@{revision}:{on}"),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }

    /// Opens an id.
    ///
    /// # Errors
    /// [`Fault`] when the text is no id of this product.
    pub fn decode(id: &ID) -> Result<Self, Fault> {
        let open = || {
            let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (kind, rest) = text.split_once(':')?;
            let known = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphabetic());
            let (local, at) = match rest.rsplit_once('@') {
                None => (rest, None),
                Some((local, at)) => {
                    let (revision, on) = at.split_once(':')?;
                    (local, Some((revision.parse().ok()?, on.parse().ok()?)))
                }
            };
            (known && !local.is_empty()).then(|| Self { kind: kind.to_owned(), local: local.to_owned(), at })
        };
        open().ok_or_else(|| Fault::bad_id(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_open_to_what_was_closed() {
        let at = Some((7, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()));
        for (kind, local, at) in [("Zone", "12", None), ("Zone", "12", at), ("Footprint", "LAYOUT/plan/core", at)] {
            let id = NodeId::encode(kind, local, at);
            assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            let open = NodeId::decode(&id).unwrap();
            assert_eq!((open.kind.as_str(), open.local.as_str(), open.at), (kind, local, at));
        }
        for bad in ["", "x", "Zone:1", "Wm9uZTo", "Wm9uZQ"] {
            assert!(NodeId::decode(&ID(bad.to_owned())).is_err(), "{bad}");
        }
    }
}
