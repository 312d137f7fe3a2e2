/** Computes where it was chosen, and shows how far it is. */
import { UndertoneError } from "../src/browser/index.ts";
import { decodedByBrowser } from "./browser-decoder.ts";
import type { Choice } from "./choices.ts";
import { type Clip, namesOf } from "./clips.ts";
import { computeHere } from "./local.ts";
import type { Outcome } from "./outcome.ts";
import { progressOf, showSent } from "./progress.ts";
import { computeOnService } from "./remote.ts";

/** Refusals after which the browser's own decoder is worth a try. */
const NOT_DECODED = new Set(["not-audio", "unsupported-codec"]);

/** What is needed besides the choice. */
interface Means {
  /** Empty for none. */
  readonly key: string;
  /** The engine's, if it is forced. */
  readonly backend: string | null;
  /** Once it is aborted, nothing is shown any more. */
  readonly signal: AbortSignal;
}

/**
 * What comes of the chosen task.
 * @throws UndertoneError what the engine or the service says.
 */
export async function computed(
  choice: Choice,
  clips: readonly Clip[],
  means: Means,
): Promise<Omit<Outcome, "tookMs">> {
  if (choice.place === "here") return await computedHere(choice, clips, means);
  showSent(namesOf(clips));
  const answer = await computeOnService(choice, clips, means);
  return { ...answer, clips, decodedBy: "Undertone", hasLoaded: false };
}

/** Undertone's own decoders first, which give the server's very samples; what they do not know, the browser's. */
async function computedHere(
  choice: Choice,
  clips: readonly Clip[],
  { key, backend, signal }: Means,
): Promise<Omit<Outcome, "tookMs">> {
  const names = namesOf(clips);
  let hasLoaded = false;
  const tell = progressOf(names);
  const means = {
    key,
    backend,
    onProgress(progress: Parameters<typeof tell>[0]) {
      hasLoaded ||= progress.stage === "loading";
      if (!signal.aborted) tell(progress);
    },
  };
  try {
    const answer = await computeHere(choice, clips, means);
    return { ...answer, clips, decodedBy: "Undertone", hasLoaded };
  } catch (error) {
    if (!(error instanceof UndertoneError && NOT_DECODED.has(error.slug))) throw error;
    const decoded = await Promise.all(clips.map(asWav));
    if (decoded.includes(null)) throw error;
    const answer = await computeHere(choice, decoded as readonly Clip[], means);
    return { ...answer, clips, decodedBy: "this browser", hasLoaded };
  }
}

async function asWav(clip: Clip): Promise<Clip | null> {
  const wav = await decodedByBrowser(await clip.blob.arrayBuffer());
  return wav && { ...clip, blob: new Blob([wav]) };
}
