/** A matrix as a picture. */

/** How many deviations from the mean are the ends of the scale; outlier channels would hide the others otherwise. */
const DEVIATIONS = 2;

/** Canvases have no more than 32,767 columns in some browsers, and no screen shows as many. */
const MOST_COLUMNS = 2_000;

/** Mean and deviation of what is drawn. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Draws [frames, channels] with time to the right, from dark blue below the mean to yellow above it. Of a long clip it draws
 * frames at equal distances.
 */
export function drawMatrix(
  canvas: HTMLCanvasElement,
  [frames, channels]: readonly number[],
  data: Float32Array,
): Scale {
  const columns = Math.min(frames, MOST_COLUMNS);
  const frameOf = (column: number) => Math.floor((column * frames) / columns);
  const scale = scaleOf(columns, (column) => rowOf(data, frameOf(column), channels));
  const context = canvas.getContext("2d");
  if (context === null) return scale;
  canvas.width = columns;
  canvas.height = channels;
  const image = context.createImageData(columns, channels);
  const range = DEVIATIONS * scale.deviation || 1;
  for (let column = 0; column < columns; column++) {
    const row = rowOf(data, frameOf(column), channels);
    for (let channel = 0; channel < channels; channel++) {
      const share = Math.min(1, Math.max(0, 0.5 + (row[channel] - scale.mean) / (2 * range)));
      const at = 4 * (channel * columns + column);
      image.data[at] = 255 * share ** 2;
      image.data[at + 1] = 255 * share ** 0.8 * 0.9;
      image.data[at + 2] = 120 * (1 - share) + 30;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return scale;
}

function rowOf(data: Float32Array, frame: number, channels: number): Float32Array {
  return data.subarray(frame * channels, (frame + 1) * channels);
}

function scaleOf(columns: number, columnOf: (column: number) => Float32Array): Scale {
  let [count, sum, squares] = [0, 0, 0];
  for (let column = 0; column < columns; column++) {
    for (const value of columnOf(column)) {
      count += 1;
      sum += value;
      squares += value ** 2;
    }
  }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)) };
}
