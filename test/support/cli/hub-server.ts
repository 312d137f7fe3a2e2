/** A model hub on localhost and the CDN that it redirects to, as huggingface.co behaves, with faults to order. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

/** Models of the hub. */
export interface HubContents {
  readonly id: string;
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Files stored by git LFS: hashed with SHA-256, and served by the CDN. */
  readonly largeFiles: readonly string[];
  /** Requests without it are refused. */
  readonly token?: string;
}

/** Faults to inject; may be changed while the server runs. */
export interface HubFaults {
  /** Answers to come instead of right ones, one after another. */
  answers: { status: number; headers?: Record<string, string> }[];
  /** Parts of the file after which the CDN hangs up, one for each request to come. */
  cuts: number[];
  /** Number of further CDN answers with wrong bytes. */
  wrongBytes: number;
  ignoresRanges: boolean;
  /** The CDN begins to answer, and then sends nothing more. */
  stalls: boolean;
  /** Headers of the hub's answers that are to be others. */
  headers: Record<string, string>;
}

/** A request that was made. */
export interface SeenRequest {
  readonly host: "hub" | "cdn";
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

/** The hub while it runs. */
export interface HubServer {
  readonly endpoint: string;
  readonly faults: HubFaults;
  readonly requests: SeenRequest[];
  /** Bytes of files that the CDN has sent. */
  bytesSent(): number;
  stop(): Promise<void>;
}

/** Signature in a CDN address; must not appear in any output. */
export const SIGNATURE = "Signature=of-the-cdn";

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const gitSha1 = (bytes: Uint8Array) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** Serves `contents` until the test ends. */
export async function startHub(contents: HubContents): Promise<HubServer> {
  const faults: HubFaults = {
    answers: [],
    cuts: [],
    wrongBytes: 0,
    ignoresRanges: false,
    stalls: false,
    headers: {},
  };
  const requests: SeenRequest[] = [];
  const note = (host: "hub" | "cdn", request: IncomingMessage) =>
    requests.push({
      host,
      method: request.method ?? "",
      path: request.url ?? "",
      range: request.headers.range ?? null,
      authorization: request.headers.authorization ?? null,
    });
  let bytesSent = 0;
  // Another name of this machine: clients tell hosts apart by their names.
  const cdn = await listen("localhost", (request, response) => {
    note("cdn", request);
    const found = Object.values(contents.files).find((bytes) =>
      request.url?.startsWith(`/${sha256(bytes)}?`),
    );
    if (found === undefined) return void response.writeHead(404).end();
    bytesSent += sendFile(found, request, response, faults);
  });
  const hub = await listen("127.0.0.1", (request, response) => {
    note("hub", request);
    answerAsHub(contents, faults, cdn.address, request, response);
  });
  const stop = async () => {
    await Promise.all([hub.close(), cdn.close()]);
  };
  onTestFinished(stop);
  return { endpoint: hub.address, faults, requests, bytesSent: () => bytesSent, stop };
}

function answerAsHub(
  { id, commit, files, largeFiles, token }: HubContents,
  faults: HubFaults,
  cdn: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const fault = faults.answers.shift();
  if (fault !== undefined) return void response.writeHead(fault.status, fault.headers).end();
  const url = new URL(request.url ?? "", "http://hub");
  const [, model, revision, name = ""] =
    /^\/(?:api\/resolve-cache\/models\/)?([^/]+\/[^/]+)\/(?:resolve\/)?([^/]+)\/(.+)$/.exec(
      url.pathname,
    ) ?? [];
  const isAllowed = token === undefined || request.headers.authorization === `Bearer ${token}`;
  if (!isAllowed || model !== id) {
    return void response.writeHead(401, { "X-Error-Code": "RepoNotFound" }).end();
  }
  if (!["main", "refs%2Fpr%2F1", commit].includes(revision ?? "")) {
    return void response.writeHead(404, { "X-Error-Code": "RevisionNotFound" }).end();
  }
  const bytes = files[name];
  if (bytes === undefined) {
    return void response.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
  }
  const common = { "X-Repo-Commit": commit };
  if (largeFiles.includes(name)) {
    const digest = sha256(bytes);
    response.writeHead(302, {
      ...common,
      "X-Linked-Etag": `"${digest}"`,
      "X-Linked-Size": bytes.length,
      Location: `${cdn}/${digest}?${SIGNATURE}`,
      ...faults.headers,
    });
    return void response.end("Found. Redirecting");
  }
  if (!url.pathname.startsWith("/api/")) {
    const location = `/api/resolve-cache/models/${id}/${commit}/${name}`;
    return void response.writeHead(307, { ...common, Location: location }).end();
  }
  response.writeHead(200, {
    ...common,
    ETag: `"${gitSha1(bytes)}"`,
    "Content-Length": bytes.length,
    ...faults.headers,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

/** Returns how many bytes of the file are sent. */
function sendFile(
  file: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
  faults: HubFaults,
): number {
  const range = faults.ignoresRanges ? undefined : request.headers.range;
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (start >= file.length) {
    response.writeHead(416, { "Content-Range": `bytes */${file.length}` }).end();
    return 0;
  }
  const isWrong = faults.wrongBytes-- > 0;
  const rest = isWrong ? new Uint8Array(file.length - start) : file.subarray(start);
  response.writeHead(range === undefined ? 200 : 206, {
    "Content-Length": rest.length,
    ...(range !== undefined && {
      "Content-Range": `bytes ${start}-${file.length - 1}/${file.length}`,
    }),
  });
  const cut = faults.cuts.shift();
  if (faults.stalls) {
    response.write(rest.subarray(0, 10));
    return 10;
  }
  if (cut === undefined) {
    response.end(rest);
    return rest.length;
  }
  const part = rest.subarray(0, Math.max(0, Math.round(cut * file.length) - start));
  response.write(part, () => setTimeout(() => response.socket?.destroy(), 20));
  return part.length;
}

interface Listener {
  readonly address: string;
  close(): Promise<void>;
}

async function listen(
  name: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, name, resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    address: `http://${name}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
