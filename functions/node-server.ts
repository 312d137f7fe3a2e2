/** An HTTP server that can be told to finish what it does and end. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as immediate, setTimeout as pause } from "node:timers/promises";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { boundConnections, SERVER_OPTIONS } from "./connection-limits.ts";
import { type Answers, watchAnswers } from "./open-answers.ts";

/** Requests that were on their way when the end began have arrived once nothing has come for so many looks. */
const QUIET_LOOKS = 5;
const LOOK_MS = 50;
/** The number of checks for an idle server, for one whose requests never cease. */
const MAX_LOOKS = 40;

const IDLE_CHECK_MS = 25;

/** Answers a request. */
export type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** Options of listening. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
}

/** A server that listens. */
export interface NodeServer {
  /** Its origin, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /**
   * Refuses requests from now on, those on new connections too for a moment, so that balancers and clients learn of it;
   * settles when every answer that was begun has been sent and all connections are closed, at `deadline` by force.
   */
  drain(deadline: AbortSignal): Promise<void>;
}

/**
 * Starts to listen.
 * @param refuse answers the requests that come while the server drains
 * @throws Error with the system's code, such as EADDRINUSE
 */
export async function startServer(
  { host, port, maxConnections }: ListenOptions,
  fetch: Fetch,
  refuse: Fetch,
): Promise<NodeServer> {
  let isDraining = false;
  const server = createAdaptorServer({
    fetch: (request, bindings) => (isDraining ? refuse : fetch)(request, bindings as HttpBindings),
    hostname: host,
    serverOptions: SERVER_OPTIONS,
  }) as Server;
  boundConnections(server, maxConnections);
  const answers = watchAnswers(server);
  server.listen(port, host);
  await once(server, "listening");
  return {
    url: urlOf(server.address() as AddressInfo),
    async drain(deadline) {
      isDraining = true;
      answers.closeAfterwards();
      await Promise.race([Promise.all([answers.begunNow(), settle(answers)]), endOf(deadline)]);
      await Promise.race([closeGently(server, answers), endOf(deadline)]);
      server.closeAllConnections();
    },
  };
}

/** Waits for what is on its way: also on a busy machine, where it takes its time from the system's queue to this process. */
async function settle(answers: Answers): Promise<void> {
  for (let looks = 0, quiet = 0, seen = -1; looks < MAX_LOOKS && quiet < QUIET_LOOKS; looks++) {
    await pause(LOOK_MS);
    await immediate();
    quiet = answers.arrivals() === seen ? quiet + 1 : 0;
    seen = answers.arrivals();
  }
}

/**
 * Listens no more and closes each connection once it is idle; settles when the last one is closed. A connection that its
 * client is sending a request on, or has sent half of one, is not idle.
 */
async function closeGently(server: Server, answers: Answers): Promise<void> {
  // Right after what has come in was read: what is in a socket by now is answered.
  await immediate();
  const closed = new Promise((resolve) => server.close(resolve));
  const timer = setInterval(async () => {
    await immediate();
    // Node takes a connection for idle whose answer is still on its way to a slow client.
    if (answers.count() === 0) server.closeIdleConnections();
  }, IDLE_CHECK_MS);
  await closed;
  clearInterval(timer);
}

/** The aborting of a signal. */
async function endOf(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
