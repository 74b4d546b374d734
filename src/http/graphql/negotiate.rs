//! Which form of an answer a client wants.

use axum::http::{HeaderMap, header};

/// How well `accept` fits an offer: its weight in thousandths, how exactly it names it, and how early.
type Fit = (u16, u8, std::cmp::Reverse<usize>);

/// The offer that a request accepts most gladly; none when it accepts none of them. Where the request leaves it open,
/// the first offer.
pub fn best(headers: &HeaderMap, offers: &[&str]) -> Option<usize> {
    let wanted: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','))
        .collect();
    if wanted.iter().all(|range| range.trim().is_empty()) {
        return Some(0);
    }
    let fits = offers.iter().enumerate().filter_map(|(at, offer)| Some((at, fit(&wanted, offer)?)));
    // Of equals the earlier offer: `max_by` would keep the last.
    fits.rev().max_by_key(|(_, fit)| *fit).map(|(at, _)| at)
}

fn fit(wanted: &[&str], offer: &str) -> Option<Fit> {
    let found = wanted.iter().enumerate().filter_map(|(at, range)| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let exact = exactness(media, offer)?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(Some(1.0), |text| text.parse::<f32>().ok()).unwrap_or(0.0).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 … 1000")]
        let weight = (weight * 1000.0).round() as u16;
        Some((exact, weight, std::cmp::Reverse(at)))
    });
    // The most exact range speaks for an offer, also when it forbids it.
    let (exact, weight, at) = found.max_by_key(|(exact, ..)| *exact)?;
    (weight > 0).then_some((weight, exact, at))
}

/// How exactly a range names a media type; none when it does not.
fn exactness(range: &str, offer: &str) -> Option<u8> {
    if range.eq_ignore_ascii_case(offer) {
        return Some(2);
    }
    let (kind, _) = offer.split_once('/')?;
    match range.split_once('/') {
        Some((range, "*")) if range.eq_ignore_ascii_case(kind) => Some(1),
        Some(("*", "*")) => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_decides_and_where_it_does_not_the_first_offer_is_taken() {
        let offers = ["application/json", "application/graphql-response+json"];
        for (accept, expected) in [
            ("", Some(0)),
            ("*/*", Some(0)),
            ("application/*", Some(0)),
            ("application/json", Some(0)),
            ("application/graphql-response+json", Some(1)),
            ("application/graphql-response+json, application/json", Some(1)),
            ("application/json, application/graphql-response+json", Some(0)),
            ("application/json;q=0.5, application/graphql-response+json;q=0.9", Some(1)),
            ("application/graphql-response+json; charset=utf-8; q=0.1, */*", Some(0)),
            ("application/json;q=0, */*", Some(1)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(0)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("APPLICATION/JSON", Some(0)),
            ("nonsense", None),
        ] {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(best(&headers, &offers), expected, "{accept}");
        }
    }
}
