/** The speakers of a clip that was computed in windows, by embeddings of who speaks in each of them. */
import { clusterVoices } from "./cluster.ts";

/** By label, in the order that overlap has put them into: an embedding, or null for who says too little. */
export type WindowVoices = readonly (Float32Array | null)[];

/** The speakers of a clip. */
export interface MatchedSpeakers {
  /** How many there are: as many as labels, or more if windows have others. */
  readonly count: number;
  /** Window by window, the number of the speaker of each label. */
  readonly ofWindows: readonly (readonly number[])[];
}

/** More voices than these would take 16 MiB and more to cluster: 7 hours of two speakers, in windows of 30 s. */
export const MOST_VOICES = 2048;

/** More speakers than these are not told apart, unless a window has more. */
const MOST_SPEAKERS = 8;

/**
 * Matches the labels of all windows; null if embeddings have nothing to say about them: fewer than two windows have any, or all
 * together have more than `MOST_VOICES`.
 * @param threshold the cosine from which on two embeddings are of one speaker
 */
export async function matchWindows(
  windows: readonly WindowVoices[],
  labels: number,
  threshold: number,
): Promise<MatchedSpeakers | null> {
  const voices = windows.flatMap((byLabel, window) =>
    byLabel.flatMap((embedding, label) =>
      embedding === null ? [] : [{ window, label, embedding }],
    ),
  );
  const windowsHeard = new Set(voices.map(({ window }) => window)).size;
  if (windowsHeard < 2 || voices.length > MOST_VOICES) return null;
  const mostClusters = Math.max(labels, MOST_SPEAKERS);
  const clusters = await clusterVoices(voices, { threshold, mostClusters });
  const known = windows.map(() => new Array<number | undefined>(labels).fill(undefined));
  for (const [index, { window, label }] of voices.entries()) {
    (known[window] as (number | undefined)[])[label] = clusters[index];
  }
  return {
    count: Math.max(labels, ...clusters.map((cluster) => cluster + 1)),
    ofWindows: known.map((speakers, window) => withTheRest(speakers, window, known)),
  };
}

/** Labels without an embedding stay whom overlap says they are: the speaker of the same label in the nearest window; or else anybody who is free. */
function withTheRest(
  speakers: readonly (number | undefined)[],
  window: number,
  known: readonly (readonly (number | undefined)[])[],
): number[] {
  const taken = new Set(speakers);
  return speakers.map((speaker, label) => {
    if (speaker !== undefined) return speaker;
    const nearest = nearestSpeaker(known, window, label);
    const own = nearest === undefined || taken.has(nearest) ? firstFree(taken) : nearest;
    taken.add(own);
    return own;
  });
}

/** Of the windows before it, or else of those behind it. */
function nearestSpeaker(
  known: readonly (readonly (number | undefined)[])[],
  window: number,
  label: number,
): number | undefined {
  const isKnown = (speakers: readonly (number | undefined)[]) => speakers[label] !== undefined;
  const nearest = known.slice(0, window).findLast(isKnown) ?? known.slice(window + 1).find(isKnown);
  return nearest?.[label];
}

function firstFree(taken: ReadonlySet<number | undefined>): number {
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}
