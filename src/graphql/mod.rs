//! The GraphQL schema: one file per family of types. No SQL, no geometry maths.
//!
//! A node type is a struct of the [`View`] it was read in and its row (`Zone { view, row: Arc<domain::Zone> }`), made
//! by `new(&view, &row)`. Fields that several types share are lent: `NodeFields`, `SubjectFields`, `SourcedFields` are
//! flattened into each, and a type that has them is listed in the `interface!` of that name.

mod assessment;
mod bill;
mod catalog;
mod census;
mod chain;
mod changes;
mod checked;
mod cluster;
mod conditions;
mod connection;
mod cost;
mod derivation;
mod derived;
mod dimensions;
mod document;
mod edition;
mod enterprise;
mod facts;
mod fault;
mod filter;
mod footprint;
mod growth;
mod held;
mod id;
mod inconsistency;
mod indicator;
mod inputs;
mod interface;
mod known;
mod layout;
mod library;
mod loaders;
mod mixing;
mod node;
mod observation;
mod order;
mod pieces;
mod pin;
mod place;
mod places;
mod plan;
mod profile;
mod project;
mod projects;
mod quantity;
mod query;
mod question;
mod queue;
mod rank;
mod ready;
mod region;
mod register;
pub mod response;
mod revision;
mod rows;
mod scalars;
mod scan;
mod scorecard;
mod search;
mod series;
mod session;
mod space;
mod subject;
mod subscription;
mod table;
mod target;
mod tariff;
mod task;
mod task_link;
mod tasks;
mod threshold;
mod unit;
mod view;
mod words;
mod zone;

use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, EmptyMutation, OutputType, Positioned, Request, Response, Schema, ServerResult,
    ValidationMode, Value, parser::types::Field,
};
use futures_util::stream::BoxStream;

pub use bill::MOST;
pub use checked::{Checked, Question, Refused, read};
pub use fault::{AWAY, Fault, complete};
pub use library::{Library, LibraryError};
pub use pieces::Pieces;
pub use pin::{At, Pin};
pub use query::Query;
pub use rows::{faults, too_dear};
pub use session::Session;
pub use subscription::Subscription;
pub use view::View;

type Built = Schema<Query, EmptyMutation, Subscription>;

/// The schema of the product.
#[derive(Clone)]
pub struct PlanSchema {
    /// Looks at every rule of GraphQL first.
    strict: Built,
    /// For what is known to keep them.
    fast: Built,
}

impl PlanSchema {
    /// Answers a request; `sound` where nothing is wrong with it, which then is not looked for again.
    pub async fn execute(&self, request: Request, sound: bool) -> Response {
        if sound { self.fast.execute(request).await } else { self.strict.execute(request).await }
    }

    /// The answers of a subscription, as they come.
    pub fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        self.strict.execute_stream(request)
    }
}

/// Builds the schema. What a question may ask is bounded before it comes here: see [`Checked`].
pub fn schema() -> PlanSchema {
    PlanSchema { strict: built(ValidationMode::Strict), fast: built(ValidationMode::Fast) }
}

fn built(mode: ValidationMode) -> Built {
    Schema::build(Query, EmptyMutation, Subscription)
        .register_output_type::<SecondPass>()
        .directive(rows::rows)
        .validation_mode(mode)
        .finish()
}

/// The schema as text.
pub fn sdl() -> String {
    built(ValidationMode::Strict).sdl_with_options(
        async_graphql::SDLExportOptions::new()
            .prefer_single_line_descriptions()
            .include_specified_by()
            .use_space_ident(),
    )
}

/// No type: a place in the builder from which the schema can be completed; see [`interface`].
struct SecondPass;

impl OutputType for SecondPass {
    fn type_name() -> std::borrow::Cow<'static, str> {
        "SecondPass".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let mut interfaces = node::interfaces();
        interfaces.push(catalog::Catalog::interface());
        interface::complete(registry, &interfaces);
        tariff::mark(registry);
        inputs::learn(registry);
        Self::type_name().into_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_interface_has_its_fields_and_every_member_too() {
        let sdl = super::sdl();
        let part = |head: &str| sdl.split(head).nth(1).and_then(|rest| rest.split("\n}").next()).unwrap().to_owned();
        for head in ["type Query implements Catalog {", "type Snapshot implements Catalog {", "interface Catalog {"] {
            assert!(part(head).contains("documents: [Document!]!"), "{head}");
        }
        assert!(part("type Document implements Node {").contains("id: ID!"));
        assert!(!sdl.contains("Fields"), "lenders are no types of the schema");
    }
}
