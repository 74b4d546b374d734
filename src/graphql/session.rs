//! Answering questions: one state, one queue of fetches, one form of answer.

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Response, Value, Variables};
use futures_util::future::join_all;
use futures_util::stream::{BoxStream, StreamExt, unfold};

use super::PlanSchema;
use super::bill::{Bill, MOST};
use super::checked::{Checked, Question, Refused, told};
use super::fault::{self, Fault};
use super::queue::Queue;
use super::ready::InBytes;
use super::response::is_request_error;
use super::view::View;

/// Errors that one answer tells at most.
const ERRORS: usize = 20;

/// What questions asked together need: the state they read, and the queue their fetches wait in.
pub struct Session {
    view: View,
    queue: Queue,
    bytes: bool,
}

impl Session {
    pub(super) const fn new(view: View, queue: Queue) -> Self {
        Self { view, queue, bytes: false }
    }

    /// For answers that are made into JSON by [`super::response`] and read in no other way: parts of them may be
    /// written already.
    pub fn in_bytes(self) -> Self {
        Self { bytes: true, ..self }
    }

    /// The state that is read.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Checks questions that are asked together; what they may cost is for all of them.
    pub fn check(&self, questions: Vec<Result<Question, Fault>>) -> Vec<Result<Checked, Refused>> {
        let mut budget = MOST;
        let check = |question: Result<Question, Fault>| {
            let checked = Checked::new(question?, &self.view, budget);
            if let Ok(checked) = &checked {
                budget = budget.saturating_sub(checked.bill().estimated());
            }
            checked
        };
        questions.into_iter().map(check).collect()
    }

    /// Checks a document that was read before. `budget` is what it may cost.
    ///
    /// # Errors
    /// [`Refused`] when it is too dear, or has no such operation.
    pub fn check_parsed(
        &self,
        document: ExecutableDocument,
        operation_name: Option<String>,
        variables: Variables,
        budget: u64,
    ) -> Result<Checked, Refused> {
        Checked::parsed(document, operation_name, variables, &self.view, budget)
    }

    /// Answers questions that were checked here, together. Every answer says what it was read at and what it cost,
    /// has its fields in the order of the question, and its errors in one form.
    pub async fn run(mut self, schema: &PlanSchema, checked: Vec<Result<Checked, Refused>>) -> Vec<Response> {
        let (view, bytes) = (&self.view, self.bytes);
        let answers = join_all(checked.into_iter().map(|checked| async move {
            match checked {
                Ok(checked) => {
                    let sound = checked.is_sound();
                    let request = checked.request(view);
                    // What is JSON already cannot be merged.
                    let request = if bytes && !checked.known.merged { request.data(InBytes) } else { request };
                    let mut answer = schema.execute(request, sound).await;
                    if !sound && !is_request_error(&answer) {
                        checked.known.found_sound();
                    }
                    checked.known.order.arrange(&mut answer.data);
                    sign(view, &mut answer, checked.bill());
                    answer
                }
                Err(refused) => signed(view, refused),
            }
        }));
        self.queue.drive(answers).await
    }

    /// The answers of a subscription, as they come. A query is answered once.
    pub fn stream(self, schema: &PlanSchema, checked: Result<Checked, Refused>) -> BoxStream<'static, Response> {
        let Self { view, queue, .. } = self;
        let checked = match checked {
            Ok(checked) => checked,
            Err(refused) => return futures_util::stream::iter([signed(&view, refused)]).boxed(),
        };
        let answers = schema.execute_stream(checked.request(&view));
        unfold((answers, queue, view, checked), |(mut answers, mut queue, view, checked)| async move {
            let mut answer = queue.drive(answers.next()).await?;
            checked.known.order.arrange(&mut answer.data);
            sign(&view, &mut answer, checked.bill());
            // It began in one state and tells of others.
            let newest = *view.arrivals().borrow();
            answer.extensions.insert("revision".to_owned(), newest.into());
            Some((answer, (answers, queue, view, checked)))
        })
        .boxed()
    }
}

fn signed(view: &View, refused: Refused) -> Response {
    let mut answer = *refused.answer;
    sign(view, &mut answer, &refused.bill);
    answer
}

/// What every answer says of itself.
fn sign(view: &View, answer: &mut Response, bill: &Bill) {
    answer.errors.truncate(ERRORS);
    answer.errors.iter_mut().for_each(fault::complete);
    let state = [
        ("revision", Value::from(view.revision().number)),
        ("on", Value::from(view.on().to_string())),
        ("sample", Value::from(view.read_sample())),
        ("cost", told(bill)),
    ];
    answer.extensions.extend(state.map(|(name, value)| (name.to_owned(), value)));
}
