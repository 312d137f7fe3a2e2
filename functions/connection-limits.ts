/** Timeouts of a Node server's connections, and the number of connections. */
import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import { networkOf } from "../src/http/access/client-network.ts";
import { JoiningMessage } from "./joining-message.ts";

/** A body that is read has to keep to the pace of the settings; these bound what nobody reads, and what comes before it. */
export const SERVER_OPTIONS: ServerOptions<typeof JoiningMessage> = {
  IncomingMessage: JoiningMessage,
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  /** Headers and body together: the longest upload in real time, several times over. */
  requestTimeout: 3_600_000,
  /** Longer than the usual minute for which proxies keep idle connections, so that they, and not we, close them. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
};

/** Closes connections beyond `maxConnections`, and those of one address beyond half of them. */
export function boundConnections(server: Server, maxConnections: number): void {
  const byNetwork = new Map<string, number>();
  server.maxConnections = maxConnections;
  server.on("connection", (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? "");
    const count = (byNetwork.get(network) ?? 0) + 1;
    if (count > maxConnections / 2) {
      socket.destroy();
      return;
    }
    byNetwork.set(network, count);
    socket.on("close", () => {
      const left = (byNetwork.get(network) as number) - 1;
      if (left === 0) byNetwork.delete(network);
      else byNetwork.set(network, left);
    });
  });
}
