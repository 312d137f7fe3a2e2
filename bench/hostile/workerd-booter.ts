/** A process that boots the Worker of a checkout (first argument) with the packs of a directory (second one). */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { D1Database, R2Bucket } from "@cloudflare/workers-types";
import { createTestHarness } from "wrangler";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { r2Store } from "../../src/store/r2.ts";
import { ATTACK_ID } from "./strikes.ts";

/** Its messages. */
export interface BootedIsolate {
  readonly url: string;
  /** Of its workerds. */
  readonly pids: readonly number[];
  /** The answer in the Worker's log; null if there is none yet. */
  readonly answer: string | null;
}

const [directory = "", packs = ""] = process.argv.slice(2);
const OPEN = { UNDERTONE_LOCAL: "1", UNDERTONE_OPEN: "1" };

// wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.WRANGLER_SEND_METRICS = "false";
process.env.WRANGLER_LOG = "none";

const harness = createTestHarness({
  root: directory,
  workers: [{ configPath: "wrangler.toml", vars: OPEN }],
});
const { url } = await harness.listen();
const worker = harness.getWorker<{ readonly PACKS: R2Bucket; readonly DB: D1Database }>(
  "undertone",
);
await worker.applyD1Migrations("DB");
const bucket = r2Store((await worker.getEnv()).PACKS);
const installed = filesystemStore(packs);
for (const key of await installed.list("")) {
  const bytes = await installed.get(key);
  if (bytes !== null) await bucket.put(key, bytes);
}
const { stdout } = await promisify(execFile)("pgrep", ["-P", String(process.pid), "workerd"]);
const pids = stdout.trim().split("\n").map(Number);
process.on("message", () => {
  const booted: BootedIsolate = { url: url.href, pids, answer: loggedAnswer() };
  process.send?.(booted);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

function loggedAnswer(): string | null {
  for (const { message } of harness.getLogs()) {
    if (!message.startsWith("{")) continue;
    const { request_id, status, problem } = JSON.parse(message);
    if (request_id === ATTACK_ID)
      return problem === undefined ? `${status}` : `${status} ${problem}`;
  }
  return null;
}
