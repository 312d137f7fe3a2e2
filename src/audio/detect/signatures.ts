/** Signatures: what the first bytes of a kind of file look like. */

/** Accepts the first bytes of files of one kind. */
export type Signature = (bytes: Uint8Array) => boolean;

/** Latin-1 text at a place. */
export function text(offset: number, characters: string): Signature {
  return (bytes) =>
    Array.from(characters).every(
      (character, index) => bytes[offset + index] === character.charCodeAt(0),
    );
}

/** Both. */
export function both(first: Signature, second: Signature): Signature {
  return (bytes) => first(bytes) && second(bytes);
}

/** Either. */
export function either(first: Signature, second: Signature): Signature {
  return (bytes) => first(bytes) || second(bytes);
}

/** A file cut within its first twelve bytes is still a WAV file, and its decoder says that it was cut. */
export function isWav(bytes: Uint8Array): boolean {
  const nameEnd = Math.min(bytes.length, 12);
  return (
    bytes.length >= 4 &&
    text(0, "RIFF")(bytes) &&
    (nameEnd <= 8 || text(8, "WAVE".slice(0, nameEnd - 8))(bytes))
  );
}

/** ADTS header, ISO/IEC 14496-3: twelve sync bits, two layer bits of 0. */
export function isAdtsFrame(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return bytes.length >= 7 && first === 0xff && (second & 0xf6) === 0xf0;
}

/** MPEG audio frame header, ISO/IEC 11172-3: eleven sync bits, layer III or II, no other field with its reserved value. */
export function isMp3Frame(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const versionIsReserved = (second & 0x18) === 0x08;
  const layer = (second & 0x06) >> 1;
  const bitRateIsReserved = third >> 4 === 0xf;
  const sampleRateIsReserved = (third & 0x0c) === 0x0c;
  return (
    bytes.length >= 4 &&
    first === 0xff &&
    second >= 0xe0 &&
    (layer === 1 || layer === 2) &&
    !(versionIsReserved || bitRateIsReserved || sampleRateIsReserved)
  );
}
