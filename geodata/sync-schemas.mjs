// Rewrites the Table Schemas inlined in every datapackage.json of geodata/ and tests/fixtures/ from schema/package/*.json.
// Foreign keys to resources that a package does not list are left out: the open validator cannot
// follow them, `planatlas check` does. Run after changing a schema: node geodata/sync-schemas.mjs
// With --check nothing is written; the exit code says whether a package is out of step.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const geodata = dirname(fileURLToPath(import.meta.url));
const schemas = join(geodata, "..", "schema", "package");
const checkOnly = process.argv.includes("--check");
let stale = 0;

const root = join(geodata, "..");
const folders = ["geodata", "tests/fixtures"].flatMap((home) =>
  readdirSync(join(root, home)).sort().map((name) => `${home}/${name}`),
);
for (const folder of folders) {
  const file = join(root, folder, "datapackage.json");
  if (!existsSync(file)) continue;
  const before = readFileSync(file, "utf8");
  const description = JSON.parse(before);
  const listed = new Set(description.resources.map((resource) => resource.name));
  for (const resource of description.resources) {
    const source = join(schemas, `${resource.name}.json`);
    if (!existsSync(source)) continue; // GeoJSON and other resources carry no Table Schema
    const { name: _name, title: _title, ...schema } = JSON.parse(readFileSync(source, "utf8"));
    if (schema.foreignKeys) {
      schema.foreignKeys = schema.foreignKeys.filter(
        (key) => key.reference.resource === "" || listed.has(key.reference.resource),
      );
      if (schema.foreignKeys.length === 0) delete schema.foreignKeys;
    }
    resource.schema = schema;
  }
  const after = `${JSON.stringify(description, null, 1)}\n`;
  if (after === before) continue;
  stale += 1;
  if (!checkOnly) writeFileSync(file, after);
  console.log(`${checkOnly ? "out of step" : "rewritten"}: ${folder}/datapackage.json`);
}
process.exit(checkOnly && stale > 0 ? 1 : 0);
