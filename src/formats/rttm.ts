/** RTTM: segments of speakers as a Rich Transcription Time Marked file (NIST, "2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan", appendix A). */

/** A span of one speaker, in seconds. */
export interface RttmSegment {
  readonly speaker: string;
  readonly start: number;
  readonly end: number;
}

/** One SPEAKER line for each segment; fields are divided by spaces, so those of names become underscores. */
export function rttm(segments: readonly RttmSegment[], fileName: string): string {
  const word = (name: string) => name.trim().replace(/\s+/g, "_") || "_";
  return segments
    .map(({ speaker, start, end }) => {
      const times = `${start.toFixed(3)} ${(end - start).toFixed(3)}`;
      return `SPEAKER ${word(fileName)} 1 ${times} <NA> <NA> ${word(speaker)} <NA> <NA>\n`;
    })
    .join("");
}
