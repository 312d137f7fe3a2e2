/** Sample clips, which are served with the page; scripts/make-example-clip.sh makes them. */
import type { Clip } from "./clips.ts";
import { element } from "./elements.ts";
import { askService } from "./service.ts";

const SAMPLES = [
  { file: "example.wav", label: "six digits" },
  { file: "other-voice.flac", label: "another voice" },
  { file: "two-voices.flac", label: "two voices in turn" },
] as const;

/** Shows a button for each; `take` gets the clip, `fail` why it cannot be had. */
export function startSamples(take: (clip: Clip) => void, fail: (error: unknown) => void): void {
  const buttons = SAMPLES.map(({ file, label }) => {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      textContent: label,
      ariaLabel: `Sample: ${label}`,
    });
    button.addEventListener("click", () => {
      fetchSample(file).then(take, fail);
    });
    return button;
  });
  element("samples").replaceChildren(...buttons);
}

async function fetchSample(file: string): Promise<Clip> {
  const answer = await askService(`samples/${file}`, "");
  return { name: file, blob: await answer.blob() };
}
