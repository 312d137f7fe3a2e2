/** The most probable tokens, over all their alignments. Long because the prefixes are private to it. */
import { breathe } from "../../../breathe.ts";
import type { Matrix } from "../../matrix.ts";

/** Tokens and the natural logarithm of their probability, as far as the beam has followed it, with the guide's score. */
export interface Hypothesis {
  readonly tokens: readonly number[];
  readonly logProbability: number;
}

/** Which tokens may follow each other, and how welcome a text is beside what is heard. */
export interface TokenGuide<State = unknown> {
  readonly start: State;
  /** The state after one token more; null where the token must not follow. */
  next(state: State, token: number): State | null;
  /** Added to the natural logarithm of a text's probability while it goes on. */
  score(state: State): number;
  /** The same of a text that ends here; null where none may. */
  endScore(state: State): number | null;
  /** By how much one token more can raise the score at most. */
  readonly mostGain: number;
}

/** Width of the search, and the texts that it may find. */
export interface BeamOptions {
  readonly blank: number;
  /** Prefixes that are kept after each frame. */
  readonly width: number;
  /** Any tokens may follow each other, all alike, if left out. */
  readonly guide?: TokenGuide | undefined;
}

const UNGUIDED: TokenGuide = {
  start: null,
  next: () => UNGUIDED,
  score: () => 0,
  endScore: () => 0,
  mostGain: 0,
};

/** Trying so many lengthened prefixes takes a few milliseconds. */
const PREFIXES_PER_SLICE = 4000;

/** Of large vocabularies, only so many of a frame's best tokens lengthen prefixes. */
const MAX_TOKENS_PER_FRAME = 64;

/** Token sequences share their beginnings: a prefix knows its last token, what comes before it, and what may come after. */
interface Prefix {
  readonly token: number;
  readonly before: Prefix | null;
  /** Of the guide, and its score. */
  readonly state: unknown;
  readonly score: number;
  /** Null while there are none. */
  longer: Map<number, Prefix> | null;
  /** Logarithms of the probability of all alignments that end in a blank, of those that end in the last token, and of both. */
  blankEnd: number;
  tokenEnd: number;
  total: number;
  /** The same for the frame that is being looked at. */
  nextBlankEnd: number;
  nextTokenEnd: number;
}

/**
 * Prefix beam search over log probabilities [frames, tokens] (Hannun et al. 2014, "First-Pass Large Vocabulary Continuous
 * Speech Recognition using Bi-Directional Recurrent DNNs"); the guide takes the place of their language model. Best first, and only
 * texts that the guide lets end. Other work is let in now and then.
 */
export async function beamSearch(
  logProbabilities: Matrix,
  { blank, width, guide = UNGUIDED }: BeamOptions,
): Promise<Hypothesis[]> {
  const { rows, columns, data } = logProbabilities;
  const start = createPrefix(-1, null, guide.start, guide.score(guide.start));
  let beam: readonly Prefix[] = [{ ...start, blankEnd: 0, total: 0 }];
  let tried = 0;
  for (let row = 0; row < rows; row++) {
    const frame = data.subarray(row * columns, (row + 1) * columns);
    const tokens = bestTokens(frame, blank);
    const candidates = new Set<Prefix>();
    for (const prefix of beam) keep(prefix, frame, blank, candidates);
    const least = beam.length < width ? -Infinity : Math.min(...beam.map(nextWorth));
    for (const prefix of beam) {
      for (const token of tokens)
        lengthen(prefix, token, frame[token], { candidates, guide, least });
    }
    beam = best(candidates, width);
    tried += beam.length * tokens.length;
    if (tried > PREFIXES_PER_SLICE) {
      tried = 0;
      await breathe();
    }
  }
  return beam
    .flatMap((prefix) => {
      const score = guide.endScore(prefix.state);
      if (score === null) return [];
      return [{ tokens: tokensOf(prefix), logProbability: prefix.total + score }];
    })
    .sort((a, b) => b.logProbability - a.logProbability);
}

