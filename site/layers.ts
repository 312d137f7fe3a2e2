/** Which hidden states are computed of a clip. */
import type { Clip } from "./clips.ts";

/** Of WavLM large they are 25 tensors of 50 · 1024 float32 each second: 300 MB for a minute. */
const ALL_STATES_SECONDS = 60;

/** Metadata of a file in memory takes milliseconds; some browsers never read it. */
const LONGEST_WAIT_MS = 3_000;

/** All states of a short clip, so that each can be looked at; the last one of a long clip, or of one of unknown length. */
export async function layersFor({ blob, seconds }: Clip): Promise<"all" | "last"> {
  const known = seconds ?? (await browserSeconds(blob));
  return known !== null && known <= ALL_STATES_SECONDS ? "all" : "last";
}

/** The length of a clip in seconds as the browser reads it; `null` if it cannot. */
async function browserSeconds(clip: Blob): Promise<number | null> {
  const audio = new Audio();
  const url = URL.createObjectURL(clip);
  const known = new Promise<number | null>((resolve) => {
    audio.onloadedmetadata = () => resolve(Number.isFinite(audio.duration) ? audio.duration : null);
    audio.onerror = () => resolve(null);
    setTimeout(() => resolve(null), LONGEST_WAIT_MS);
  });
  audio.preload = "metadata";
  audio.src = url;
  try {
    return await known;
  } finally {
    audio.removeAttribute("src");
    URL.revokeObjectURL(url);
  }
}
