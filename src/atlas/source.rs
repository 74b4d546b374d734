//! Which of several sources is preferred, and which are made up.

use std::cmp::{Ordering, Reverse};

use chrono::NaiveDate;

use super::Atlas;
use crate::domain::{Citation, Confidence, Document, EntityId};
use crate::store::table::Standing;

impl Atlas {
    /// The document of a citation.
    pub fn document(&self, citation: &Citation) -> Option<&Document> {
        self.documents.code(&citation.document).map(|document| &**document)
    }

    /// Whether what a document says is made up for demonstration.
    pub fn is_sample(&self, document: EntityId) -> bool {
        self.documents.id(document).is_some_and(|document| document.sample)
    }

    /// Whether a row is made up: its own citation, the first, names a sample document.
    pub fn cites_sample(&self, citations: &[Citation]) -> bool {
        citations.first().and_then(|citation| self.document(citation)).is_some_and(|document| document.sample)
    }

    /// Whether any row of the revision is made up, facts included: facts of sample documents come with the document.
    pub fn has_sample(&self) -> bool {
        self.documents.all().iter().any(|document| document.sample)
    }

    /// Orders two sources of one cell, the preferred first: real before sample, the more to be believed, the later
    /// released (or, where a row does not say, issued), then by document code. Each side is the document and the
    /// row's own release date.
    pub fn prefer(&self, a: (EntityId, Option<NaiveDate>), b: (EntityId, Option<NaiveDate>)) -> Ordering {
        self.standing(a).cmp(&self.standing(b))
    }

    /// How every document stands among the sources of a cell, for the database to decide by as [`Atlas::prefer`] does;
    /// without the made-up ones when only real data is wanted.
    pub fn standings(&self, real_only: bool) -> Vec<Standing> {
        let mut documents: Vec<&Document> = self.documents.all().iter().map(|document| &**document).collect();
        documents.sort_by(|a, b| a.code.cmp(&b.code));
        let believed = |document: &Document| Confidence::ALL.iter().position(|one| *one == document.confidence);
        (0i64..)
            .zip(documents)
            .filter(|(_, document)| !(real_only && document.sample))
            .map(|(rank, document)| Standing {
                document: document.id.0,
                class: i64::from(document.sample) * 10 + believed(document).map_or(9, |at| at as i64),
                sample: document.sample,
                issued: document.issued_on.clone().unwrap_or_default(),
                rank,
            })
            .collect()
    }

    fn standing(&self, source: (EntityId, Option<NaiveDate>)) -> (bool, Confidence, Reverse<String>, &str) {
        let (id, released) = source;
        let Some(document) = self.documents.id(id) else {
            return (true, Confidence::Low, Reverse(String::new()), "");
        };
        let date = released.map(|day| day.to_string()).or_else(|| document.issued_on.clone()).unwrap_or_default();
        (document.sample, document.confidence, Reverse(date), &document.code)
    }
}
