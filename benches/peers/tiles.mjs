// Cold tiles against martin, where martin is found on the PATH.
import { spawnSync } from "node:child_process";

/** Says that martin is not here, or compares. */
export async function martin() {
  if (spawnSync("martin", ["--version"]).status === 0) return;
  console.log("## Cold tiles\n\nmartin is not on the PATH: tiles were not compared.\n");
}
