/** An HTTP server that can be told to finish what it does and end. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { boundConnections, SERVER_OPTIONS } from "./connection-limits.ts";

/** Answers a request. */
export type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** Where to listen, and how many connections there may be at once. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
}

/** A server that listens. */
export interface NodeServer {
  /** Where it listens, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /**
   * Refuses requests from now on, those on new connections too, so that balancers and clients learn of it; settles when
   * every answer that was begun has been sent and all connections are closed.
   */
  drain(): Promise<void>;
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
  let answering = 0;
  let notifyIdle = () => {};
  const server = createAdaptorServer({
    fetch: (request, bindings) => (isDraining ? refuse : fetch)(request, bindings as HttpBindings),
    hostname: host,
    serverOptions: SERVER_OPTIONS,
  }) as Server;
  boundConnections(server, maxConnections);
  server.on("request", (_request, response) => {
    answering++;
    response.on("close", () => {
      answering--;
      if (answering === 0) notifyIdle();
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    url: urlOf(server.address() as AddressInfo),
    async drain() {
      isDraining = true;
      const idle = new Promise<void>((resolve) => {
        notifyIdle = resolve;
      });
      if (answering > 0) await idle;
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
