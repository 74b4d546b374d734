/** Made by the build (`vite.config.ts`) from `queries/tables.graphql`: tables by name, each with the hash of its text. */
declare module 'virtual:tables' {
  type Module = typeof import('../gql/graphql');
  type Named<K> = K extends `${infer N}TableDocument` ? `${N}Table` : never;
  export type TableName = Named<keyof Module>;
  export type VariablesOf<N extends TableName> = Module[`${N}Document` &
    keyof Module] extends import('../gql/graphql').TypedDocumentString<unknown, infer V>
    ? V
    : never;
  export const hashes: Readonly<Record<TableName, string>>;
}
