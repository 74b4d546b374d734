import type { PipelineRowsQuery, ProjectStage } from '../gql/graphql';

export type ProjectRow = PipelineRowsQuery['projects']['nodes'][number];

/** The stages of a project in their order; one that was stopped has left it. */
export const stages: ProjectStage[] = [
  'SIGNED',
  'LANDED',
  'STARTED',
  'BUILDING',
  'IN_PRODUCTION',
  'ON_TARGET',
  'STOPPED',
];
/** Stages that a project is meant to leave again. */
const passing = new Set<ProjectStage>(['SIGNED', 'LANDED', 'STARTED', 'BUILDING']);

const days = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

export const median = (values: number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return undefined;
  return sorted.length % 2 ? upper : Math.round((upper + (sorted[middle - 1] ?? upper)) / 2);
};

/** How long each stage took those that have left it: only whole stays count. */
export function stays(rows: ProjectRow[]): Map<ProjectStage, number[]> {
  const found = new Map<ProjectStage, number[]>();
  for (const { stageHistory } of rows) {
    for (let k = 0; k + 1 < stageHistory.length; k += 1) {
      const [from, to] = [stageHistory[k], stageHistory[k + 1]];
      if (from && to) found.set(from.stage, [...(found.get(from.stage) ?? []), days(from.on, to.on)]);
    }
  }
  return found;
}

/** How long a project has been at its stage; nothing where no day is known. */
export function standing(row: ProjectRow, on: string): number | undefined {
  const last = row.stageHistory.at(-1);
  return last && last.stage === row.stage && last.on <= on ? days(last.on, on) : undefined;
}

/** Stuck: at a stage to be left, for more than twice as long as the middle one of those that left it. */
export function stuck(row: ProjectRow, on: string, usual: ReadonlyMap<ProjectStage, number | undefined>): boolean {
  const now = standing(row, on);
  const middle = row.stage && passing.has(row.stage) ? usual.get(row.stage) : undefined;
  return now !== undefined && middle !== undefined && now > 2 * middle;
}
