/** The first convolution: one channel of samples → many channels of frames, float32. */

/**
 * results[f, c] = weights[taps, c] + Σ over taps t of samples[f · stride + t] · weights[t, c].
 *
 * @param weights [taps + 1, channels], the last row the bias
 * @param results [frames, channels]
 */
export function convolveSamples(
  samples: usize,
  frames: i32,
  taps: i32,
  stride: i32,
  weights: usize,
  channels: i32,
  results: usize,
): void {
  const vectorEnd = channels & ~3;
  const rowBytes = (<usize>channels) << 2;
  const bias = weights + <usize>taps * rowBytes;
  for (let frame = 0; frame < frames; frame++) {
    const window = samples + ((<usize>(frame * stride)) << 2);
    const target = results + <usize>frame * rowBytes;
    let channel = 0;
    for (; channel < vectorEnd; channel += 4) {
      const at = (<usize>channel) << 2;
      let sum = v128.load(bias + at);
      let weight = weights + at;
      for (let tap = 0; tap < taps; tap++) {
        const sample = v128.load32_splat(window + ((<usize>tap) << 2));
        sum = f32x4.add(sum, f32x4.mul(sample, v128.load(weight)));
        weight += rowBytes;
      }
      v128.store(target + at, sum);
    }
    for (; channel < channels; channel++) {
      const at = (<usize>channel) << 2;
      let sum = load<f32>(bias + at);
      for (let tap = 0; tap < taps; tap++) {
        const weight = load<f32>(weights + at + <usize>tap * rowBytes);
        sum += load<f32>(window + ((<usize>tap) << 2)) * weight;
      }
      store<f32>(target + at, sum);
    }
  }
}
