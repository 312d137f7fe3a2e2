/** Which answers of a server are on their way. */
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The answers that were begun and have not been sent to their end. */
export interface Answers {
  count(): number;
  /** The number of connections and requests so far. */
  arrivals(): number;
  /** Settles when those that are on their way now have been sent, or their clients have gone. */
  begunNow(): Promise<void>;
  /** From now on connections are closed after their last answer, which says so where it still can. */
  closeAfterwards(): void;
}

/** Watches from now on. */
export function watchAnswers(server: Server): Answers {
  const ends = new Map<ServerResponse, Promise<void>>();
  /** The last answer of each connection: before it, there may be others to requests that were pipelined. */
  const last = new Map<Socket, ServerResponse>();
  let isClosing = false;
  let arrivals = 0;

  server.on("connection", () => {
    arrivals++;
  });
  // Before the listener that answers.
  server.prependListener("request", ({ socket }, response) => {
    arrivals++;
    const end = new Promise<void>((resolve) => {
      response.on("close", () => {
        ends.delete(response);
        if (last.get(socket) === response) last.delete(socket);
        resolve();
      });
    });
    ends.set(response, end);
    const before = last.get(socket);
    last.set(socket, response);
    if (!isClosing) return;
    if (before !== undefined && !before.headersSent) before.shouldKeepAlive = true;
    response.shouldKeepAlive = false;
  });

  return {
    count: () => ends.size,
    arrivals: () => arrivals,
    begunNow: async () => void (await Promise.all(ends.values())),
    closeAfterwards() {
      isClosing = true;
      for (const response of last.values()) response.shouldKeepAlive = false;
    },
  };
}
