/** Many channels → one. */

/**
 * The mean of the channels, sample by sample.
 * @param channels at least one array, all of one length; a single one is returned as it is.
 */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels;
  if (first === undefined) throw new RangeError("mixToMono needs at least one channel");
  if (channels.length === 1) return first;
  const mono = new Float32Array(first.length);
  for (let index = 0; index < mono.length; index++) {
    let sum = 0;
    for (const channel of channels) sum += channel[index] as number;
    mono[index] = sum / channels.length;
  }
  return mono;
}
