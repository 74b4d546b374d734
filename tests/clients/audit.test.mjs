// The audit suite of the GraphQL over HTTP specification.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { serverAudits } from 'graphql-http';
import { serve } from './server.mjs';

let server;
before(async () => {
  server = await serve();
});
after(() => server.stop());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => server.graphql });
  it('is audited in full', () => assert.ok(audits.length >= 61, `${audits.length} audits`));
  for (const audit of audits) {
    it(audit.name, async () => {
      const { status, reason } = await audit.fn();
      assert.equal(status, 'ok', reason);
    });
  }
});
