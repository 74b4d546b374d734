//! Scalars of the schema. Each has one text form in answers and refuses everything else as input.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use bytes::Bytes;
use chrono::{NaiveDate, Utc};

use crate::domain;

/// An exact number; see [`domain::Quantity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal(pub domain::Decimal);

/// 精确小数，以 JSON 字符串给出（如 '1400.00'），从不经过浮点数。
/// Exact decimal, serialised as a JSON string ('1400.00'); never an IEEE float.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            Value::Number(number) if number.is_i64() => {
                Ok(Self(domain::Decimal::from(number.as_i64().unwrap_or_default())))
            }
            Value::Number(_) => Err(InputValueError::custom("write a decimal as a string, e.g. \"1.31\"")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// 日期，如 '2025-06-30'。
/// Calendar date, e.g. '2025-06-30'.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// 时刻，RFC 3339 格式，世界协调时。
/// Moment in RFC 3339 form, in UTC.
#[Scalar(name = "DateTime", specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => chrono::DateTime::parse_from_rfc3339(text)
                .map(|at| Self(at.with_timezone(&Utc)))
                .map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// A geometry, already encoded: the atlas keeps it ready to send and nothing re-encodes it on the way out.
/// Only [`super::response::to_json`] writes it correctly.
#[derive(Debug, Clone)]
pub struct GeoJson(pub Bytes);

/// RFC 7946 几何对象（真正的 JSON 对象，不是字符串；CGCS2000/WGS 84 经纬度，小数不超过 7 位）。
/// A real JSON object holding an RFC 7946 geometry (CGCS2000/WGS 84 lon-lat, at most 7 decimals); never a string of JSON.
#[Scalar(name = "GeoJSON", specified_by_url = "https://datatracker.ietf.org/doc/html/rfc7946")]
impl ScalarType for GeoJson {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Object(_) => {
                let json = serde_json::to_value(&value).map_err(InputValueError::custom)?;
                Ok(Self(Bytes::from(json.to_string())))
            }
            Value::String(_) => Err(InputValueError::custom("write a geometry as an object, not as a text of JSON")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Binary(self.0.clone())
    }
}

/// A period by its code; see [`domain::PeriodCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodCode(pub domain::PeriodCode);

/// 时期代码：'2025'、'2025-H1'、'2025-Q3'、'2025-M09'。
/// Code of a period: '2025', '2025-H1', '2025-Q3', '2025-M09'.
#[Scalar(name = "PeriodCode")]
impl ScalarType for PeriodCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub String);

/// 网址。
/// Web address.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sha256(pub String);

/// SHA-256 摘要，64 位小写十六进制。
/// SHA-256 digest, 64 lower-case hexadecimal digits.
#[Scalar(name = "SHA256")]
impl ScalarType for Sha256 {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(Self(text.to_ascii_lowercase()))
            }
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
