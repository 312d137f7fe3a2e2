/** The Node server: `npm run serve`. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Hono } from "hono";
import { createApp } from "../src/app.ts";
import { createBackground } from "../src/background.ts";
import { UndertoneError } from "../src/errors.ts";
import { problemResponse } from "../src/http/answer/problem.ts";
import type { AppEnv } from "../src/http/context.ts";
import { identifyRequest } from "../src/http/middleware/request-id.ts";
import { secureAnswers } from "../src/http/middleware/security-headers.ts";
import { openApiDocument } from "../src/http/service/openapi.ts";
import { startPoller } from "../src/jobs/poller.ts";
import { keepOperatorKey } from "../src/keys/operator-key.ts";
import { hasKeys } from "../src/keys/table.ts";
import { isLoopback } from "../src/platform/loopback.ts";
import { log, logFailure, nodePlatform } from "../src/platform/node/platform.ts";
import { readNodeSettings } from "../src/platform/node/settings.ts";
import { MESSAGE_TRIES } from "../src/queue/messages.ts";
import { installNamedModel } from "./named-model.ts";
import { startServer } from "./node-server.ts";
import { withSite } from "./node-site.ts";

/** Ctrl-C reaches a process both from the terminal and from whoever started it: that is one wish, not two. */
const SAME_SIGNAL_MS = 1000;

/** Jobs that are given back at the deadline have this long to be written. */
const GIVE_BACK_MS = 1500;

/** The limits of one owner and one receiver are in `webhooks/crowd.ts`. */
const DELIVERIES_AT_ONCE = 256;

const SITE = join(import.meta.dirname, "../build/site");

const settings = orFail(() => readNodeSettings(process.env));
const platform = orFail(() => nodePlatform(settings));
if (settings.backend !== null) await platform.requireBackend().catch(failOn);
await keepOperatorKey(platform.database, settings.apiKey, platform.now()).catch(failOn);
const app = createApp(platform);
// Now, and not while requests wait for them.
openApiDocument(app);
await import("../src/jobs/batch/parquet/write.ts");
const fetch = withSite(SITE, app.fetch);
const server = await startServer(settings, fetch, refusing().fetch).catch(
  (error: NodeJS.ErrnoException) =>
    fail(
      `${settings.host}:${settings.port} cannot be listened on (${error.code}): set HOST or PORT.`,
    ),
);
platform.noteListening();
const poller = startJobs();

let firstSignalMs: number | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop(signal));

const { engines, threads } = platform;
log({ level: "info", event: "listening", url: server.url, engines, threads });
await warnOfKeys();
await installNamedModel(settings, log).catch(async (error: unknown) => {
  // Native code that is cut short aborts the process.
  await platform.close();
  failOn(error);
});
await warnOfMissingModel();

/** Finishes what is under way, until the deadline, and ends; told so again, ends at once. */
async function stop(signal: string): Promise<void> {
  if (firstSignalMs !== undefined) {
    if (performance.now() - firstSignalMs > SAME_SIGNAL_MS) process.exit(1);
    return;
  }
  firstSignalMs = performance.now();
  log({ level: "info", event: "shutting-down", signal });
  const deadline = AbortSignal.timeout(settings.drainMs);
  deadline.addEventListener("abort", () => log({ level: "warn", event: "drain-cut-short" }));
  const drained = Promise.all([server.drain(deadline), poller.stop(deadline)]);
  await Promise.race([drained, pause(settings.drainMs + GIVE_BACK_MS)]);
  await platform.close();
  process.exit(0);
}

/** Does the jobs and sends the webhooks of this process's database. */
function startJobs() {
  const consumer = createBackground(platform);
  return startPoller({
    database: platform.database,
    now: platform.now,
    rules: { leaseMs: settings.jobLeaseMs, maxTries: MESSAGE_TRIES },
    consumer,
    concurrency: { work: platform.engines, deliveries: DELIVERIES_AT_ONCE },
    sweep: consumer.sweep,
    reportError: logFailure,
  });
}

/** The app of a server that is ending. */
function refusing(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .use(secureAnswers(settings.publicOrigin), identifyRequest)
    .all("*", (c) => {
      const error = new UndertoneError(
        "shutting-down",
        "The service is shutting down and takes no more requests: send this one again in a moment.",
      );
      return problemResponse(error, c, { Connection: "close" });
    });
}

/** Without a key, and where it is not open, the service answers 401 to everybody; open to a network, it answers everybody. */
async function warnOfKeys(): Promise<void> {
  if (settings.isOpen && !isLoopback(settings.host)) {
    const message = `Whoever reaches port ${settings.port} may use the service, read all jobs and send requests from this machine: this is for trying it out.`;
    log({ level: "warn", event: "open-to-network", message });
  }
  if (settings.isOpen || (await hasKeys(platform.database))) return;
  const file = join(settings.dataDirectory, "undertone.sqlite");
  const orOpen = isLoopback(settings.host)
    ? ", or start again with UNDERTONE_OPEN=1, which lets everybody on this machine in"
    : "";
  const message = `There is no API key yet, so every request is refused: make one with 'npx undertone key create --scope features,jobs --database ${file}'${orOpen}.`;
  log({ level: "warn", event: "no-key-configured", message });
}

/** Says now what a request that names no model would be told. */
async function warnOfMissingModel(): Promise<void> {
  const problem = await platform.models.find().then(() => null, problemOf);
  if (problem !== null) log({ level: "warn", ...problem });
}

function problemOf(error: unknown): { readonly event: string; readonly message: string } {
  if (!(error instanceof UndertoneError)) throw error;
  if (error.slug !== "no-pack-installed") return { event: error.slug, message: error.message };
  const { packsDirectory } = settings;
  const message = `${packsDirectory} holds no pack: make one with 'npx undertone pack build microsoft/wavlm-base-plus --out packs/wavlm-base-plus-q8' and put it there with 'npx undertone pack install packs/wavlm-base-plus-q8 --directory ${packsDirectory}'.`;
  return { event: error.slug, message };
}

/** A variable that is malformed, or a directory that cannot be written, is told in a sentence and not by a stack. */
function orFail<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    return failOn(error);
  }
}

function failOn(error: unknown): never {
  if (error instanceof UndertoneError) return fail(error.message);
  if (error instanceof Error && "code" in error) return fail(error.message);
  throw error;
}

function fail(message: string): never {
  log({ level: "error", event: "misconfigured", message });
  process.exit(1);
}
