// Asking over HTTP, and what it costs: CPU of the server and of the database's processes, which other work on the
// machine disturbs least.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"]));

/** User and system seconds of a process with all that it started, those that ended included. */
export function seconds(pid) {
  let ticks = 0;
  const visit = (pid, ended) => {
    const children = [];
    let stat;
    // A process, or a thread of it, may end while it is looked at.
    try {
      stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        children.push(...readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean));
      }
    } catch {
      if (stat === undefined) return;
    }
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, ended ? 15 : 13);
    ticks += fields.reduce((all, one) => all + Number(one), 0);
    children.forEach((child) => visit(child, false));
  };
  visit(pid, true);
  return ticks / TICKS;
}

/** CPU of a side: its server, and the database where it has one. */
const spent = (side) => [seconds(side.pid), side.database ? seconds(side.database) : 0];

/** Waits until nothing of what was asked before is still being worked on. */
export async function drain(side) {
  for (let calm = 0, tries = 0; calm < 2 && tries < 200; tries += 1) {
    const before = spent(side);
    await sleep(100);
    const after = spent(side);
    calm = after[0] + after[1] - before[0] - before[1] <= 0.01 ? calm + 1 : 0;
  }
}

/**
 * Asks once, by POST where a body is given and by GET where it is a path; the body of the answer, which a tile with
 * nothing in it has none of, and milliseconds until it was all there. Connections are those of an agent, or new.
 */
export function ask(side, what, agent = false, whole = true) {
  const begun = process.hrtime.bigint();
  const get = typeof what === "string";
  const json = { "content-type": "application/json", accept: "application/json", "content-length": what.length };
  const form = get ? { path: what } : { path: side.path, method: "POST", headers: json };
  const options = { host: "127.0.0.1", port: side.port, agent, ...form };
  return new Promise((resolve, reject) => {
    const asked = request(options, (answer) => {
      const parts = [];
      let bytes = 0;
      answer.on("data", (part) => {
        bytes += part.length;
        if (whole) parts.push(part);
      });
      answer.on("end", () => {
        const millis = Number(process.hrtime.bigint() - begun) / 1e6;
        if ([200, 204].includes(answer.statusCode)) resolve({ millis, bytes, body: Buffer.concat(parts) });
        else reject(new Error(`${side.name} answered ${answer.statusCode}: ${Buffer.concat(parts).subarray(0, 500)}`));
      });
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(get ? undefined : what);
  });
}

/** Asks for some time over some connections, each request with a body or a path of its own; at most `most` requests. */
export async function block(side, draw, { connections = 4, time = 2, most = 20_000 } = {}) {
  await drain(side);
  // New connections for each block: servers close those that rest.
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const before = spent(side);
  const until = Date.now() + time * 1000;
  const millis = [];
  let [sent, bytes] = [0, 0];
  const one = async () => {
    while (sent < most && Date.now() < until) {
      sent += 1;
      const answer = await ask(side, draw(), agent, false);
      millis.push(answer.millis);
      bytes += answer.bytes;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const after = spent(side);
  agent.destroy();
  const each = (at) => ((after[at] - before[at]) * 1000) / millis.length;
  return { requests: millis.length, server: each(0), database: each(1), bytes: bytes / millis.length, millis };
}

export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** The value that a share of a list does not exceed. */
export const share = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
