/** Warnings: oddities of a clip that do not keep it from being computed. */
import type { ClipWarning } from "../clip.ts";
import type { DecoderFinding } from "../decoder.ts";

/** −60 dB of full scale: a recording in which anyone speaks is louder somewhere. */
const SILENCE_PEAK = 1e-3;

/** The count and the first place of a finding, in seconds from the start of the clip. */
export interface NoticedAt {
  readonly seconds: number;
  readonly count: number;
}

/** The findings of a clip's decoding. */
export interface ClipFindings {
  readonly clippedSamples: number;
  /** The place where the file breaks off, in seconds from its start; null if it is whole. */
  readonly damagedAfterSeconds: number | null;
  readonly noticed: ReadonlyMap<DecoderFinding, NoticedAt>;
  /** The largest magnitude of the mono samples at 16 kHz. */
  readonly peak: number;
}

/** The warnings that an answer carries, each with a sentence for people. */
export function clipWarnings(findings: ClipFindings): ClipWarning[] {
  const { clippedSamples, damagedAfterSeconds: seconds, noticed, peak } = findings;
  const warnings: ClipWarning[] = [];
  for (const [code, at] of noticed) warnings.push({ code, detail: DETAILS[code](at), ...at });
  if (seconds !== null) {
    warnings.push({
      code: "truncated",
      detail: `The file breaks off or is damaged; the first ${seconds.toFixed(3)} s of it were decoded.`,
      seconds,
    });
  }
  if (clippedSamples > 0) {
    warnings.push({
      code: "clipped",
      detail: `${clippedSamples} samples lie at full scale in runs of three or more: the recording was too loud.`,
      samples: clippedSamples,
    });
  }
  if (peak < SILENCE_PEAK) {
    warnings.push({
      code: "silence",
      detail: "Nothing in it is louder than -60 dB of full scale: it may be silence.",
    });
  }
  return warnings;
}

const DETAILS: Readonly<Record<DecoderFinding, (at: NoticedAt) => string>> = {
  "part-skipped": ({ seconds, count }) =>
    `${times(count, "damaged part")} could not be decoded and ${count === 1 ? "was" : "were"} left out, the first at ${seconds.toFixed(3)} s.`,
  "part-missing": ({ seconds, count }) =>
    `By its own numbering the file lacks ${times(count, "part")}, the first at ${seconds.toFixed(3)} s.`,
  "second-clip": ({ seconds }) =>
    `Another file follows behind the first, which ends at ${seconds.toFixed(3)} s; only the first was decoded. Send each by itself.`,
};

function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
