/** A matrix as a picture. */

/** How many deviations from the mean are the ends of the scale; outlier channels would hide the others otherwise. */
const DEVIATIONS = 2;

/** Draws [frames, channels] with time to the right, from dark blue below the mean to yellow above it. */
export function drawMatrix(
  canvas: HTMLCanvasElement,
  [frames, channels]: readonly number[],
  data: Float32Array,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  canvas.width = frames;
  canvas.height = channels;
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  const range = DEVIATIONS * Math.sqrt(variance) || 1;
  const image = context.createImageData(frames, channels);
  for (const [index, value] of data.entries()) {
    const frame = Math.floor(index / channels);
    const share = Math.min(1, Math.max(0, 0.5 + (value - mean) / (2 * range)));
    const colour = [255 * share ** 2, 255 * share ** 0.8 * 0.9, 120 * (1 - share) + 30, 255];
    image.data.set(colour, 4 * ((index % channels) * frames + frame));
  }
  context.putImageData(image, 0, 0);
}
