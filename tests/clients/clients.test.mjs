// Clients that people use, each asking, failing and, where it can, subscribing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createClient as createEvents } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';
import { serve } from './server.mjs';

const REGION = 'query Region($code: String!) { region(code: $code) { id code name } }';
const ARRIVED = 'subscription Arrived($after: Int) { revisionArrived(after: $after) { number author } }';
const variables = { code: 'riverton' };

let server;
before(async () => {
  server = await serve();
});
after(() => server.stop());

test('graphql-request', async () => {
  const client = new GraphQLClient(server.graphql);
  const { region } = await client.request(REGION, variables);
  assert.equal(region.code, 'riverton');
  await assert.rejects(client.request('{ nonsense }'), (error) => {
    const { code, zh, en, hint } = error.response.errors[0].extensions;
    return code === 'INVALID_DOCUMENT' && [zh, en, hint].every((text) => text.length > 0);
  });
  const batch = await client.batchRequests([{ document: REGION, variables }, { document: '{ plans { code } }' }]);
  assert.equal(batch.length, 2);
});

test('urql, by POST and by GET', async () => {
  for (const preferGetMethod of [false, 'force']) {
    const client = new Client({ url: server.graphql, exchanges: [cacheExchange, fetchExchange], preferGetMethod });
    const { data, error } = await client.query(REGION, variables).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.region.code, 'riverton');
  }
});

test('Apollo keeps two states of one thing apart', async () => {
  const client = new ApolloClient({ link: new HttpLink({ uri: server.graphql }), cache: new InMemoryCache() });
  const query = gql`
    { region(code: "riverton") { id name } asOf(at: { revision: 1 }) { region(code: "riverton") { id name } } }
  `;
  const { data } = await client.query({ query });
  assert.notEqual(data.region.id, data.asOf.region.id);
  const kept = client.cache.extract();
  assert.equal(Object.keys(kept).filter((key) => key.startsWith('Region:')).length, 2);
  await assert.rejects(client.query({ query: gql`{ region(code: "riverton") { nonsense } }` }));
});

/** The first `count` revisions that a subscription tells, while `act` makes them. */
async function arrivals(results, count, act) {
  const found = [];
  await act();
  for await (const { data, errors } of results) {
    assert.equal(errors, undefined);
    found.push(data.revisionArrived.number);
    if (found.length === count) break;
  }
  return found;
}

test('graphql-ws', async () => {
  const client = createSocket({ url: server.socket, webSocketImpl: WebSocket, lazy: false });
  const events = client.iterate({ query: ARRIVED, variables: { after: 0 } });
  let newest;
  const found = await arrivals(events, 2, async () => {
    newest = server.revise();
  });
  assert.deepEqual(found, [newest - 1, newest]);
  const once = client.iterate({ query: REGION, variables });
  assert.equal((await once.next()).value.data.region.code, 'riverton');
  assert.equal((await once.next()).done, true);
  await assert.rejects(client.iterate({ query: '{ nonsense }' }).next(), (errors) => errors[0].extensions.code === 'INVALID_DOCUMENT');
  await client.dispose();
});

test('graphql-sse', async () => {
  const client = createEvents({ url: server.graphql });
  const newest = server.revise();
  const events = client.iterate({ query: ARRIVED, variables: { after: newest - 1 } });
  const found = await arrivals(events, 2, async () => server.revise());
  assert.deepEqual(found, [newest, newest + 1]);
  client.dispose();
});
