/** The shape of a sound. */

/** The outline of speech needs no more, and an hour of it would be 115 MB. */
const SAMPLE_RATE_HZ = 8_000;

/** By column, the largest deviation from zero, as a share of the largest of all. */
export type Outline = readonly number[];

/** The outline of a clip as this browser decodes it; `null` if it cannot. */
export async function outlineOf(clip: Blob, columns: number): Promise<Outline | null> {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE_HZ);
  const bytes = await clip.arrayBuffer();
  const audio = await context.decodeAudioData(bytes).catch(() => null);
  if (audio === null) return null;
  const samples = audio.getChannelData(0);
  const perColumn = samples.length / columns;
  const peaks = Array.from({ length: columns }, (_, column) => {
    const end = Math.floor((column + 1) * perColumn);
    let peak = 0;
    for (let at = Math.floor(column * perColumn); at < end; at++) {
      peak = Math.max(peak, Math.abs(samples[at]));
    }
    return peak;
  });
  const largest = Math.max(...peaks) || 1;
  return peaks.map((peak) => peak / largest);
}

const SVG = "http://www.w3.org/2000/svg";

/** Draws it as wide as its place. */
export function drawOutline(outline: Outline): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 -1 ${outline.length} 2`);
  svg.setAttribute("preserveAspectRatio", "none");
  const path = document.createElementNS(SVG, "path");
  // A line even where it is silent.
  const height = (share: number) => Math.max(0.01, share).toFixed(3);
  const upper = outline.map((share, column) => `${column},-${height(share)}`);
  const lower = outline.map((share, column) => `${column},${height(share)}`).reverse();
  path.setAttribute("d", `M${[...upper, ...lower].join("L")}Z`);
  svg.append(path);
  return svg;
}
