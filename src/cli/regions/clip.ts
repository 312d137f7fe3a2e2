/** A clip to measure with, the same at every run. */

const SAMPLE_RATE_HZ = 16_000;
const SECONDS = 5;
const HEADER_BYTES = 44;

/** Five seconds of a rising tone, as a WAV file of 16 bits. */
export function fiveSecondClip(): Uint8Array {
  const samples = SAMPLE_RATE_HZ * SECONDS;
  const file = Buffer.alloc(HEADER_BYTES + 2 * samples);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  file.writeUInt32LE(2 * SAMPLE_RATE_HZ, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(2 * samples, 40);
  for (let index = 0; index < samples; index++) {
    const sample = Math.sin(index * (0.05 + index * 2e-6));
    file.writeInt16LE(Math.round(12_000 * sample), HEADER_BYTES + 2 * index);
  }
  return file;
}
