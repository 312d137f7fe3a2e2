/** The body of an answer → its place in a file. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type PassingFailure, unreachable } from "./failures.ts";
import type { HubAnswer } from "./request.ts";

/** Hears how many bytes of the file are there. */
export type ByteProgress = (bytes: number) => void;

/** Bounds of a body. */
export interface BodyOptions {
  /** Of the whole file; `null` if nobody said. */
  readonly bytes: number | null;
  readonly stallTimeoutMs: number;
  /** Aborts the request. */
  readonly stalled: AbortController;
  readonly onProgress: ByteProgress;
}

/**
 * Writes the body to the file at `path` from byte `start` on and returns where it ends.
 * @throws PassingFailure `hub-unavailable` if it breaks off, stands still, or is longer than the file.
 */
export async function writeBody(
  { response, host }: HubAnswer,
  path: string,
  start: number,
  { bytes, stallTimeoutMs, stalled, onProgress }: BodyOptions,
): Promise<number> {
  // Not emptied first: another process may be writing the same bytes to it.
  const output = await open(path, constants.O_WRONLY | constants.O_CREAT);
  const arm = () => setTimeout(() => stalled.abort(), stallTimeoutMs);
  let timer = arm();
  let position = start;
  const failure = () => {
    const reason = stalled.signal.aborted
      ? `sent nothing for ${stallTimeoutMs / 1000} s`
      : "broke off";
    return unreachable(host, `${reason} after ${position} of ${bytes ?? "unknown"} bytes`);
  };
  try {
    onProgress(position);
    for await (const chunk of readBody(response, failure)) {
      clearTimeout(timer);
      if (position + chunk.length > (bytes ?? Number.POSITIVE_INFINITY)) {
        throw unreachable(host, `sends more than the ${bytes} bytes that it promised`);
      }
      await writeAll(output, chunk, position);
      position += chunk.length;
      onProgress(position);
      timer = arm();
    }
    if (bytes === null) await output.truncate(position);
    return position;
  } finally {
    clearTimeout(timer);
    await output.close();
  }
}

/** The chunks of a body; the connection's failures are turned into `failure`, unlike those of who takes the chunks. */
async function* readBody(
  { body }: Response,
  failure: () => PassingFailure,
): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    while (true) {
      const { done, value } = await reader.read().catch(() => Promise.reject(failure()));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function writeAll(output: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const rest = chunk.length - written;
    written += (await output.write(chunk, written, rest, position + written)).bytesWritten;
  }
}
