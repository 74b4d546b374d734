//! Answering a request: one state, one queue of fetches, one form of answer.

use async_graphql::{BatchRequest, BatchResponse, Value};

use super::order::arrange;
use super::queue::Queue;
use super::view::View;
use super::{PlanSchema, fault};

/// What a request needs: the state it reads, and the queue its fetches wait in.
pub struct Session {
    view: View,
    queue: Queue,
}

impl Session {
    pub(super) const fn new(view: View, queue: Queue) -> Self {
        Self { view, queue }
    }

    /// The state that is read.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Answers a request or a batch of them. Every answer says what it was read at, has its fields in the order of the
    /// question, and its errors in one form.
    pub async fn answer(self, schema: &PlanSchema, mut request: BatchRequest) -> BatchResponse {
        let questions: Vec<_> = request
            .iter_mut()
            .map(|question| (question.parsed_query().ok().cloned(), question.operation_name.clone()))
            .collect();
        let mut answers = self.queue.drive(schema.execute_batch(request.data(self.view.clone()))).await;
        let each = match &mut answers {
            BatchResponse::Single(one) => std::slice::from_mut(one),
            BatchResponse::Batch(many) => many.as_mut_slice(),
        };
        for (answer, (document, operation)) in each.iter_mut().zip(&questions) {
            if let Some(document) = document {
                arrange(answer, document, operation.as_deref());
            }
            answer.errors.iter_mut().for_each(fault::complete);
            let state = [
                ("revision", Value::from(self.view.revision().number)),
                ("on", Value::from(self.view.on().to_string())),
                ("sample", Value::from(self.view.read_sample())),
            ];
            answer.extensions.extend(state.map(|(name, value)| (name.to_owned(), value)));
        }
        answers
    }
}
