/** Real HTTP servers on loopback for what the service requests from others. */
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A request as the server got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server and what it has received so far. */
export interface TestServer {
  /** `http://127.0.0.1:<port>`, or https. */
  readonly url: string;
  readonly port: number;
  readonly received: ReceivedRequest[];
  close(): Promise<void>;
}

/** Answers one request; one that neither ends nor destroys the response leaves the client waiting. */
export type Answer = (request: ReceivedRequest, response: ServerResponse) => void;

/** A certificate and its key, PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** Starts a server on a free port; with `tls` it speaks https. */
export async function startHttpServer(answer: Answer, tls?: TlsIdentity): Promise<TestServer> {
  const received: ReceivedRequest[] = [];
  const listener: RequestListener = async (message, response) => {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part);
    const { method = "", url: path = "", headers } = message;
    const request = { method, path, headers, body: Buffer.concat(parts).toString() };
    received.push(request);
    answer(request, response);
  };
  const server: Server =
    tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
