/** One connection to a service, on which requests are timed. */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

/** A request to be timed. */
export interface TimedRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer and how long it took. */
export interface TimedAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** Until the connection was there: names, TCP and TLS; 0 if it was. */
  readonly connectMs: number;
  /** From then until the first byte of the answer. */
  readonly firstByteMs: number;
  /** From then until its last. */
  readonly wholeMs: number;
}

/** A connection that is kept. */
export interface Connection {
  /** @throws Error with the system's code if there is no answer in time. */
  ask(request: TimedRequest): Promise<TimedAnswer>;
  close(): void;
}

/** The longest wait for a clip: of a cold isolate that reads a large model. */
const TIMEOUT_MS = 120_000;
const MOST_ANSWER_BYTES = 1 << 20;

/** Opens none yet: the first request does. Redirects are not followed, so that a key goes nowhere else. */
export function openConnection(origin: URL): Connection {
  const isSecure = origin.protocol === "https:";
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
  const send = isSecure ? requestHttps : requestHttp;
  return {
    ask: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const beganMs = performance.now();
        let readyMs = beganMs;
        const asked = send(
          new URL(path, origin),
          {
            method,
            headers: { ...headers, "User-Agent": "Undertone" },
            agent,
            timeout: TIMEOUT_MS,
          },
          (answer) => {
            const firstByteMs = performance.now() - readyMs;
            read(answer).then((text) => {
              resolve({
                ...{ status: answer.statusCode ?? 0, headers: answer.headers, text },
                ...{ connectMs: readyMs - beganMs, firstByteMs },
                wholeMs: performance.now() - readyMs,
              });
            }, reject);
          },
        );
        asked.on("socket", (socket) => {
          if (!socket.connecting) return;
          socket.once(isSecure ? "secureConnect" : "connect", () => {
            readyMs = performance.now();
          });
        });
        asked.on("timeout", () => asked.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
        asked.on("error", reject);
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}

async function read(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Error("the answer is too long for an Undertone's");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
