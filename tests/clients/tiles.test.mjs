// The decoder that maps in browsers use reads every tile of every layer: all places and projects are in them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { VectorTile, classifyRings } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { serve } from './server.mjs';

let server;
before(async () => {
  server = await serve({ packages: ['geodata/shangqiu', 'geodata/sample'] });
});
after(() => server.stop());

/** Tiles of a zoom over a box of degrees. */
function tiles([west, south, east, north], z) {
  const column = (lon) => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat) => {
    const angle = (lat * Math.PI) / 180;
    return Math.floor(((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2) * 2 ** z);
  };
  const all = [];
  for (let x = column(west); x <= column(east); x += 1) {
    for (let y = row(north); y <= row(south); y += 1) all.push([x, y]);
  }
  return all;
}

/** Every feature of a layer at a zoom, tile by tile. */
async function features(name, z) {
  const described = await (await fetch(`${server.url}/tiles/${name}.json`)).json();
  const found = [];
  for (const [x, y] of tiles(described.bounds, z)) {
    const address = described.tiles[0].replace('{z}', z).replace('{x}', x).replace('{y}', y);
    const answer = await fetch(address);
    assert.ok([200, 204].includes(answer.status), `${address}: ${answer.status}`);
    if (answer.status === 204) continue;
    assert.match(answer.headers.get('cache-control'), /immutable/);
    const tile = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer())));
    const layer = tile.layers[name];
    for (let at = 0; at < (layer?.length ?? 0); at += 1) found.push(layer.feature(at));
  }
  return found;
}

async function ask(query) {
  const answer = await fetch(server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()).data;
}

test('outlines: each place once, its rings the right way round', async () => {
  const { regions, zones } = await ask(
    '{ regions(first: 500) { nodes { code footprint { id } } } zones(first: 500) { nodes { code footprint { id } } } }',
  );
  for (const [name, places] of Object.entries({ regions: regions.nodes, zones: zones.nodes })) {
    const drawn = places.filter((place) => place.footprint).map((place) => place.code);
    for (const z of [6, 9]) {
      const found = await features(name, z);
      assert.deepEqual([...new Set(found.map((one) => one.properties.code))].sort(), drawn.toSorted(), `${name} at ${z}`);
      for (const one of found) {
        assert.equal(one.type, 3);
        assert.ok(Number.isSafeInteger(one.id) && one.id > 0, String(one.id));
        // A ring turned the wrong way round would be a hole of the one before it, or be lost.
        const rings = one.loadGeometry();
        assert.equal(classifyRings(rings).flat().length, rings.length);
        assert.ok(rings.every((ring) => ring.length > 3));
      }
    }
  }
});

test('projects: whether in heaps or one by one, all that have a place', async () => {
  const { projects } = await ask('{ projects(first: 500) { nodes { code location { lon } } } }');
  const placed = projects.nodes.filter((project) => project.location).length;
  for (const z of [4, 8, 12]) {
    // What lies in the buffer of a tile is drawn by its neighbour too.
    const inside = (one) => one.loadGeometry().flat().every(({ x, y }) => x >= 0 && y >= 0 && x < one.extent && y < one.extent);
    const found = (await features('projects', z)).filter(inside);
    const number = found.reduce((sum, one) => sum + (one.properties.point_count ?? 1), 0);
    assert.equal(number, placed, `zoom ${z}`);
    assert.ok(found.every((one) => one.type === 1));
  }
});
