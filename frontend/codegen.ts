import type { CodegenConfig } from '@graphql-codegen/cli';

// Types follow the committed schema, so a renamed field fails the check here before it fails a visitor.
const config: CodegenConfig = {
  schema: process.env.PLANATLAS_SCHEMA ?? '../schema/schema.graphql',
  documents: ['src/queries/*.graphql'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: {
          Decimal: 'string',
          Date: 'string',
          DateTime: 'string',
          GeoJSON: { input: "import('geojson').Geometry", output: "import('geojson').Geometry" },
          PeriodCode: 'string',
          URL: 'string',
          SHA256: 'string',
        },
      },
    },
  },
};
export default config;
