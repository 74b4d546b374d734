// The published schema: valid, no break with the last release, and by the rules of two linters.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildSchema, findBreakingChanges, parse, validate, validateSchema } from 'graphql';
import { root } from './server.mjs';

const here = import.meta.dirname;
const read = (path) => readFileSync(join(root, path), 'utf8');
const schema = buildSchema(read('schema/schema.graphql'));
const run = (program, ...parameters) =>
  execFileSync(join(here, 'node_modules/.bin', program), parameters, { cwd: here, stdio: 'pipe', encoding: 'utf8' });
const said = (error) => `${error.stdout}${error.stderr}`;

test('the schema is valid', () => assert.deepEqual(validateSchema(schema), []));

test('nothing that was released breaks, but for what schema/breaking.csv allows', () => {
  const changes = findBreakingChanges(buildSchema(read('schema/released.graphql')), schema);
  const allowed = read('schema/breaking.csv').trim().split('\n').slice(1).map((line) => line.split(';')[0]);
  const found = changes.map((change) => change.description);
  assert.deepEqual(found.filter((change) => !allowed.includes(change)), [], 'breaks outside clients');
  assert.deepEqual(allowed.filter((change) => !found.includes(change)), [], 'allowed but does not happen');
});

test('every published document fits the schema', () => {
  for (const folder of ['schema/documents', 'docs/queries']) {
    for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith('.graphql'))) {
      assert.deepEqual(validate(schema, parse(read(`${folder}/${file}`))).map(String), [], file);
    }
  }
});

test('graphql-schema-linter', () => {
  // Fields stand in the order in which a reader needs them, words in the order of their meaning: none is sorted.
  const sorted = ['type-fields', 'interface-fields', 'input-object-fields', 'enum-values'];
  const except = sorted.map((what) => `${what}-sorted-alphabetically`).join(',');
  try {
    run('graphql-schema-linter', '--except', except, join(root, 'schema/schema.graphql'));
  } catch (error) {
    assert.fail(said(error));
  }
});

test('graphql-eslint', () => {
  const files = ['schema/schema.graphql', 'frontend/src/queries', 'schema/documents'].map((path) => join(root, path));
  try {
    execFileSync(join(here, 'node_modules/.bin/eslint'), ['--config', join(here, 'eslint.config.mjs'), ...files], {
      cwd: root,
      stdio: 'pipe',
      encoding: 'utf8',
    });
  } catch (error) {
    assert.fail(said(error));
  }
});

test('codegen makes types that strict TypeScript takes', () => {
  const folder = mkdtempSync(join(here, 'codegen-'));
  try {
    const config = {
      schema: join(root, 'schema/schema.graphql'),
      documents: [join(root, 'schema/documents/*.graphql')],
      generates: {
        [`${folder}/gql/`]: {
          preset: 'client',
          config: { documentMode: 'string', strictScalars: true, useTypeImports: true, enumsAsTypes: true, scalars: {
            Decimal: 'string', Date: 'string', DateTime: 'string', GeoJSON: 'object', PeriodCode: 'string', URL: 'string',
            SHA256: 'string',
          } },
        },
      },
    };
    writeFileSync(join(folder, 'codegen.json'), JSON.stringify(config));
    run('graphql-codegen', '--config', join(folder, 'codegen.json'), '--silent');
    const strict = { compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler' }, include: ['gql'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(strict));
    run('tsc', '-p', folder);
  } catch (error) {
    assert.fail(said(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
