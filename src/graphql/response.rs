//! The one way from an answer to bytes.
//!
//! Geometry travels through async-graphql as [`ConstValue::Binary`] that already holds JSON. Serde would
//! turn it into a list of numbers without a word, so nothing else may serialise a [`Response`].

use async_graphql::{BatchResponse, Response, ServerError, Value};
use bytes::Bytes;
use serde::Serialize;

use super::fault::AWAY;

/// An answer, or the answers of a batch, as JSON.
pub fn to_bytes(answer: &BatchResponse) -> Bytes {
    let mut out = Vec::with_capacity(4096);
    match answer {
        BatchResponse::Single(response) => write_response(&mut out, response),
        BatchResponse::Batch(responses) => {
            out.push(b'[');
            for (at, response) in responses.iter().enumerate() {
                comma(&mut out, at);
                write_response(&mut out, response);
            }
            out.push(b']');
        }
    }
    out.into()
}

/// The errors of an answer alone, as a JSON list.
pub fn errors_to_bytes(answer: &Response) -> Bytes {
    let mut out = Vec::with_capacity(512);
    write_errors(&mut out, answer);
    out.into()
}

/// Whether the question was refused before anything was answered. Such an answer has no `data` at all.
pub fn is_request_error(answer: &Response) -> bool {
    answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(|error| error.path.is_empty())
}

/// Whether a part of an answer is missing because the database is away.
pub fn is_away(answers: &BatchResponse) -> bool {
    let said = |error: &ServerError| error.extensions.as_ref()?.get("code").map(|code| *code == Value::from(AWAY));
    let away = |one: &Response| one.errors.iter().any(|error| said(error) == Some(true));
    match answers {
        BatchResponse::Single(one) => away(one),
        BatchResponse::Batch(all) => all.iter().any(away),
    }
}

fn write_response(out: &mut Vec<u8>, response: &Response) {
    out.push(b'{');
    if is_request_error(response) {
        out.extend_from_slice(b"\"errors\":");
        write_errors(out, response);
    } else {
        out.extend_from_slice(b"\"data\":");
        write_value(out, &response.data);
        if !response.errors.is_empty() {
            out.extend_from_slice(b",\"errors\":");
            write_errors(out, response);
        }
    }
    if !response.extensions.is_empty() {
        out.extend_from_slice(b",\"extensions\":{");
        for (at, (name, value)) in response.extensions.iter().enumerate() {
            comma(out, at);
            write_json(out, name);
            out.push(b':');
            write_value(out, value);
        }
        out.push(b'}');
    }
    out.push(b'}');
}

fn write_errors(out: &mut Vec<u8>, response: &Response) {
    out.push(b'[');
    for (at, error) in response.errors.iter().enumerate() {
        comma(out, at);
        write_error(out, error);
    }
    out.push(b']');
}

/// Locations and path are plain data without geometry: serde writes them.
fn write_error(out: &mut Vec<u8>, error: &ServerError) {
    write_json(out, error);
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Number(number) => write_json(out, number),
        Value::String(text) => write_json(out, text),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Binary(json) => out.extend_from_slice(json),
        Value::Enum(word) => write_json(out, word.as_str()),
        Value::List(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                comma(out, at);
                write_value(out, item);
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            out.push(b'{');
            for (at, (name, value)) in fields.iter().enumerate() {
                comma(out, at);
                write_json(out, name.as_str());
                out.push(b':');
                write_value(out, value);
            }
            out.push(b'}');
        }
    }
}

fn comma(out: &mut Vec<u8>, at: usize) {
    if at > 0 {
        out.push(b',');
    }
}

/// A leaf, which cannot fail to serialise; a failure would leave `null`, which is still JSON.
#[expect(clippy::disallowed_methods, reason = "leaves hold no geometry")]
pub(super) fn write_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, leaf: &T) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, leaf).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, value};

    use super::*;

    fn with_geometry() -> Response {
        let geometry = Value::Binary(Bytes::from_static(br#"{"type":"Point","coordinates":[115.6,34.4]}"#));
        let mut data = async_graphql::indexmap::IndexMap::new();
        data.insert(Name::new("geojson"), geometry);
        data.insert(Name::new("名称"), value!("a \"b\"\n"));
        data.insert(Name::new("list"), value!([1, -2.5, true, null, { "a": "b" }]));
        data.insert(Name::new("stage"), Value::Enum(Name::new("SIGNED")));
        Response::new(Value::Object(data)).extension("revision", value!(3))
    }

    const EXPECTED: &str = r#"{"data":{"geojson":{"type":"Point","coordinates":[115.6,34.4]},"名称":"a \"b\"\n","list":[1,-2.5,true,null,{"a":"b"}],"stage":"SIGNED"},"extensions":{"revision":3}}"#;

    #[test]
    fn geometry_stays_an_object_alone_and_in_a_batch() {
        let single = to_bytes(&BatchResponse::Single(with_geometry()));
        assert_eq!(std::str::from_utf8(&single).unwrap(), EXPECTED);
        let batch = to_bytes(&BatchResponse::Batch(vec![with_geometry(), with_geometry()]));
        assert_eq!(std::str::from_utf8(&batch).unwrap(), format!("[{EXPECTED},{EXPECTED}]"));
    }

    #[test]
    fn errors_keep_message_path_and_extensions() {
        let mut error = ServerError::new("no", None);
        error.path = vec![async_graphql::PathSegment::Field("a".into()), async_graphql::PathSegment::Index(1)];
        error.extensions.get_or_insert_default().set("code", "UNKNOWN_CODE");
        let bytes = to_bytes(&Response::from_errors(vec![error]).into());
        let parsed: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(parsed["errors"][0]["path"], serde_json::json!(["a", 1]));
        assert_eq!(parsed["errors"][0]["extensions"]["code"], "UNKNOWN_CODE");
        assert_eq!(parsed["data"], serde_json::Value::Null);
    }
}
