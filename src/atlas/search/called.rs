//! By what each kind of thing is known.

use super::names::{Called, Field};
use crate::atlas::Thing;
use crate::domain::{
    Chain, Cluster, Document, Indicator, LayoutElement, Names, Plan, Region, Register, ResponsibleUnit, Section, Task,
    Zone,
};

/// A thing that can be found by its names.
pub trait Named: Thing {
    /// Every text by which it is known, its name first.
    fn called(&self) -> Vec<Called>;
}

fn names(names: &Names) -> Vec<Called> {
    let english = names.en.as_deref().map(|name| Called::new(Field::EnglishName, name));
    std::iter::once(Called::new(Field::Name, &names.zh)).chain(english).collect()
}

fn aliases<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<Called> {
    texts.into_iter().map(|text| Called::new(Field::Alias, text)).collect()
}

macro_rules! named {
    ($($type:ident, $name:ident $(, |$this:ident| $more:expr)?;)+) => {
        $(impl Named for $type {
            fn called(&self) -> Vec<Called> {
                let mut all = names(&self.$name);
                $(let $this = self; all.extend($more);)?
                all.push(Called::new(Field::Code, &self.code));
                all
            }
        })+
    };
}

named! {
    Plan, name;
    Section, title, |s| [Called::new(Field::Number, &s.number), Called::new(Field::Text, &s.text)];
    Task, title, |t| numbers(t.number);
    ResponsibleUnit, name, |u| aliases(u.aliases.iter().map(|alias| &alias.alias));
    LayoutElement, name;
    Region, name, |r| aliases(&r.aliases);
    Zone, name, |z| aliases(z.leading.iter().chain(&z.leading_en));
    Cluster, name;
    Chain, name;
    Indicator, name;
    Register, name, |r| aliases(&r.authority);
    Document, title, |d| aliases(&d.issuer);
}

/// A task is called by its number alone, or as 任务26, 26号任务 or task 26.
fn numbers(number: u32) -> Vec<Called> {
    let forms = [format!("{number}"), format!("任务{number}"), format!("{number}号任务"), format!("Task {number}")];
    forms.iter().map(|form| Called::new(Field::Number, form)).collect()
}
