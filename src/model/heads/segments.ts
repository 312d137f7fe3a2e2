/** Per-frame probabilities of one speaker → the spans in which that speaker talks. */

/** Rules for turning probabilities into spans. */
export interface SegmentRules {
  /** From this probability on a frame is speech. */
  readonly threshold: number;
  /** Pauses of fewer frames are bridged. */
  readonly minimumGapFrames: number;
  /** Then, spans of fewer frames are dropped. */
  readonly minimumSegmentFrames: number;
}

/** Frames first … end − 1, with the mean probability over them. */
export interface Segment {
  readonly first: number;
  readonly end: number;
  readonly probability: number;
}

/** Thresholds, bridges short pauses, and drops what is short even so; spans are in order and do not touch. */
export function speechSegments(probabilities: ArrayLike<number>, rules: SegmentRules): Segment[] {
  const { threshold, minimumGapFrames, minimumSegmentFrames } = rules;
  const bridged: { first: number; end: number }[] = [];
  for (let frame = 0; frame < probabilities.length; frame++) {
    if (probabilities[frame] < threshold) continue;
    const last = bridged.at(-1);
    const isJoined =
      last !== undefined && (frame === last.end || frame - last.end < minimumGapFrames);
    if (isJoined) last.end = frame + 1;
    else bridged.push({ first: frame, end: frame + 1 });
  }
  return bridged
    .filter(({ first, end }) => end - first >= minimumSegmentFrames)
    .map((span) => ({ ...span, probability: meanOf(probabilities, span) }));
}

function meanOf(values: ArrayLike<number>, { first, end }: { first: number; end: number }): number {
  let sum = 0;
  for (let index = first; index < end; index++) sum += values[index];
  return sum / (end - first);
}
