/** `undertone/server`: the Node server as a process of its own, for programs that start one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// It is source in a clone, and JavaScript in the package.
const PROGRAM = new URL(`./node${import.meta.url.slice(-3)}`, import.meta.url);
/** As `npm run serve` has them: collections of young objects stay short, and freed memory is given back. */
const FLAGS = ["--max-semi-space-size=8"];
const MEMORY = { MALLOC_MMAP_THRESHOLD_: "32768" };

/** How a server is started. */
export interface ServerOptions {
  /** Its settings, such as `PACKS`, `PORT` and `UNDERTONE_OPEN`, beside the variables of this process. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Called with each line of its log, which is JSON; the lines are dropped by default. */
  log?(line: string): void;
}

/** A server that runs. */
export interface RunningServer {
  /** Its origin, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Settles with its exit status once it has ended. */
  readonly ended: Promise<number | null>;
  /** Lets it finish what it does, and settles when it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the server, which needs Node 24, and settles once it listens. A port of 0 is one that is free.
 * @throws Error with what its log says if it ends before
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { variables = {}, log = () => {} } = options;
  const child = spawn(process.execPath, [...FLAGS, fileURLToPath(PROGRAM)], {
    env: { ...MEMORY, ...process.env, ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // It should not outlive the program that has started it.
  const kill = () => void child.kill();
  process.once("exit", kill);
  const ended = once(child, "close").then(([status]) => {
    process.off("exit", kill);
    return status as number | null;
  });
  let last = "";
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      log(line);
      last = line;
      const url = urlIn(line);
      if (url !== null) resolve(url);
    });
  });
  const url = await Promise.race([listening, ended.then(() => null)]);
  if (url === null) throw new Error(`The server has not started: ${last}`);
  return {
    url,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The address of the log's line that says where it listens; `null` of any other line. */
function urlIn(line: string): string | null {
  if (!line.startsWith("{")) return null;
  const entry = JSON.parse(line);
  return entry.event === "listening" ? entry.url : null;
}
