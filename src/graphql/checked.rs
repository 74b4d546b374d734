//! A question, and what has to be known of it before it is answered: that its text is bounded, which operation runs,
//! and what that would cost.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Request, Response, ServerError, Value, Variables, value};

use super::bill::{Bill, MOST};
use super::fault::{Fault, complete};
use super::known::Known;
use super::scan::scan;
use super::view::View;

/// A document, which of its operations, and its variables.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The document.
    pub query: String,
    /// The operation to run, where it holds several.
    pub operation_name: Option<String>,
    /// Variables.
    pub variables: Variables,
}

/// A question that may be answered: read, bounded and priced.
#[derive(Debug)]
pub struct Checked {
    pub(super) known: Arc<Known>,
    variables: Variables,
    kind: OperationType,
    name: Option<String>,
    bill: Bill,
}

/// Why a question is not answered, with what it would have cost as far as that is known.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong.
    pub answer: Box<Response>,
    /// Its cost.
    pub bill: Bill,
    /// The code of what is wrong.
    pub code: &'static str,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code(), answer: Box::new(fault.into()), bill: Bill::default() }
    }
}

/// Reads a document whose text is within bounds. Whatever comes from outside is read here and nowhere else.
///
/// # Errors
/// [`Refused`] when it is too long, too deep, or no GraphQL.
pub fn read(text: &str) -> Result<ExecutableDocument, Refused> {
    scan(text)?;
    parse_query(text).map_err(|error| {
        let mut error = ServerError::from(error);
        complete(&mut error);
        Refused {
            answer: Box::new(Response::from_errors(vec![error])),
            bill: Bill::default(),
            code: "INVALID_DOCUMENT",
        }
    })
}

impl Checked {
    /// Checks a question as seen in a view. `budget` is what it may cost.
    ///
    /// # Errors
    /// [`Refused`] when it is too long, too deep, no GraphQL, or too dear.
    pub fn new(question: Question, view: &View, budget: u64) -> Result<Self, Refused> {
        Self::price(question, view)?.within(budget)
    }

    /// Checks a document that was read before, as seen in a view.
    ///
    /// # Errors
    /// [`Refused`] when it is too dear, or has no such operation.
    pub fn parsed(
        document: ExecutableDocument,
        operation_name: Option<String>,
        variables: Variables,
        view: &View,
        budget: u64,
    ) -> Result<Self, Refused> {
        Self::priced(Arc::new(Known::new(document, operation_name)?), variables, view)?.within(budget)
    }

    fn within(self, budget: u64) -> Result<Self, Refused> {
        let checked = self;
        if checked.bill.estimated() > budget.min(MOST) {
            let bill = checked.bill;
            let fault = Fault::too_dear(bill.estimated(), budget.min(MOST), bill.advice(), dearest(&bill));
            return Err(Refused { answer: Box::new(fault.into()), bill, code: "TOO_COMPLEX" });
        }
        Ok(checked)
    }

    /// Reads a question and works out its cost, however large.
    ///
    /// # Errors
    /// As [`Checked::new`], but for the cost.
    pub fn price(question: Question, view: &View) -> Result<Self, Refused> {
        let known = view.documents().read(&question.query, question.operation_name.as_deref())?;
        Self::priced(known, question.variables, view)
    }

    fn priced(known: Arc<Known>, variables: Variables, view: &View) -> Result<Self, Refused> {
        let asked = known.operation().ok_or_else(|| Fault::operation(None))?;
        let mut bill = Bill::of(&known.document, asked, &variables, view.atlas());
        if let Some(wrong) = bill.wrong.take() {
            return Err((*wrong).into());
        }
        let (kind, name) = (asked.ty, name_of(&known.document, asked));
        Ok(Self { kind, name, bill, known, variables })
    }

    /// Whether it is a query, a mutation or a subscription.
    pub const fn kind(&self) -> OperationType {
        self.kind
    }

    /// Whether it waits for events.
    pub fn is_subscription(&self) -> bool {
        self.kind == OperationType::Subscription
    }

    /// The name of its operation.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it would cost.
    pub const fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Whether nothing can be found wrong with it before it is answered.
    pub(super) fn is_sound(&self) -> bool {
        self.known.is_sound(&self.variables)
    }

    /// As async-graphql takes it.
    pub(super) fn request(&self, view: &View) -> Request {
        self.known.request(self.variables.clone()).data(view.clone())
    }
}

fn name_of(document: &ExecutableDocument, asked: &OperationDefinition) -> Option<String> {
    let DocumentOperations::Multiple(many) = &document.operations else { return None };
    many.iter().find(|(_, one)| std::ptr::eq(&raw const one.node, asked)).map(|(name, _)| name.to_string())
}

/// A bill as every answer tells it.
pub fn told(bill: &Bill) -> Value {
    value!({
        "estimated": bill.estimated(),
        "nodes": bill.nodes,
        "vertices": bill.vertices,
        "limit": MOST,
    })
}

fn dearest(bill: &Bill) -> Value {
    let parts = bill.dearest.iter().map(|part| value!({ "path": part.path.clone(), "cost": part.cost })).collect();
    let mut told = told(bill);
    if let Value::Object(fields) = &mut told {
        fields.insert(async_graphql::Name::new("dearest"), Value::List(parts));
    }
    told
}
