// Relay's compiler over our schema, and its runtime over what the compiler made.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Environment, Network, RecordSource, Store, fetchQuery } from 'relay-runtime';
import { root, serve } from './server.mjs';

const SOURCE = `
import { graphql } from 'relay-runtime';
graphql\`
  query appZonesQuery($count: Int!, $after: String) {
    ...appZones_zones @arguments(count: $count, after: $after)
  }
\`;
graphql\`
  fragment appZones_zones on Query @argumentDefinitions(count: { type: "Int" }, after: { type: "String" }) {
    zones(first: $count, after: $after) @connection(key: "app_zones") {
      edges { node { id code name } }
    }
  }
\`;
graphql\`
  query appNodeQuery($id: ID!) { node(id: $id) { __typename id ... on Zone { code ...appZone_zone @alias } } }
\`;
graphql\`
  fragment appZone_zone on Zone @refetchable(queryName: "appZoneRefetchQuery") { name tasks(first: 2) { totalCount } }
\`;
`;

let server, folder;
before(async () => {
  server = await serve();
  folder = mkdtempSync(join(tmpdir(), 'planatlas-relay-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/app.js'), SOURCE);
  writeFileSync(join(folder, 'schema.graphql'), readFileSync(join(root, 'schema/schema.graphql')));
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', eagerEsModules: false };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiler = createRequire(import.meta.url).resolve('relay-compiler/cli.js');
  execFileSync(process.execPath, [compiler, 'relay.config.json'], { cwd: folder, stdio: 'pipe' });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const artifact = (name) => createRequire(import.meta.url)(join(folder, `src/__generated__/${name}.graphql.js`));

test('pages, nodes and refetching', async () => {
  const network = Network.create(async ({ text }, variables) => {
    const body = JSON.stringify({ query: text, variables });
    return (await fetch(server.graphql, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
  });
  const store = new Store(new RecordSource());
  const environment = new Environment({ network, store });
  const ask = (name, variables) => fetchQuery(environment, artifact(name), variables).toPromise();

  await ask('appZonesQuery', { count: 2 });
  const zones = () => Object.values(store.getSource().toJSON()).filter((record) => record.__typename === 'Zone');
  assert.equal(zones().length, 2);
  const { id, code } = zones()[0];
  const { node } = await ask('appNodeQuery', { id });
  assert.equal(node.code, code);
  await ask('appZoneRefetchQuery', { id });
  assert.equal(zones().length, 2, 'the same thing is the same record');
});
