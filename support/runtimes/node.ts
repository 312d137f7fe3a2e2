/** The real Node server, started as `npm run serve` starts it, on a free port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LogEntry } from "../../src/log.ts";
import { serveFlags } from "./serve-flags.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** A server under test. */
export interface StartedServer {
  /** The address in its log; empty if it ended before. */
  readonly url: string;
  /** Its status once it has ended. */
  readonly ended: Promise<number | null>;
  readonly process: ChildProcess;
  logs(): LogEntry[];
  /** Settles once it has logged `event`. */
  logged(event: string): Promise<LogEntry>;
}

/** Starts it with these variables beside those of this process; settles once it listens, or has ended. */
export async function startNodeServer(
  variables: Readonly<Record<string, string>>,
): Promise<StartedServer> {
  const child = spawn(process.execPath, [...serveFlags(REPOSITORY), "functions/node.ts"], {
    cwd: REPOSITORY,
    env: { ...process.env, PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close").then(([status]) => status as number | null);
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  const logs = () =>
    output
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line) as LogEntry);
  const logged = async (event: string): Promise<LogEntry> => {
    for (;;) {
      const entry = logs().find((candidate) => candidate.event === event);
      if (entry !== undefined) return entry;
      await once(child.stdout, "data");
    }
  };
  const listening = await Promise.race([logged("listening"), ended.then(() => null)]);
  return { url: String(listening?.url ?? ""), ended, process: child, logs, logged };
}

/** A server that is killed again and again. */
export interface MortalServer {
  /** The address of the one that runs. */
  readonly url: string;
  /** Ends it by SIGKILL, whatever it is doing. */
  kill(): Promise<void>;
  /** The same, and starts another with the same variables. */
  killAndRestart(): Promise<void>;
}

/** Starts an open one on the packs and the data of a directory. */
export async function startMortalServer(
  directory: string,
  variables: Readonly<Record<string, string>>,
): Promise<MortalServer> {
  const places = { PACKS: join(directory, "packs"), DATA: join(directory, "data") };
  const start = () => startNodeServer({ ...places, UNDERTONE_OPEN: "1", ...variables });
  let server = await start();
  const kill = async () => {
    server.process.kill("SIGKILL");
    await server.ended;
  };
  return {
    get url() {
      return server.url;
    },
    kill,
    async killAndRestart() {
      await kill();
      server = await start();
    },
  };
}
