/** The group norm of the first convolution, folded into its weights; float64, because the moments cancel. */

/**
 * With windows of mean m and covariance C, channel w has mean wᵀm and variance wᵀCw. Its weights become scale · w with
 * scale = gain / √(wᵀCw + epsilon), and its bias becomes bias − scale · wᵀm.
 *
 * @param weights [taps, channels] float32
 * @param mean [taps] float64
 * @param covariance [taps, taps] float64
 * @param gain, bias [channels] float32
 * @param target [taps + 1, channels] float32, the last row the bias
 */
export function foldGroupNorm(
  weights: usize,
  taps: i32,
  channels: i32,
  mean: usize,
  covariance: usize,
  gain: usize,
  bias: usize,
  epsilon: f64,
  target: usize,
): void {
  const rowBytes = (<usize>channels) << 2;
  for (let channel = 0; channel < channels; channel++) {
    const at = (<usize>channel) << 2;
    const own = weights + at;
    let centre: f64 = 0;
    let variance: f64 = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = <f64>load<f32>(own + <usize>tap * rowBytes);
      centre += weight * load<f64>(mean + ((<usize>tap) << 3));
      let spread: f64 = 0;
      for (let other = 0; other < taps; other++) {
        const entry = load<f64>(covariance + ((<usize>(tap * taps + other)) << 3));
        spread += entry * <f64>load<f32>(own + <usize>other * rowBytes);
      }
      variance += weight * spread;
    }
    const scale = <f64>load<f32>(gain + at) / sqrt<f64>(variance + epsilon);
    for (let tap = 0; tap < taps; tap++) {
      const row = <usize>tap * rowBytes;
      store<f32>(target + at + row, <f32>(scale * <f64>load<f32>(own + row)));
    }
    const shift = <f64>load<f32>(bias + at) - scale * centre;
    store<f32>(target + at + <usize>taps * rowBytes, <f32>shift);
  }
}
