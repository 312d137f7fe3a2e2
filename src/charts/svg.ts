/** The few SVG elements that charts are made of. */

/** A position in the picture, in pixels from its top left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A line of text of the given classes. */
export function text(x: number, y: number, content: string, className: string): string {
  return `<text class="${className}" x="${fixed(x)}" y="${fixed(y)}">${escapeText(content)}</text>`;
}

/** Makes any text content. */
export function escapeText(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A coordinate, precise to a tenth of a pixel. */
export function fixed(value: number): string {
  return value.toFixed(1);
}

/** A round marker; the others are as large. */
export function circle({ x, y }: Place): string {
  return `<circle class="marker" cx="${fixed(x)}" cy="${fixed(y)}" r="4"/>`;
}

/** A marker of another form. */
export function square(place: Place): string {
  return polygon(place, [-3.5, -3.5, 3.5, -3.5, 3.5, 3.5, -3.5, 3.5]);
}

/** A marker of another form. */
export function triangle(place: Place): string {
  return polygon(place, [0, -5, 4.5, 3.5, -4.5, 3.5]);
}

/** A marker of another form. */
export function diamond(place: Place): string {
  return polygon(place, [0, -5, 5, 0, 0, 5, -5, 0]);
}

function polygon({ x, y }: Place, offsets: readonly number[]): string {
  const points = offsets.map((offset, index) => fixed(offset + (index % 2 === 0 ? x : y)));
  return `<polygon class="marker" points="${points.join(" ")}"/>`;
}
