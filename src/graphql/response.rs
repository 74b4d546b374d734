//! The one way from an answer to bytes.
//!
//! Geometry travels through async-graphql as [`ConstValue::Binary`] that already holds JSON, and lists whose answer
//! stands ready as several of them. Serde would turn each into a list of numbers without a word, so nothing else may
//! serialise a [`Response`].

use async_graphql::{BatchResponse, Response, ServerError, Value};
use bytes::Bytes;

use super::fault::AWAY;
use super::pieces::{self, Pieces, Writer};

/// An answer, or the answers of a batch, as JSON in one.
pub fn to_bytes(answer: &BatchResponse) -> Bytes {
    to_json(answer).whole()
}

/// An answer, or the answers of a batch, as JSON.
pub fn to_json(answer: &BatchResponse) -> Pieces {
    let mut out = Writer::new(4096);
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
    out.finish()
}

/// The errors of an answer alone, as a JSON list.
pub fn errors_to_bytes(answer: &Response) -> Bytes {
    let mut out = Writer::new(512);
    write_errors(&mut out, answer);
    out.finish().whole()
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

fn write_response(out: &mut Writer, response: &Response) {
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
            out.json(name);
            out.push(b':');
            write_value(out, value);
        }
        out.push(b'}');
    }
    out.push(b'}');
}

fn write_errors(out: &mut Writer, response: &Response) {
    out.push(b'[');
    for (at, error) in response.errors.iter().enumerate() {
        comma(out, at);
        write_error(out, error);
    }
    out.push(b']');
}

/// Locations and path are plain data without geometry: serde writes them.
fn write_error(out: &mut Writer, error: &ServerError) {
    out.json(error);
}

fn write_value(out: &mut Writer, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Number(number) => out.json(number),
        Value::String(text) => out.json(text),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Binary(json) => out.share(json),
        Value::Enum(word) => out.json(word.as_str()),
        Value::List(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                comma(out, at);
                write_value(out, item);
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            if let Some(pieces) = pieces::of(fields) {
                return pieces.for_each(|piece| out.share(piece));
            }
            out.push(b'{');
            for (at, (name, value)) in fields.iter().enumerate() {
                comma(out, at);
                out.json(name.as_str());
                out.push(b':');
                write_value(out, value);
            }
            out.push(b'}');
        }
    }
}

fn comma(out: &mut Writer, at: usize) {
    if at > 0 {
        out.push(b',');
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
