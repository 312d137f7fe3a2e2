/** The sound of a clip over time, with words or speakers under it. */
import type { Clip } from "./clips.ts";
import { element, focusIfScrolls, setShown } from "./elements.ts";
import { drawOutline, outlineOf } from "./waveform.ts";

/** A word or a turn of a speaker, in seconds. */
export interface Span {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** Of turns, which may overlap: the lane of their speaker, from 0, which has the label. Words have theirs themselves. */
  readonly lane?: number;
}

/** Of longer clips, decoding for the picture alone would take hundreds of megabytes. */
const MOST_SECONDS = 600;
/** The timeline scrolls where labels need more than the page's width, within limits. */
const CHARACTER_PIXELS = 8;
const MOST_PIXELS_PER_SECOND = 400;
const MOST_PIXELS = 20_000;
const MOST_COLUMNS = 4_000;
const LEAST_COLUMNS = 600;
const COLOURS = 6;

/** The words of a transcription stand beside it, so it has no captions. */
const player = Object.assign(new Audio(), { controls: true, ariaLabel: "The clip" });
element("sound").prepend(player);
const track = element("track");
/** The clip that is shown; another one may come while this is decoded. */
let shown: Clip | undefined;
/** What is said below the timeline of the clip that is shown. */
let noteFor: (scrolls: boolean) => string = () => "";

// Windows change their width, and phones are turned.
new ResizeObserver(showNote).observe(element("timeline"));

/** Shows one clip; nothing of two. */
export async function showSound(
  clips: readonly Clip[],
  sounds: readonly { readonly seconds: number }[],
  spans: readonly Span[],
): Promise<void> {
  const [clip] = clips;
  const seconds = sounds[0]?.seconds ?? 0;
  shown = clip;
  setShown("sound", clips.length === 1);
  if (clip === undefined || clips.length > 1) return;
  showPlayer(clip.blob);
  setShown("timeline", seconds <= MOST_SECONDS);
  if (seconds > MOST_SECONDS) {
    noteFor = () => "Clips longer than ten minutes are not drawn.";
    showNote();
    return;
  }
  const width = widthFor(spans, seconds);
  track.style.minWidth = `${width}px`;
  track.replaceChildren(...lanesOf(spans, seconds));
  const columns = Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, Math.round(width / 2)));
  const outline = await outlineOf(clip.blob, columns);
  if (shown !== clip) return;
  if (outline !== null) track.prepend(drawOutline(outline));
  noteFor = (scrolls) =>
    outline === null
      ? "This browser cannot draw or play the sound of this file, which Undertone has read."
      : `${seconds.toFixed(2)} s from left to right${scrolls ? "; scroll to see all of it" : ""}.`;
  showNote();
}

function showNote(): void {
  element("sound-note").textContent = noteFor(focusIfScrolls("timeline"));
}

/** Pixels in which every word fits its span. */
function widthFor(spans: readonly Span[], seconds: number): number {
  const words = spans.filter(({ lane }) => lane === undefined);
  const needed = words.map(
    ({ label, start, end }) => ((label.length + 1) * CHARACTER_PIXELS) / (end - start),
  );
  const perSecond = Math.min(MOST_PIXELS_PER_SECOND, Math.max(0, ...needed));
  return Math.min(MOST_PIXELS, Math.round(perSecond * seconds));
}

function showPlayer(blob: Blob): void {
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(blob);
  player.hidden = false;
  player.onerror = () => {
    player.hidden = true;
  };
}

/** One lane of words, or one for each speaker. */
function lanesOf(spans: readonly Span[], seconds: number): readonly HTMLElement[] {
  const lanes = Math.max(-1, ...spans.map(({ lane = 0 }) => lane)) + 1;
  return Array.from({ length: lanes }, (_, at) => {
    const lane = Object.assign(document.createElement("div"), { className: "lane" });
    const own = spans.filter((span) => (span.lane ?? 0) === at);
    lane.append(...own.map((span) => markOf(span, seconds)));
    const speaker = own.find((span) => span.lane !== undefined)?.label;
    if (speaker !== undefined) lane.append(nameOf(speaker));
    return lane;
  });
}

function nameOf(speaker: string): HTMLElement {
  return Object.assign(document.createElement("span"), {
    className: "speaker",
    textContent: speaker,
  });
}

function markOf({ label, start, end, lane }: Span, seconds: number): HTMLElement {
  const mark = Object.assign(document.createElement("span"), {
    className: `mark colour-${(lane ?? 0) % COLOURS}`,
    textContent: lane === undefined ? label : "",
    title: `${label}, ${start.toFixed(2)} to ${end.toFixed(2)} s`,
  });
  mark.style.left = `${(100 * start) / seconds}%`;
  mark.style.width = `${(100 * (end - start)) / seconds}%`;
  return mark;
}