/** The prefix as it is: a blank follows, or its last token goes on. */
function keep(prefix: Prefix, frame: Float32Array, blank: number, candidates: Set<Prefix>): void {
  candidates.add(prefix);
  prefix.nextBlankEnd = addLogs(prefix.nextBlankEnd, prefix.total + frame[blank]);
  if (prefix.before === null) return;
  prefix.nextTokenEnd = addLogs(prefix.nextTokenEnd, prefix.tokenEnd + frame[prefix.token]);
}

/** The step from the prefixes of one frame to those of the next. */
interface Lengthening {
  readonly candidates: Set<Prefix>;
  readonly guide: TokenGuide;
  /** The least score in a full beam: a new prefix of less could not be kept. */
  readonly least: number;
}

/** The prefix and one token more; the same token again needs a blank between. */
function lengthen(
  prefix: Prefix,
  token: number,
  logProbability: number,
  { candidates, guide, least }: Lengthening,
): void {
  const from = token === prefix.token ? prefix.blankEnd : prefix.total;
  if (from === -Infinity) return;
  let longer = prefix.longer?.get(token);
  if (longer === undefined) {
    const worth = from + logProbability;
    if (worth + prefix.score + guide.mostGain < least) return;
    const state = guide.next(prefix.state, token);
    if (state === null) return;
    const score = guide.score(state);
    if (worth + score < least) return;
    longer = createPrefix(token, prefix, state, score);
    prefix.longer ??= new Map();
    prefix.longer.set(token, longer);
  }
  candidates.add(longer);
  longer.nextTokenEnd = addLogs(longer.nextTokenEnd, from + logProbability);
}

/** Moves to the next frame with the best candidates; what leads to none of them is forgotten. */
function best(candidates: ReadonlySet<Prefix>, width: number): Prefix[] {
  const sorted = [...candidates]
    .map(advance)
    .sort((a, b) => b.total + b.score - (a.total + a.score));
  const kept = new Set(sorted.slice(0, width));
  for (const candidate of sorted.slice(width)) {
    let at = candidate;
    while (at.before !== null && !at.longer?.size && !kept.has(at)) {
      at.before.longer?.delete(at.token);
      at = at.before;
    }
  }
  return [...kept];
}

function createPrefix(token: number, before: Prefix | null, state: unknown, score: number): Prefix {
  const nothing = { blankEnd: -Infinity, tokenEnd: -Infinity, total: -Infinity };
  const next = { nextBlankEnd: -Infinity, nextTokenEnd: -Infinity };
  return { token, before, state, score, longer: null, ...nothing, ...next };
}

/** The score of a prefix after this frame, of the alignments that were added so far. */
function nextWorth({ nextBlankEnd, nextTokenEnd, score }: Prefix): number {
  return addLogs(nextBlankEnd, nextTokenEnd) + score;
}

function advance(prefix: Prefix): Prefix {
  prefix.blankEnd = prefix.nextBlankEnd;
  prefix.tokenEnd = prefix.nextTokenEnd;
  prefix.total = addLogs(prefix.blankEnd, prefix.tokenEnd);
  prefix.nextBlankEnd = -Infinity;
  prefix.nextTokenEnd = -Infinity;
  return prefix;
}

function tokensOf(prefix: Prefix): number[] {
  const tokens: number[] = [];
  for (let at: Prefix | null = prefix; at?.before != null; at = at.before) tokens.push(at.token);
  return tokens.reverse();
}

function bestTokens(frame: Float32Array, blank: number): number[] {
  const tokens = Array.from(frame, (_, token) => token).filter((token) => token !== blank);
  if (tokens.length <= MAX_TOKENS_PER_FRAME) return tokens;
  return tokens.sort((a, b) => frame[b] - frame[a]).slice(0, MAX_TOKENS_PER_FRAME);
}

function addLogs(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}
