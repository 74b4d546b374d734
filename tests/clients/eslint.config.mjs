// The schema and every document of the repository, by the rules of graphql-eslint. What departs from them says why.
import graphql from '@graphql-eslint/eslint-plugin';

const root = `${import.meta.dirname}/../..`;
const rule = (name) => `@graphql-eslint/${name}`;
const of = (...configs) => Object.assign({}, ...configs.map((name) => graphql.configs[`flat/${name}`].rules));

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: {
        graphQLConfig: {
          schema: `${root}/schema/schema.graphql`,
          documents: [`${root}/frontend/src/queries/*.graphql`, `${root}/schema/documents/*.graphql`],
        },
      },
    },
    plugins: { '@graphql-eslint': graphql },
  },
  {
    files: ['**/schema/schema.graphql'],
    rules: {
      ...of('schema-recommended', 'schema-relay'),
      // A description of one line is printed on one line.
      [rule('description-style')]: 'off',
      // Lists are walked forward: a page before this one is one that the client has seen.
      [rule('relay-arguments')]: ['error', { includeBoth: false }],
      // Short lists are plain lists: edges stand only where they carry data or pages. And an edge leads to a value
      // (a link, a count) where there is no node behind it.
      [rule('relay-edge-types')]: [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // A quantity, a period, a point has no identity; what has one is a Node.
      [rule('strict-id-in-types')]: 'off',
    },
  },
  {
    files: ['**/queries/*.graphql', '**/documents/*.graphql'],
    rules: {
      ...of('operations-recommended'),
      // The page keeps no cache by id: an answer is shown as it came.
      [rule('require-selections')]: 'off',
      // The server prices a document by what it may hold, not by its depth.
      [rule('selection-set-depth')]: ['error', { maxDepth: 14 }],
      // The page's documents and the published ones are sent apart.
      [rule('unique-fragment-name')]: 'off',
      [rule('unique-operation-name')]: 'off',
    },
  },
];
