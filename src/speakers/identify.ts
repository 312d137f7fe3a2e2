/** Who of the enrolled a voice is: scores of all of them, the best kept. */
import { breathe } from "../breathe.ts";
import { scoresAgainst, sNorm } from "../model/heads/speakers/s-norm.ts";
import { cosine, l2Normalised } from "../model/heads/vectors.ts";
import type { Speaker } from "./speaker.ts";

/** Somebody whose voice it may be. */
export interface Candidate {
  readonly speaker: Speaker;
  readonly cosine: number;
  /** What is compared with the threshold: the cosine, or normalised by a cohort. */
  readonly score: number;
}

/** What a voice was compared with. */
export interface Compared {
  /** How many voices. */
  readonly speakers: number;
  /** Best first. */
  readonly candidates: readonly Candidate[];
}

/**
 * Compares a voice with those of speakers.
 * @param embedding of length 1
 * @param cohort embeddings of strangers; null for scores that are cosines
 * @param most how many candidates are kept
 */
export async function compareVoice(
  embedding: Float32Array,
  pages: AsyncIterable<readonly Speaker[]>,
  cohort: readonly Float32Array[] | null,
  most: number,
): Promise<Compared> {
  const own = cohort && scoresAgainst(embedding, cohort);
  let speakers = 0;
  let candidates: Candidate[] = [];
  for await (const page of pages) {
    for (const speaker of page) {
      const alike = cosine(embedding, speaker.embedding);
      const theirs = cohort && scoresAgainst(l2Normalised(speaker.embedding), cohort);
      const score = own && theirs ? sNorm(alike, own, theirs) : alike;
      candidates.push({ speaker, cosine: alike, score });
      if (cohort !== null) await breathe();
    }
    speakers += page.length;
    candidates = candidates.toSorted((a, b) => b.score - a.score).slice(0, most);
    await breathe();
  }
  return { speakers, candidates };
}
