//! Figures of every place and indicator, month by month.

use std::fmt::Display;
use std::io;

use rand::Rng;

use super::land::Land;
use super::sheets::{Folder, Sheet};
use super::things::{document, indicator};
use super::{INDICATORS, Size};

/// The last month, counted from year 0.
const LAST: usize = 2025 * 12 + 11;

/// The newest figure of each place and indicator, in tenths of 万元.
pub(super) struct Ledger {
    places: Vec<(&'static str, String)>,
    months: usize,
    values: Vec<u32>,
}

impl Ledger {
    pub(super) fn new(size: &Size, land: &Land, draw: &mut impl Rng) -> Self {
        let counties = (0..land.counties()).map(|number| ("REGION", land.county(number)));
        let zones = (0..land.zones.len()).map(|number| ("ZONE", land.zone(number)));
        let places: Vec<_> = counties.chain(zones).collect();
        let first = |(kind, _): &(&str, String)| if *kind == "REGION" { 200_000 } else { 20_000 };
        let values = places.iter().flat_map(|place| std::iter::repeat_n(first(place), INDICATORS));
        let values = values.map(|value| value + draw.random_range(0..value)).collect();
        Self { places, months: size.months, values }
    }

    /// Every month but the newest.
    pub(super) fn past(&mut self, folder: &mut Folder, draw: &mut impl Rng) -> io::Result<()> {
        let mut sheet = folder.sheet("observations")?;
        for month in LAST + 1 - self.months..LAST {
            self.values.iter_mut().for_each(|value| *value = drift(*value, draw));
            self.write(&mut sheet, month, "made-up-bulletin")?;
        }
        sheet.end()
    }

    /// One state of the newest month; each revises a tenth of the one before.
    pub(super) fn newest(&mut self, folder: &mut Folder, state: usize, draw: &mut impl Rng) -> io::Result<()> {
        let mut sheet = folder.sheet("documents")?;
        document(&mut sheet, "made-up-dispatch", "虚构的月调度", "Made-up monthly figures", "2026-01-01")?;
        sheet.end()?;
        for value in &mut self.values {
            if state == 1 || draw.random_range(0..10) == 0 {
                *value = drift(*value, draw);
            }
        }
        let mut sheet = folder.sheet("observations")?;
        self.write(&mut sheet, LAST, "made-up-dispatch")?;
        sheet.end()
    }

    fn write(&self, sheet: &mut Sheet, month: usize, document: &str) -> io::Result<()> {
        let period = format!("{}-M{:02}", month / 12, month % 12 + 1);
        let indicators: Vec<String> = (0..INDICATORS).map(indicator).collect();
        let cells = self.places.iter().flat_map(|place| indicators.iter().map(move |indicator| (place, indicator)));
        for (((kind, code), indicator), value) in cells.zip(&self.values) {
            let cells: [(&str, &dyn Display); 10] = [
                ("subject_kind", kind),
                ("subject_code", code),
                ("indicator", indicator),
                ("period", &period),
                ("accumulation", &"IN_PERIOD"),
                ("value", &format_args!("{}.{}", value / 10, value % 10)),
                ("unit", &"CNY-1e4"),
                ("comparator", &"EQUAL"),
                ("status", &"NORMAL"),
                ("document", &document),
            ];
            sheet.row(&cells)?;
        }
        Ok(())
    }
}

/// A value a month later: up to a twentieth more or less.
fn drift(value: u32, draw: &mut impl Rng) -> u32 {
    let most = value / 20;
    value - most + draw.random_range(0..=2 * most)
}
