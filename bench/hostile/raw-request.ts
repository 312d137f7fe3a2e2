/** Requests written byte by byte to a socket, for bodies in chunks that no client of HTTP would make. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer; `isClosed` says whether the server has closed the connection after it. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
  isClosed(): Promise<void>;
}

/** A request of which the body is under way. */
export interface RawRequest {
  readonly socket: Socket;
  /** Sends a chunk, or bytes of a body whose length was told; settles once the socket takes more, or is closed. */
  send(chunk: Uint8Array): Promise<void>;
  /** Sends `count` chunks of one byte each, or as many as the server takes before it answers; gives how many those were. */
  sendSingleBytes(count: number): Promise<number>;
  end(): void;
  readonly answer: Promise<RawAnswer>;
}

/**
 * Begins a POST whose body comes in chunks, or as it is if the headers have a Content-Length.
 * @param localAddress the address of this machine that it comes from; any if left out
 */
export async function beginPost(
  url: URL | string,
  headers: Readonly<Record<string, string>> = {},
  localAddress?: string,
): Promise<RawRequest> {
  const { hostname, port, pathname, search } = new URL(url);
  const from = localAddress === undefined ? {} : { localAddress };
  const socket = connect({ port: Number(port), host: hostname, ...from });
  await once(socket, "connect");
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  // A server that refuses a body may reset the connection while the rest is written.
  socket.on("error", () => {});
  const isCut = !("Content-Length" in headers);
  const coding = isCut ? { "Transfer-Encoding": "chunked" } : {};
  const lines = Object.entries({ Host: `${hostname}:${port}`, ...coding, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`POST ${pathname}${search} HTTP/1.1\r\n${head}\r\n`);
  let isAnswered = false;
  const answer = readAnswer(socket, closed).finally(() => {
    isAnswered = true;
  });
  const ended = answer.then(
    () => {},
    () => {},
  );
  const write = async (bytes: Uint8Array) => {
    if (socket.destroyed || socket.write(bytes)) return;
    const drained = new Promise<void>((resolve) => socket.once("drain", resolve));
    await Promise.race([drained, ended]);
  };
  return {
    socket,
    answer,
    send: (bytes) => write(isCut ? chunkOf(bytes) : bytes),
    async sendSingleBytes(count) {
      const block = Buffer.from("1\r\nA\r\n".repeat(10_000));
      let sent = 0;
      for (; sent < count && !isAnswered && !socket.destroyed; sent += 10_000) await write(block);
      return sent;
    },
    end: () => void (isCut && socket.write("0\r\n\r\n")),
  };
}

function chunkOf(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
}

async function readAnswer(socket: Socket, closed: Promise<void>): Promise<RawAnswer> {
  let text = "";
  const whole = new Promise<void>((resolve) => {
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (isWhole(text)) resolve();
    });
  });
  await Promise.race([whole, closed]);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  if (Number.isNaN(status)) throw new Error("closed without an answer");
  const end = text.indexOf("\r\n\r\n");
  const body = isChunked(text) ? dechunk(text.slice(end + 4)) : text.slice(end + 4);
  return { status, body, isClosed: () => closed };
}

const isChunked = (text: string) => /^transfer-encoding: *chunked/im.test(text);

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  if (isChunked(text)) return text.endsWith("0\r\n\r\n");
  const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
  return text.length >= end + 4 + length;
}

function dechunk(text: string): string {
  let body = "";
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf("\r\n", at);
    const length = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(length > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + length);
    at = lineEnd + 2 + length + 2;
  }
}
