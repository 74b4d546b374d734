import { ProjectPointsDocument, type ProjectPointsQuery } from '../gql/graphql';
import { ask } from './api';

export type ProjectPoint = ProjectPointsQuery['projects']['nodes'][number];

/** Projects one by one, where the tiles do not do; no more than a browser can list and draw well. */
const most = 20_000;

export async function projectPoints(signal?: AbortSignal): Promise<ProjectPoint[]> {
  const all: ProjectPoint[] = [];
  let after: string | null = null;
  do {
    const page: ProjectPointsQuery['projects'] = (await ask(ProjectPointsDocument, { after }, signal)).data.projects;
    all.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after && all.length < most);
  return all;
}
