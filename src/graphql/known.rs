//! Documents that were read before. Clients put the same few documents again and again with other variables: each is
//! read, put in order and checked against the schema once, and then only its variables are looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Request, Variables};
use moka::sync::Cache;

use super::checked::{Refused, read};
use super::fault::Fault;
use super::inputs;
use super::order::{Order, operation};

/// Bytes of texts that are remembered.
const REMEMBERED: u64 = 1024 * 1024;

/// A document, with what follows from its text and the operation that runs.
#[derive(Debug)]
pub struct Known {
    /// The document.
    pub document: ExecutableDocument,
    /// The order of its answer.
    pub order: Order,
    /// Whether parts of its answer may have to be merged.
    pub merged: bool,
    named: Option<String>,
    /// Whether it was found to fit the schema.
    sound: AtomicBool,
}

impl Known {
    /// A document and the name of its operation that runs.
    ///
    /// # Errors
    /// [`Fault`] when it has no such operation.
    pub fn new(document: ExecutableDocument, named: Option<String>) -> Result<Self, Fault> {
        let asked = operation(&document, named.as_deref()).ok_or_else(|| Fault::operation(named.as_deref()))?;
        let (order, merged) = Order::of(&document, asked);
        Ok(Self { document, order, merged, named, sound: AtomicBool::new(false) })
    }

    /// Its operation that runs.
    pub fn operation(&self) -> Option<&OperationDefinition> {
        operation(&self.document, self.named.as_deref())
    }

    /// Remembers that it fits the schema.
    pub fn found_sound(&self) {
        self.sound.store(true, Ordering::Relaxed);
    }

    /// Whether nothing of a question can be found wrong any more before it is answered: its document fits the schema,
    /// and its variables are what they are declared to be.
    pub fn is_sound(&self, variables: &Variables) -> bool {
        self.sound.load(Ordering::Relaxed)
            && self.operation().is_some_and(|asked| {
                let mut declared = asked.variable_definitions.iter().map(|one| &one.node);
                declared.all(|one| {
                    // What is null but may have a default is left to those who know.
                    let given = variables.get(&one.name.node);
                    given.is_none_or(|given| {
                        *given != async_graphql::Value::Null && inputs::fits(&one.var_type.node, given)
                    })
                })
            })
    }

    /// As async-graphql takes it.
    pub fn request(&self, variables: Variables) -> Request {
        let mut request = Request::new(String::new()).variables(variables);
        request.operation_name.clone_from(&self.named);
        request.set_parsed_query(self.document.clone());
        request
    }
}

/// The documents that were read last.
#[derive(Debug)]
pub struct Documents(Cache<String, Arc<Known>>);

impl Default for Documents {
    fn default() -> Self {
        let weigh = |text: &String, _: &Arc<Known>| u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(REMEMBERED).weigher(weigh).build())
    }
}

impl Documents {
    /// Reads a document, or remembers it.
    ///
    /// # Errors
    /// [`Refused`] when it cannot be read, or has no such operation.
    pub fn read(&self, text: &str, named: Option<&str>) -> Result<Arc<Known>, Refused> {
        // No name holds a line.
        let key = format!("{}\n{text}", named.unwrap_or_default());
        if let Some(known) = self.0.get(&key).filter(|known| known.named.as_deref() == named) {
            return Ok(known);
        }
        let known = Arc::new(Known::new(read(text)?, named.map(str::to_owned))?);
        self.0.insert(key, Arc::clone(&known));
        Ok(known)
    }
}
