/** `wrangler dev` as a child: its chatter held back, its errors shown, stopped with this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { wranglerCommand } from "../src/cli/wrangler/run.ts";

/** A Worker served locally. */
export interface LocalWorker {
  /** Settles once it answers; rejects if wrangler ends before that. */
  readonly ready: Promise<void>;
  /** Settles with wrangler's exit status. */
  readonly ended: Promise<number>;
  stop(): void;
}

/**
 * Serves the Worker of the first configuration on localhost, which binds those of the others, with the state kept under
 * `stateDirectory`, and the static files in `site` if there are such.
 */
export function startWranglerDev(
  port: number,
  stateDirectory: string,
  configPaths: readonly string[],
  site: string,
): LocalWorker {
  const child = spawn(
    process.execPath,
    [
      wranglerCommand(),
      "dev",
      ...configPaths.flatMap((path) => ["--config", path]),
      ...["--port", String(port)],
      ...["--persist-to", stateDirectory],
      // What the command line changes on this machine is seen at once.
      ...["--var", "UNDERTONE_LOCAL:1", "UNDERTONE_OPEN:1", "REMEMBER_SECONDS:0"],
      // Without it wrangler warns that it fires no cron triggers; `fireCron` does.
      "--test-scheduled",
      "--show-interactive-dev-session=false",
      ...(existsSync(site) ? ["--assets", site] : []),
    ],
    { stdio: ["ignore", "pipe", "inherit"], env: quietEnvironment() },
  );
  const ended = new Promise<number>((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (status, signal) => resolve(signal === null ? (status ?? 1) : 0));
  });
  return { ready: readiness(child, ended), ended, stop: () => void child.kill("SIGTERM") };
}

/** Lets the Worker's cron trigger fire, which happens by itself only where it is deployed. */
export async function fireCron(port: number): Promise<void> {
  const answer = await fetch(`http://localhost:${port}/cdn-cgi/local/scheduled`).catch(() => null);
  await answer?.body?.cancel();
}

/** No metrics, no question to Cloudflare about where this machine is, no banner, no log files outside the clone. */
function quietEnvironment(): NodeJS.ProcessEnv {
  return {
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
    WRANGLER_HIDE_BANNER: "true",
    ...process.env,
  };
}

const READY = /\[wrangler:info\] Ready on /;
const CHATTER = /^\[wrangler:info\]/;
/** With several Workers wrangler puts a name before each line, that of the first one being undefined. */
const WORKER_NAME = /^\[(undefined|undertone[\w-]*)\] /;

/** Passes the Worker's own lines on once it is ready; what wrangler says of itself before and after is dropped. */
function readiness(child: ChildProcess, ended: Promise<number>): Promise<void> {
  return new Promise((resolve, reject) => {
    let isReady = false;
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (READY.test(line)) {
        isReady = true;
        resolve();
      } else if (isReady && line !== "" && !CHATTER.test(line)) {
        console.log(line.replace(WORKER_NAME, ""));
      }
    });
    void ended.then((status) => reject(new Error(`wrangler ended with status ${status}`)));
  });
}
