/** A checkout's Node server, with a heap of 512 MB. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { serveFlags } from "../../support/runtimes/serve-flags.ts";
import type { Checkout } from "./checkout.ts";
import { HOOK } from "./known-attacks.ts";
import { memoryOf } from "./processes.ts";
import type { Service } from "./service.ts";

const HEAP_MEGABYTES = 512;

/** A Node server, and what only it has. */
export interface NodeService extends Service {
  /** Makes an API key, with all scopes if none are named. */
  createKey(name: string, scopes?: string): Promise<string>;
  /** What calls of the hook are signed with. */
  readonly hookSecret: string;
}

/** How a Node server is started. */
export interface NodeServiceOptions {
  readonly isOpen: boolean;
  /** Settings beside those that every one gets. */
  readonly variables?: Readonly<Record<string, string>>;
}

const HOOK_SECRET = "whoever calls the hook knows it";

/** Starts it on a free port with a database of its own and a hook. */
export async function startNodeService(
  checkout: Checkout,
  { isOpen, variables = {} }: NodeServiceOptions,
): Promise<NodeService> {
  const data = await mkdtemp(join(checkout.scratch, "data-"));
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MEGABYTES}`,
      ...serveFlags(checkout.directory),
      "functions/node.ts",
    ],
    {
      cwd: checkout.directory,
      env: {
        ...process.env,
        PORT: "0",
        PACKS: checkout.packs,
        DATA: data,
        UNDERTONE_OPEN: isOpen ? "1" : "0",
        ...variables,
      },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const url = await listening(child);
  const database = ["--database", join(data, "undertone.sqlite")];
  const pointer = ["--audio-url", "/url"];
  const proof = ["--verify", "github", "--secret", HOOK_SECRET];
  await checkout.undertone("hook", "create", HOOK, ...proof, ...pointer, ...database);
  return {
    runtime: "Node",
    url,
    processIds: [child.pid as number],
    hookSecret: HOOK_SECRET,
    isAlive: async () => child.exitCode === null && child.signalCode === null,
    residentBytes: () => memoryOf(child.pid as number).residentBytes,
    peakBytes: () => memoryOf(child.pid as number).peakBytes,
    loggedAnswer: async () => null,
    createKey: (name, scopes = "features,jobs") =>
      checkout.undertone(
        ...["key", "create", "--scope", scopes, "--rate", "6000/m", "--name", name],
        ...database,
      ),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Its address. The log is read to the end, so that the process never blocks on a full pipe. */
async function listening(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the server has no output");
  const lines = createInterface(child.stdout);
  const ended = once(child, "exit").then(([status]) => {
    throw new Error(`the server ended with ${status}`);
  });
  const found = new Promise<string>((resolve) => {
    lines.on("line", (line) => {
      if (line.includes('"event":"listening"')) resolve(JSON.parse(line).url);
    });
  });
  try {
    return await Promise.race([found, ended]);
  } finally {
    ended.catch(() => {});
  }
}
