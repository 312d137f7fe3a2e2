/** Which of a file's audio tracks is decoded. */
import { type ErrorSlug, UndertoneError } from "../../errors.ts";

/** A track that is decoded. */
export interface ChosenTrack<Track> {
  readonly chosen: Track;
  /** Which of several audio tracks it is, from 0; undefined if the file has one. */
  readonly index: number | undefined;
}

/** Errors of a track that say nothing of the others. */
const UNREADABLE: readonly ErrorSlug[] = [
  "unsupported-codec",
  "clip-damaged",
  "clip-header-inconsistent",
  "channels-unsupported",
  "sample-rate-unsupported",
];

/**
 * The track that is asked for, or else the first that can be read.
 * @param open reads what a track of the candidates says of itself
 * @throws UndertoneError `no-audio-track`, `track-out-of-range`, and what `open` throws for the track that is asked for, or for
 *   the first one if none can be read.
 */
export function chooseTrack<Candidate, Track>(
  candidates: readonly Candidate[],
  asked: number | undefined,
  open: (candidate: Candidate) => Track,
): ChosenTrack<Track> {
  const [first] = candidates;
  if (first === undefined) throw withoutSound();
  requireTrack(asked, candidates.length);
  const indexOf = (index: number) => (candidates.length === 1 ? undefined : index);
  if (asked !== undefined) {
    return { chosen: open(candidates[asked] as Candidate), index: indexOf(asked) };
  }
  for (const [index, candidate] of candidates.entries()) {
    try {
      return { chosen: open(candidate), index: indexOf(index) };
    } catch (error) {
      if (!(error instanceof UndertoneError) || !UNREADABLE.includes(error.slug)) throw error;
    }
  }
  return { chosen: open(first), index: indexOf(0) };
}

/** @throws UndertoneError `track-out-of-range` if a track is asked for that a file of `count` does not have. */
export function requireTrack(asked: number | undefined, count: number): void {
  if (asked === undefined || asked < count) return;
  const known = count === 1 ? "one, track 0" : `${count}, tracks 0 to ${count - 1}`;
  throw new UndertoneError(
    "track-out-of-range",
    `The clip has no audio track ${asked}: it has ${known}. Ask for one that it has, or leave \`track\` out.`,
    { tracks: count },
  );
}

function withoutSound(): UndertoneError {
  return new UndertoneError(
    "no-audio-track",
    "The file has no audio track, so there is no sound to read features from; send one with sound.",
  );
}
