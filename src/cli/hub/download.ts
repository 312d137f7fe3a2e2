/** Downloads a file of the hub into the cache; what was fetched before is not fetched again. */
import { rename, rm, stat, truncate } from "node:fs/promises";
import { UndertoneError } from "../../errors.ts";
import { matchesEtag } from "./blob-digest.ts";
import { failureOf, PassingFailure, unreachable } from "./failures.ts";
import type { RemoteFile } from "./remote-file.ts";
import { askHub, type HubAnswer } from "./request.ts";
import { withRetries } from "./retry.ts";
import type { HubSettings } from "./settings.ts";
import { type ByteProgress, writeBody } from "./write-body.ts";

/** A connection that brings this much before it breaks is worth another one. */
const GOOD_PIECE_BYTES = 1_000_000;

/**
 * Downloads `file` to `path`, beside which an unfinished download stays as `.incomplete` and is continued, by whoever
 * tries next: also when two do at once, both only ever write the right bytes to their places.
 * @throws UndertoneError `download-damaged` if what arrives twice is not what the etag says; `hub-unavailable`,
 *   `hub-refused` or `hub-not-found` if the hub stops giving it.
 */
export async function downloadBlob(
  file: RemoteFile,
  path: string,
  settings: HubSettings,
  onProgress: ByteProgress,
): Promise<void> {
  const unfinished = `${path}.incomplete`;
  for (const isLastTry of [false, true]) {
    await withRetries(settings, () => fetchAll(file, unfinished, settings, onProgress));
    try {
      if (await matchesEtag(unfinished, file.etag)) return await rename(unfinished, path);
    } catch (error) {
      // Another process that fetched the same file was done first.
      if (await matchesEtag(path, file.etag).catch(() => false)) return;
      throw error;
    }
    await rm(unfinished, { force: true });
    if (isLastTry) break;
  }
  throw new UndertoneError(
    "download-damaged",
    `What ${new URL(file.url).host} sends does not match its etag ${file.etag}; it was not stored. Try again, or another HF_ENDPOINT.`,
    { etag: file.etag },
  );
}

/** Goes on at once, as long as each request brings a good piece of the file. */
async function fetchAll(
  file: RemoteFile,
  unfinished: string,
  settings: HubSettings,
  onProgress: ByteProgress,
): Promise<void> {
  while (true) {
    const before = await sizeOf(unfinished);
    try {
      return await fetchRest(file, unfinished, settings, onProgress);
    } catch (failure) {
      const gained = (await sizeOf(unfinished)) - before;
      if (!(failure instanceof PassingFailure) || gained < GOOD_PIECE_BYTES) throw failure;
    }
  }
}

/** Fetches what is missing of the unfinished file. */
async function fetchRest(
  file: RemoteFile,
  unfinished: string,
  settings: HubSettings,
  onProgress: ByteProgress,
): Promise<void> {
  const present = await sizeOf(unfinished);
  const isTooLong = file.bytes !== null && present > file.bytes;
  const start = isTooLong ? 0 : present;
  if (isTooLong) await truncate(unfinished, 0);
  if (start === file.bytes) return onProgress(start);
  const stalled = new AbortController();
  const answer = await askHub(file.url, settings, {
    method: "GET",
    headers: start > 0 ? { Range: `bytes=${start}-` } : {},
    signal: stalled.signal,
  });
  const from = await acceptedStart(answer, file, start, unfinished);
  const end = await writeBody(answer, unfinished, from, {
    bytes: file.bytes,
    stallTimeoutMs: settings.stallTimeoutMs,
    stalled,
    onProgress,
  });
  if (file.bytes !== null && end < file.bytes) {
    throw unreachable(answer.host, `broke off after ${end} of ${file.bytes} bytes`);
  }
}

/** The file offset at which an answer's body begins. */
async function acceptedStart(
  { response, host }: HubAnswer,
  file: RemoteFile,
  start: number,
  unfinished: string,
): Promise<number> {
  if (response.status === 200) return 0;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206 && Number(range?.[1]) === start) return start;
  await response.body?.cancel();
  if (response.status === 206 || response.status === 416) {
    await rm(unfinished, { force: true });
    throw unreachable(host, "cannot continue the download");
  }
  throw failureOf(response, host, new URL(file.url).pathname);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
