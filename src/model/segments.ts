/** Fetching a pack's segments and making sessions of them: checked, lazily, each once. */
import { UndertoneError } from "../errors.ts";
import type { Backend, SegmentSession } from "./backend/backend.ts";
import { blobKey, type PackManifest, type PackStorage, type Segment, sha256Of } from "./pack.ts";

/** The sessions of one pack. */
export interface SegmentSessions {
  /** The session of a segment, made at its first use; concurrent callers share one. */
  open(name: string): Promise<SegmentSession>;
}

/** What a damaged blob is reported to, before the second read. */
export type DamageReport = (key: string, reason: string) => void;

/** Prepares lazy sessions for the segments of `manifest`, read from `storage`. */
export function segmentSessions(
  manifest: PackManifest,
  storage: PackStorage,
  backend: Backend,
  reportDamage: DamageReport,
): SegmentSessions {
  const sessions = new Map<string, Promise<SegmentSession>>();
  const segments = new Map(manifest.segments.map((segment) => [segment.name, segment]));
  return {
    open(name) {
      const known = sessions.get(name);
      if (known !== undefined) return known;
      const made = createSession(segments.get(name), name, storage, backend, reportDamage);
      sessions.set(name, made);
      // A failure must not be remembered: the next request tries again.
      made.catch(() => sessions.delete(name));
      return made;
    },
  };
}

async function createSession(
  segment: Segment | undefined,
  name: string,
  storage: PackStorage,
  backend: Backend,
  reportDamage: DamageReport,
): Promise<SegmentSession> {
  if (segment === undefined) {
    throw new UndertoneError(
      "pack-damaged",
      `The pack has no segment '${name}': build the pack again.`,
    );
  }
  return backend.createSession(await readSegment(segment, storage, reportDamage));
}

/**
 * Reads a segment's bytes and checks them; a bad copy is dropped and read once more from the tier below.
 * @throws UndertoneError `pack-damaged` if the second copy is missing or wrong too.
 */
export async function readSegment(
  segment: Segment,
  storage: PackStorage,
  reportDamage: DamageReport,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = blobKey(segment.sha256);
  const first = await checkedRead(segment, key, storage);
  if (typeof first !== "string") return first;
  reportDamage(key, first);
  await storage.evict?.(key);
  const second = await checkedRead(segment, key, storage);
  if (typeof second !== "string") return second;
  throw new UndertoneError(
    "pack-damaged",
    `Segment '${segment.name}' of the pack ${second}, twice: install the pack again with 'undertone pack install <dir>'.`,
    { segment: segment.name, sha256: segment.sha256 },
  );
}

async function checkedRead(
  segment: Segment,
  key: string,
  storage: PackStorage,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const bytes = await storage.get(key);
  if (bytes === null) return "is missing";
  if ((await sha256Of(bytes)) !== segment.sha256) return "does not match its SHA-256";
  return bytes;
}
