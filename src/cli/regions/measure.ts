/** Measures a service from here: the connection, the first byte, and clips. */

import { answered, type ClipRequest, clipRequest, isCold } from "./clip-request.ts";
import { type Connection, openConnection, type TimedAnswer } from "./connection.ts";

/** How a service is reached from here; times in milliseconds, `null` if it did not come so far. */
export interface Reach {
  readonly url: string;
  /** Of the headers `X-Undertone-Region` and `X-Undertone-Colo`. */
  readonly region: string | null;
  readonly colo: string | null;
  /** Names, TCP and TLS. */
  readonly connectMs: number | null;
  /** Of GET /healthz on an open connection. */
  readonly firstByteMs: number | null;
  /** The first clip of 5 s, and whether it was cold for the service. */
  readonly firstClipMs: number | null;
  readonly isFirstCold: boolean | null;
  /** The median of those after it. */
  readonly warmClipMs: number | null;
  /** What went wrong; `null` if nothing did. */
  readonly error: string | null;
}

/** What is asked. */
export interface ReachOptions extends Pick<ClipRequest, "key" | "model"> {
  /** Rounds of everything but the first clip. */
  readonly rounds: number;
}

const NOTHING: Omit<Reach, "url" | "error"> = {
  ...{ region: null, colo: null, connectMs: null, firstByteMs: null },
  ...{ firstClipMs: null, isFirstCold: null, warmClipMs: null },
};

/** Measures it; whatever it does is a finding and no error. */
export async function reachOf(url: URL, options: ReachOptions): Promise<Reach> {
  const found = { url: url.origin, ...NOTHING };
  try {
    Object.assign(found, await connections(url, options.rounds));
    Object.assign(found, await clips(url, options));
    return { ...found, error: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ...found, error: code ?? message };
  }
}

/** A new connection in each round. */
async function connections(url: URL, rounds: number): Promise<Partial<Reach>> {
  const connectMs: number[] = [];
  const firstByteMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await withConnection(url, async (connection) => {
      const health = { method: "GET", path: "/healthz", headers: {} } as const;
      const first = answered(await connection.ask(health));
      connectMs.push(first.connectMs);
      firstByteMs.push(answered(await connection.ask(health)).firstByteMs);
    });
  }
  return { connectMs: median(connectMs), firstByteMs: median(firstByteMs) };
}

/** All clips on one connection, which is open by then. */
async function clips(url: URL, { key, model, rounds }: ReachOptions): Promise<Partial<Reach>> {
  const request = clipRequest({ key, model });
  return await withConnection(url, async (connection) => {
    await connection.ask({ method: "GET", path: "/healthz", headers: {} });
    const first = answered(await connection.ask(request));
    const warm: number[] = [];
    for (let round = 0; round < rounds; round++) {
      warm.push(answered(await connection.ask(request)).wholeMs);
    }
    return {
      region: headerOf(first, "x-undertone-region"),
      colo: headerOf(first, "x-undertone-colo"),
      firstClipMs: first.wholeMs,
      isFirstCold: isCold(first),
      warmClipMs: median(warm),
    };
  });
}

async function withConnection<Result>(
  url: URL,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = openConnection(url);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

function headerOf({ headers }: TimedAnswer, name: string): string | null {
  return headers[name]?.toString() ?? null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
