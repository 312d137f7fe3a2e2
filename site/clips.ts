/** The clips that were chosen, from wherever they come. */
import { element } from "./elements.ts";

/** A clip and what it is called. */
export interface Clip {
  readonly name: string;
  readonly blob: Blob;
  /** Its length in seconds, where that is known. */
  readonly seconds?: number;
}

/** A task takes two at most. */
const MOST_KEPT = 2;

const kept: Clip[] = [];

/** Keeps a clip as the last one. */
export function keepClip(clip: Clip): void {
  kept.push(clip);
  kept.splice(0, kept.length - MOST_KEPT);
}

/** The last clips, oldest first; as many as there are, `count` at most. */
export function lastClips(count: number): readonly Clip[] {
  return kept.slice(-count);
}

/** The names of clips in one text. */
export function namesOf(clips: readonly Clip[]): string {
  return clips.map(({ name }) => name).join(" and ");
}

/** Calls `take` with the files that are dropped or chosen, one or several. */
export function startFiles(take: (clips: readonly Clip[]) => void): void {
  const takeFiles = (files: FileList | null | undefined) => {
    const clips = [...(files ?? [])].map((file) => ({ name: file.name, blob: file }));
    if (clips.length > 0) take(clips);
  };
  const input = element("file") as HTMLInputElement;
  input.addEventListener("change", () => {
    takeFiles(input.files);
    // Choosing the same file once more is a change too.
    input.value = "";
  });
  const drop = element("drop");
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    takeFiles(event.dataTransfer?.files);
  });
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
}
