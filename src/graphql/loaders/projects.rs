//! Projects: single ones, the first of many parents, their groups and stages.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::{Facts, Loaded, by_owner, questions, shared};
use crate::graphql::census::is_plain;
use crate::graphql::fault::Fault;
use crate::graphql::held::is_common;
use crate::store::project::{self, Dim, Filter, Group, Order, Project, Reached, Traits};
use crate::store::{AT_A_TIME, Packed, Slot};

/// The first projects of a parent, or their groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectsOf<Q> {
    /// A zone, region, cluster, chain or task.
    pub parent: i64,
    /// Which it is.
    pub dim: Dim,
    /// Which of its projects.
    pub filter: Filter,
    /// What is wanted of them.
    pub question: Q,
}

/// Equal questions about equal parents have equal hashes; that is all a hash must promise.
impl<Q: Hash> Hash for ProjectsOf<Q> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.parent, self.dim).hash(state);
        self.question.hash(state);
    }
}

/// A page in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FirstPage {
    /// The order.
    pub order: Order,
    /// Projects at most.
    pub limit: u64,
}

/// Sums by these dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupsBy(pub Vec<Dim>);

/// A project by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProjectId(pub i64);

/// The dated stages of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StagesOf(pub i64);

impl Facts {
    /// All projects, where they are held.
    async fn all_projects(&self) -> Result<Option<Slot<Packed>>, Fault> {
        let packing = |through| project::packing(&self.store, through, AT_A_TIME);
        self.held.all_projects.rows(self.projects_at, self.newest, packing).await.map_err(Fault::from)
    }

    /// Projects by their ids, in the order of these; those that the revision does not hold are left out.
    async fn projects(&self, ids: &[i64]) -> Result<Vec<Arc<Project>>, Fault> {
        if let Some(projects) = self.all_projects().await?.as_ref().and_then(Slot::whole) {
            let found = ids.iter().filter_map(|id| project::by_id_held(projects, self.projects_at, *id).transpose());
            return Ok(shared(found.collect::<Result<_, _>>().map_err(Fault::from)?));
        }
        let keys: Vec<ProjectId> = ids.iter().copied().map(ProjectId).collect();
        let fetch = async |missing: Vec<ProjectId>| {
            let ids: Vec<i64> = missing.iter().map(|key| key.0).collect();
            let rows = project::by_ids(&self.store, self.projects_at, &ids).await.map_err(Fault::from)?;
            Ok::<_, Fault>(shared(rows).into_iter().map(|row| (ProjectId(row.id), vec![row])).collect())
        };
        let mut found = self.held.rows.load(self.projects_at, &keys, |_| true, fetch).await?;
        Ok(keys.iter().filter_map(|key| found.remove(key)?.pop()).collect())
    }

    /// The first projects that meet a condition, and the number of all that do, where it is `counted` or comes with them.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn first_projects(
        &self,
        filter: &Filter,
        FirstPage { order, limit }: FirstPage,
        counted: bool,
    ) -> Result<(Vec<Arc<Project>>, Option<i64>), Fault> {
        let census = self.census();
        let traits = census.told(filter).await.map_err(Fault::from)?;
        if let Some((ids, count)) = traits.and_then(|traits| traits.first(filter, order, limit as usize)) {
            return Ok((self.projects(&ids).await?, Some(count)));
        }
        let (store, at) = (&self.store, self.projects_at);
        // What the census counts is not counted by the database.
        if counted && traits.is_none() && !is_plain(filter) {
            let (rows, all) = project::list_counted(store, at, filter, order, limit).await.map_err(Fault::from)?;
            return Ok((shared(rows), Some(all)));
        }
        let rows = project::list(store, at, filter, order, None, limit).await.map_err(Fault::from)?;
        Ok((shared(rows), None))
    }

    /// The first projects of parents.
    async fn fetch_projects(&self, keys: &[ProjectsOf<FirstPage>]) -> Loaded<ProjectsOf<FirstPage>, Vec<Arc<Project>>> {
        let mut found = HashMap::new();
        let census = self.census();
        for ((dim, filter, page), keys) in questions(keys, |key| (key.dim, &key.filter, key.question)) {
            let parents: Vec<i64> = keys.iter().map(|key| key.parent).collect();
            let key = |parent| ProjectsOf { parent, dim, filter: filter.clone(), question: page };
            let of = |parents| Filter { and: vec![filter.clone()], ..of_parents(dim, parents) };
            let first = |traits: &Traits| -> Option<Vec<(i64, Vec<i64>)>> {
                let of = |parent: &i64| traits.first(&of(vec![*parent]), page.order, page.limit as usize);
                parents.iter().map(|parent| Some((*parent, of(parent)?.0))).collect()
            };
            if let Some(lists) = census.told(&of(parents.clone())).await.map_err(Fault::from)?.and_then(first) {
                let ids: Vec<i64> = lists.iter().flat_map(|(_, ids)| ids).copied().collect();
                let rows: HashMap<i64, Arc<Project>> =
                    self.projects(&ids).await?.into_iter().map(|row| (row.id, row)).collect();
                let listed = |ids: Vec<i64>| ids.iter().filter_map(|id| rows.get(id).cloned()).collect();
                found.extend(lists.into_iter().map(|(parent, ids)| (key(parent), listed(ids))));
                continue;
            }
            let (order, limit) = (page.order, page.limit);
            let rows =
                project::page_per_parent(&self.store, self.projects_at, dim, &parents, filter, order, limit).await;
            for (parent, rows) in by_owner(rows.map_err(Fault::from)?, |(parent, _)| *parent) {
                found.insert(key(parent), rows.into_iter().map(|(_, project)| Arc::new(project)).collect());
            }
        }
        Ok(found)
    }
}

