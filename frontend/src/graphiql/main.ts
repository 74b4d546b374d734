// GraphiQL on a page of its own, with everything it needs from this server: no other host is asked.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import './page.css';

/** What the reader sees first; `#query=` hands a document over from the data page. */
const greeting = `# 在此提问；文档见右侧。Ask here; the documentation is at the side.
{
  revision { number committedAt digest }
  plans { code name(lang: EN) }
}
`;
const given = new URLSearchParams(location.hash.slice(1)).get('query') ?? undefined;
const target = document.getElementById('graphiql');
if (target) {
  const props = { fetcher: createGraphiQLFetcher({ url: '/graphql' }), defaultQuery: greeting, query: given };
  createRoot(target).render(createElement(GraphiQL, props));
}
