import type { TypedDocumentString } from '../gql/graphql';

/** What every answer says about itself besides its data. */
export interface Answer<T> {
  data: T;
  /** True when any row behind the answer is made up. */
  sample: boolean;
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
  errors?: { message: string; extensions?: { code?: string; message?: { zh?: string; en?: string } } }[];
  extensions?: { sample?: boolean };
}

/** Asks the server that served the page. There is no other address in this program. */
export async function ask<T, V>(
  document: TypedDocumentString<T, V>,
  variables: V,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify({ query: document.toString(), variables }),
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
    const { code, message } = first.extensions ?? {};
    throw new ApiError(first.message, code ?? 'UNKNOWN', message?.zh, message?.en);
  }
  if (!body.data) throw new ApiError(`HTTP ${response.status}`, `HTTP_${response.status}`);
  return { data: body.data, sample: body.extensions?.sample ?? false };
}
