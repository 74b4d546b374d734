import type { TypedDocumentString } from '../gql/graphql';
import { live } from './live.svelte';
import { type At, view } from './view.svelte';

/** What every answer says about itself besides its data. */
export interface Answer<T> {
  data: T;
  /** True when the instance holds any made-up row. */
  sample: boolean;
  /** The day at which it was read: what is due, and how old a figure is, depend on it. */
  on: string;
}

/** A failure in the words of the server, or the reason why there was no answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly zh?: string,
    readonly en?: string,
  ) {
    super(message);
  }
}

interface Body<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string; zh?: string; en?: string } }[];
  extensions?: { sample?: boolean; on?: string; revision?: number };
}

/** The same question put to an older knowledge state: what was asked of the root is asked of `asOf`. */
function asOf(document: string): string {
  const open = document.indexOf('{');
  let close = open;
  for (let depth = 0; close < document.length; close += 1) {
    if (document[close] === '{') depth += 1;
    else if (document[close] === '}' && --depth === 0) break;
  }
  const head = document.slice(0, open).trimEnd();
  const declared = head.endsWith(')') ? `${head.slice(0, -1)}, $at: AsOf!)` : `${head}($at: AsOf!)`;
  return `${declared} { asOf(at: $at) ${document.slice(open, close + 1)} }${document.slice(close + 1)}`;
}

/**
 * Asks the server that served the page. There is no other address in this program. Where the address names an edition
 * or a revision, it is asked of that one; `state` asks another: the newest, for what has no past, such as the list of
 * editions, or one that the view itself names.
 */
export async function ask<T, V>(
  document: TypedDocumentString<T, V>,
  variables: V,
  signal?: AbortSignal,
  state: At | 'newest' | undefined = view.at,
): Promise<Answer<T>> {
  const at = state === 'newest' ? undefined : state;
  const asked = at
    ? { query: asOf(document.toString()), variables: { ...variables, at } }
    : { query: document.toString(), variables };
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify(asked),
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError(String(cause), 'OFFLINE');
  });
  let body: Body<T>;
  try {
    body = (await response.json()) as Body<T>;
  } catch {
    throw new ApiError(`HTTP ${response.status}`, `HTTP_${response.status}`);
  }
  const first = body.errors?.[0];
  if (first) {
    const { code, zh, en } = first.extensions ?? {};
    throw new ApiError(first.message, code ?? 'UNKNOWN', zh, en);
  }
  if (!body.data) throw new ApiError(`HTTP ${response.status}`, `HTTP_${response.status}`);
  live.heard(body.extensions);
  const data = at ? (body.data as unknown as { asOf: T }).asOf : body.data;
  return { data, sample: body.extensions?.sample ?? false, on: body.extensions?.on ?? '' };
}
