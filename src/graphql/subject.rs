//! The fields of the interface `Subject`: whatever a figure can be about.

use async_graphql::Object;

use super::view::View;
use super::words::Lang;
use crate::domain::{EntityId, Names};

/// Fields of the interface `Subject`.
pub struct SubjectFields {
    view: View,
    id: EntityId,
    code: String,
    name: Names,
}

impl SubjectFields {
    /// The fields of a thing.
    pub fn new(view: &View, id: EntityId, code: &str, name: &Names) -> Self {
        Self { view: view.clone(), id, code: code.to_owned(), name: name.clone() }
    }
}

/// 数据可以描述的对象。
/// Anything a figure can be about.
#[Object]
impl SubjectFields {
    /// 稳定代码，在同类中唯一。
    /// Human-stable code, unique within its type.
    async fn code(&self) -> &str {
        &self.code
    }

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.name)
    }
}
