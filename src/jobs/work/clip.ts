/** Gets at the clips of a job. */
import { UndertoneError } from "../../errors.ts";
import { fetchPieces } from "../../outbound/fetch-clip.ts";
import { PIECES_BUFFER_BYTES, type StoredPieces } from "../../store/store.ts";
import type { JobContext } from "../context.ts";
import { clipsOf, type Job, type JobClip } from "../job.ts";

const FETCH_TIMEOUT_MS = 60_000;

/** A clip that is read from where it is stored, as often as it is opened. */
export interface StoredClip {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** @throws UndertoneError `clip-gone` if it is stored no more. */
  open(): Promise<StoredPieces>;
}

/**
 * The clips of a job, one after the other. What a URL gives is stored until the job is over, so that every try is about the
 * same bytes. None is held whole.
 * @throws UndertoneError `clip-gone` if one is stored no more, `overloaded`; what `fetchPieces` throws.
 */
export async function readClips(context: JobContext, job: Job): Promise<StoredClip[]> {
  const clips: StoredClip[] = [];
  for (const clip of clipsOf(job)) {
    const sha256 = await hashClip(context, clip);
    clips.push({ sha256, open: () => openClip(context, clip) });
  }
  return clips;
}

async function hashClip(context: JobContext, clip: JobClip): Promise<string> {
  const { key, place } = clip;
  const sha256 = context.startSha256();
  const hashing = async function* (pieces: StoredPieces) {
    for await (const piece of pieces) {
      sha256.update(piece);
      yield piece;
    }
  };
  const stored = place.kind === "url" ? await context.files.getPieces(key) : null;
  if (place.kind === "url" && stored === null) {
    await fetchAndKeep(context, key, place.url, hashing);
  } else {
    for await (const _ of hashing(stored ?? (await openClip(context, clip))));
  }
  return sha256.hex();
}

async function openClip({ files, bucket }: JobContext, clip: JobClip): Promise<StoredPieces> {
  const { key, place } = clip;
  switch (place.kind) {
    case "upload":
    case "url":
      return (await files.getPieces(key)) ?? missing("The clip");
    case "object": {
      const clip = await bucket?.read(place.key, place.etag);
      const version = place.etag === null ? "The object" : `Version ${place.etag} of the object`;
      return clip ?? missing(`${version} ${place.key}`);
    }
  }
}

async function fetchAndKeep(
  context: JobContext,
  key: string,
  url: string,
  passing: (pieces: StoredPieces) => StoredPieces,
): Promise<void> {
  const { files, send, settings, ledger } = context;
  const memory = ledger.open("bodies");
  memory.hold(Math.min(PIECES_BUFFER_BYTES, settings.maxClipBytes));
  try {
    const limits = { maxBytes: settings.maxClipBytes, timeoutMs: FETCH_TIMEOUT_MS };
    await files.putPieces(key, passing(fetchPieces(url, send, limits)));
  } finally {
    memory.release();
  }
}

function missing(what: string): never {
  throw new UndertoneError("clip-gone", `${what} is stored no more. Hand the clip in again.`);
}
