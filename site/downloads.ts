/** Results as files. */
import { breathe } from "../src/breathe.ts";
import { jsonParts } from "../src/formats/json.ts";
import { npyParts } from "../src/formats/npy.ts";
import { rttm } from "../src/formats/rttm.ts";
import { cuesOf } from "../src/formats/segment-words.ts";
import { srt, vtt } from "../src/formats/subtitles.ts";
import { element } from "./elements.ts";
import type { Outcome } from "./outcome.ts";
import { shownState } from "./states.ts";

/** A file that can be had of a result. */
interface Download {
  /** The end of its name, which is its format too. */
  readonly format: string;
  readonly type: string;
  content(): Iterable<BlobPart>;
}

/** Shows a button for each format. */
export function showDownloads(outcome: Outcome): void {
  const [clip] = outcome.clips;
  const stem = clip.name.replace(/\.[^.]*$/, "");
  const buttons = downloadsOf(outcome).map((download) => {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      textContent: download.format,
      ariaLabel: `Download ${download.format}`,
    });
    button.addEventListener("click", () => void save(stem, download));
    return button;
  });
  element("downloads").replaceChildren(...buttons);
}

function downloadsOf({ answered, clips }: Outcome): readonly Download[] {
  const json = { format: "json", type: "application/json" };
  if (answered.task === "features") {
    const metadata = { ...answered.answer, pool: "none" } as const;
    const state = () => [shownState()].filter((tensor) => tensor !== null);
    return [
      {
        format: "npy",
        type: "application/octet-stream",
        content: () => state().flatMap((tensor) => [...npyParts(tensor, "f32")]) as BlobPart[],
      },
      {
        ...json,
        content: () =>
          jsonParts(state(), metadata, { encoding: "float", dtype: "f32" }) as Iterable<BlobPart>,
      },
    ];
  }
  const { answer } = answered;
  const whole = { ...json, content: () => [JSON.stringify(answer, null, 2)] };
  if (answered.task === "transcription") {
    const { text, words } = answered.answer;
    return [
      { format: "txt", type: "text/plain", content: () => [`${text}\n`] },
      { format: "srt", type: "application/x-subrip", content: () => [srt(cuesOf(words))] },
      { format: "vtt", type: "text/vtt", content: () => [vtt(cuesOf(words))] },
      whole,
    ];
  }
  if (answered.task === "diarization") {
    const { segments } = answered.answer;
    return [
      { format: "rttm", type: "text/plain", content: () => [rttm(segments, clips[0].name)] },
      whole,
    ];
  }
  return [whole];
}

/** Writing the numbers of a long clip takes seconds, in which the page has to answer. */
async function save(stem: string, { format, type, content }: Download): Promise<void> {
  const parts: BlobPart[] = [];
  for (const part of content()) {
    parts.push(part);
    await breathe();
  }
  const url = URL.createObjectURL(new Blob(parts, { type }));
  Object.assign(document.createElement("a"), { href: url, download: `${stem}.${format}` }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
