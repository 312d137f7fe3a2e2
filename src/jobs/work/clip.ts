/** Gets at the clips of a job. */
import { freedPieces } from "../../bytes.ts";
import { sql } from "../../database/database.ts";
import { UndertoneError } from "../../errors.ts";
import { fetchPieces } from "../../outbound/fetch-clip.ts";
import { PIECES_BUFFER_BYTES, type StoredPieces } from "../../store/store.ts";
import type { JobContext } from "../context.ts";
import { clipsOf, type JobClip } from "../job.ts";
import { type HeldJob, leaseLost, noteProgress, renewalMs } from "../leases.ts";
import { renewedWhile } from "../renewals.ts";

/** Queue consumers of Workers end after 15 minutes (documented). */
const FETCH_TIMEOUT_MS = 10 * 60_000;

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
export async function readClips(
  context: JobContext,
  { job, token }: Pick<HeldJob, "job" | "token">,
): Promise<StoredClip[]> {
  const sha256s = job.clipSha256s ?? (await hashClips(context, { job, token }));
  return clipsOf(job).map((clip, index) => ({
    sha256: sha256s[index] as string,
    open: () => openClip(context, clip),
  }));
}

/** Reads each clip once; digests that took long to find are noted for later tries. */
async function hashClips(
  context: JobContext,
  { job, token }: Pick<HeldJob, "job" | "token">,
): Promise<string[]> {
  const renewal = leaseRenewal(context, { job, token });
  const sha256s: string[] = [];
  let bytes = 0;
  const passing = async (piece: Uint8Array) => {
    bytes += piece.length;
    await renewal();
  };
  const hashing = async () => {
    for (const clip of clipsOf(job)) sha256s.push(await hashClip(context, clip, passing));
  };
  // A server may be silent for longer than a lease lasts.
  await renewedWhile(context, () => noteProgress(context, { job, token }, 0, 0), hashing);
  // An object without a version may be another at the next try.
  const isFixed = clipsOf(job).every(({ place }) => place.kind !== "object" || place.etag !== null);
  if (isFixed && bytes >= NOTED_BYTES) {
    await context.database.run(
      sql`UPDATE jobs SET clip_sha256s_json = ${JSON.stringify(sha256s)} WHERE id = ${job.id} AND lease_token = ${token}`,
    );
  }
  return sha256s;
}

async function hashClip(
  context: JobContext,
  clip: JobClip,
  passing: (piece: Uint8Array) => Promise<void>,
): Promise<string> {
  const { key, place } = clip;
  const sha256 = context.startSha256();
  const hashing = async function* (pieces: StoredPieces) {
    for await (const piece of pieces) {
      await passing(piece);
      sha256.update(piece);
      yield piece;
    }
  };
  const stored = place.kind === "url" ? await context.files.getPieces(key) : null;
  if (place.kind === "url" && stored === null) {
    await fetchAndKeep(context, key, place.url, hashing);
  } else {
    let bytes = 0;
    for await (const piece of hashing(freedPieces(stored ?? (await openClip(context, clip))))) {
      bytes += piece.length;
      if (bytes > context.settings.maxJobBytes) throw tooLarge(context.settings.maxJobBytes);
    }
  }
  return sha256.hex();
}

/** Renews the lease of a job now and then while its clip is read: a slow or large one takes longer than a lease. */
function leaseRenewal(context: JobContext, held: Pick<HeldJob, "job" | "token">) {
  const everyMs = renewalMs(context);
  let renewAt = context.now() + everyMs;
  return async (): Promise<void> => {
    if (context.now() < renewAt) return;
    renewAt = context.now() + everyMs;
    if (await noteProgress(context, held, 0, 0)) return;
    throw leaseLost();
  };
}

/** A row costs more than reading fewer bytes again. */
const NOTED_BYTES = 8 * 1024 * 1024;

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
  memory.hold(Math.min(PIECES_BUFFER_BYTES, settings.maxJobBytes));
  try {
    const limits = {
      maxBytes: settings.maxJobBytes,
      timeoutMs: FETCH_TIMEOUT_MS,
      stallMs: settings.jobStallMs,
    };
    await files.putPieces(key, passing(fetchPieces(url, send, limits)));
  } finally {
    memory.release();
  }
}

function missing(what: string): never {
  throw new UndertoneError("clip-gone", `${what} is stored no more. Hand the clip in again.`);
}

function tooLarge(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "clip-too-large",
    `The clip has more than the ${maxBytes} bytes that a job takes. Hand in a shorter or a compressed one.`,
    { maxBytes },
  );
}