impl Loader<ProjectsOf<FirstPage>> for Facts {
    type Value = Vec<Arc<Project>>;
    type Error = Fault;

    async fn load(&self, keys: &[ProjectsOf<FirstPage>]) -> Loaded<ProjectsOf<FirstPage>, Self::Value> {
        let fetch = async |missing: Vec<_>| self.fetch_projects(&missing).await;
        self.held.projects.load(self.projects_at, keys, is_common, fetch).await
    }
}

impl Loader<ProjectsOf<GroupsBy>> for Facts {
    type Value = Vec<Group>;
    type Error = Fault;

    async fn load(&self, keys: &[ProjectsOf<GroupsBy>]) -> Loaded<ProjectsOf<GroupsBy>, Self::Value> {
        let mut found: HashMap<ProjectsOf<GroupsBy>, Self::Value> = HashMap::new();
        for ((dim, filter, by), keys) in questions(keys, |key| (key.dim, &key.filter, &key.question)) {
            let parents: Vec<i64> = keys.iter().map(|key| key.parent).collect();
            let within = Filter { and: vec![filter.clone()], ..of_parents(dim, parents) };
            let dims: Vec<Dim> = std::iter::once(dim).chain(by.0.iter().copied()).collect();
            let groups = self.census().groups(&within, &dims).await.map_err(Fault::from)?;
            for group in groups.iter() {
                if let Some((project::Key::Thing(Some(parent)), rest)) = group.key.split_first() {
                    let key = ProjectsOf { parent: *parent, dim, filter: filter.clone(), question: by.clone() };
                    let group = Group { key: rest.to_vec(), ..*group };
                    found.entry(key).or_default().push(group);
                }
            }
        }
        Ok(found)
    }
}

/// The projects of these parents.
pub fn of_parents(dim: Dim, parents: Vec<i64>) -> Filter {
    let parents = Some(parents);
    match dim {
        Dim::Zone => Filter { zones: parents, ..Filter::default() },
        Dim::Region => Filter { regions: parents, ..Filter::default() },
        Dim::Cluster => Filter { clusters: parents, ..Filter::default() },
        Dim::Chain => Filter { chains: parents, ..Filter::default() },
        Dim::Task => Filter { tasks: parents, ..Filter::default() },
        Dim::Stage | Dim::Year => Filter::default(),
    }
}

impl Loader<ProjectId> for Facts {
    type Value = Arc<Project>;
    type Error = Fault;

    async fn load(&self, keys: &[ProjectId]) -> Loaded<ProjectId, Self::Value> {
        let ids: Vec<i64> = keys.iter().map(|key| key.0).collect();
        Ok(self.projects(&ids).await?.into_iter().map(|row| (ProjectId(row.id), row)).collect())
    }
}

impl Loader<StagesOf> for Facts {
    type Value = Vec<Reached>;
    type Error = Fault;

    async fn load(&self, keys: &[StagesOf]) -> Loaded<StagesOf, Self::Value> {
        let ids: Vec<i64> = keys.iter().map(|key| key.0).collect();
        let rows = project::stages(&self.store, self.at, &ids).await.map_err(Fault::from)?;
        Ok(by_owner(rows, |row| row.project).into_iter().map(|(id, rows)| (StagesOf(id), rows)).collect())
    }
}
