/** The browser's own decoders, for what Undertone's do not know. */

const SAMPLE_RATE_HZ = 16_000;
const FLOAT_FORMAT = 3;
const HEADER_BYTES = 44;
const FLOAT_BYTES = 4;

/**
 * Decodes a clip as this browser does it, to mono at 16 kHz, and gives it as a float WAV; `null` if it cannot. Browsers
 * resample and mix in their own ways, so the numbers are near the server's and not the same.
 */
export async function decodedByBrowser(clip: ArrayBuffer): Promise<Uint8Array<ArrayBuffer> | null> {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE_HZ);
  const audio = await context.decodeAudioData(clip).catch(() => null);
  if (audio === null) return null;
  const channels = Array.from({ length: audio.numberOfChannels }, (_, at) =>
    audio.getChannelData(at),
  );
  const mono = channels[0].map(
    (_, at) => channels.reduce((sum, channel) => sum + channel[at], 0) / channels.length,
  );
  return floatWav(mono);
}

/** A RIFF file of 32-bit floats (Multimedia Programming Interface and Data Specifications 1.0; WAVE_FORMAT_IEEE_FLOAT). */
function floatWav(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const dataBytes = samples.length * FLOAT_BYTES;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + dataBytes));
  const tag = (at: number, text: string) => {
    for (const [index, character] of [...text].entries()) {
      view.setUint8(at + index, character.charCodeAt(0));
    }
  };
  tag(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  tag(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FLOAT_FORMAT, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ * FLOAT_BYTES, true);
  view.setUint16(32, FLOAT_BYTES, true);
  view.setUint16(34, 8 * FLOAT_BYTES, true);
  tag(36, "data");
  view.setUint32(40, dataBytes, true);
  for (const [index, sample] of samples.entries()) {
    view.setFloat32(HEADER_BYTES + index * FLOAT_BYTES, sample, true);
  }
  return new Uint8Array(view.buffer);
}
