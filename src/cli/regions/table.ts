/** What was measured, as a table and as bars. */
import type { Reach } from "./measure.ts";

const HEADER = ["url", "region", "colo", "connect", "first byte", "first clip", "warm clip"];
const BAR_WIDTH = 40;
/** Parts of a bar, in their order. */
const PARTS = [
  { mark: "░", name: "connect" },
  { mark: "▒", name: "first byte" },
  { mark: "█", name: "warm clip" },
] as const;

/** A line for each service, and below it how long a new client waits for a clip; the longest bar is the slowest. */
export function regionsTable(reaches: readonly Reach[]): string {
  const lines = [HEADER, ...reaches.map(cellsOf)];
  const widths = HEADER.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  const table = lines.map((cells) =>
    cells
      .map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join("  ")
      .trimEnd(),
  );
  const failed = reaches.filter(({ error }) => error !== null);
  return [...table, "", ...bars(reaches, widths[0]), ...failed.map(failureLine)].join("\n");
}

function cellsOf(reach: Reach): string[] {
  const { url, region, colo, connectMs, firstByteMs, firstClipMs, warmClipMs } = reach;
  const first = reach.isFirstCold ? `${ms(firstClipMs)} (cold)` : ms(firstClipMs);
  return [url, region ?? "–", colo ?? "–", ms(connectMs), ms(firstByteMs), first, ms(warmClipMs)];
}

function ms(value: number | null): string {
  return value === null ? "–" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function bars(reaches: readonly Reach[], nameWidth: number): string[] {
  const measured = reaches.filter(({ warmClipMs }) => warmClipMs !== null);
  if (measured.length === 0) return [];
  const partsOf = ({ connectMs, firstByteMs, warmClipMs }: Reach) => [
    connectMs ?? 0,
    firstByteMs ?? 0,
    // The clip's way there and back is in its time already.
    Math.max(0, (warmClipMs ?? 0) - (firstByteMs ?? 0)),
  ];
  const total = (reach: Reach) => partsOf(reach).reduce((sum, part) => sum + part, 0);
  const longest = Math.max(...measured.map(total));
  const lines = measured.map((reach) => {
    const bar = partsOf(reach).map((part, index) =>
      PARTS[index]?.mark.repeat(Math.round((part / longest) * BAR_WIDTH)),
    );
    return `${reach.url.padEnd(nameWidth)}  ${bar.join("").padEnd(BAR_WIDTH + 1)} ${ms(total(reach))}`;
  });
  return [...lines, PARTS.map(({ mark, name }) => `${mark} ${name}`).join("   "), ""];
}

function failureLine({ url, error }: Reach): string {
  return `${url}: ${error}`;
}
