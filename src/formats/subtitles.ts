/** Subtitles: SubRip (`.srt`) and WebVTT (https://www.w3.org/TR/webvtt1/). */
import { LINE_CHARACTERS } from "./segment-words.ts";

/** A text and its time in seconds. */
export interface Cue {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Numbered cues, each with a blank line behind. */
export function srt(cues: readonly Cue[]): string {
  return cues
    .map(({ text, start, end }, index) => {
      const times = `${clock(start, ",")} --> ${clock(end, ",")}`;
      return `${index + 1}\n${times}\n${inLines(text)}\n\n`;
    })
    .join("");
}

/** The header and the cues; `&`, `<` and `>` of texts are escaped. */
export function vtt(cues: readonly Cue[]): string {
  const written = cues.map(
    ({ text, start, end }) =>
      `${clock(start, ".")} --> ${clock(end, ".")}\n${escaped(inLines(text))}\n\n`,
  );
  return `WEBVTT\n\n${written.join("")}`;
}

/** Hours, minutes, seconds and milliseconds. */
function clock(seconds: number, point: "," | "."): string {
  const milliseconds = Math.round(seconds * 1000);
  const part = (unit: number, count: number, digits: number) =>
    String(Math.floor(milliseconds / unit) % count).padStart(digits, "0");
  const [hours, minutes] = [part(3_600_000, Number.MAX_SAFE_INTEGER, 2), part(60_000, 60, 2)];
  return `${hours}:${minutes}:${part(1000, 60, 2)}${point}${part(1, 1000, 3)}`;
}

/** One line, or two of about one length if it is too long for one. */
function inLines(text: string): string {
  if (text.length <= LINE_CHARACTERS) return text;
  const spaces = Array.from(text.matchAll(/ /g), ({ index }) => index);
  const middle = text.length / 2;
  const nearest = spaces.reduce(
    (best, space) => (Math.abs(space - middle) < Math.abs(best - middle) ? space : best),
    Number.NEGATIVE_INFINITY,
  );
  return nearest < 0 ? text : `${text.slice(0, nearest)}\n${text.slice(nearest + 1)}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
