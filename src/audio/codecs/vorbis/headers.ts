/** The Vorbis identification header (Vorbis I §4.2.2). */
import { damaged } from "../../faults.ts";

/** The packets before the first one of audio, but for the comments. */
export interface VorbisHeaders {
  readonly identification: Uint8Array;
  readonly setup: Uint8Array;
}

/** The format of the samples by the identification header. */
export interface VorbisFormat {
  readonly sampleRateHz: number;
  readonly channels: number;
}

const IDENTIFICATION_BYTES = 30;

/** @throws UndertoneError `clip-damaged` if it is no such header. */
export function readVorbisFormat(identification: Uint8Array): VorbisFormat {
  if (identification.length < IDENTIFICATION_BYTES || !isVorbisHeader(identification, 1)) {
    throw damaged("it has no Vorbis identification header");
  }
  const { buffer, byteOffset } = identification;
  const view = new DataView(buffer, byteOffset, IDENTIFICATION_BYTES);
  return { channels: view.getUint8(11), sampleRateHz: view.getUint32(12, true) };
}

/** True if a packet is the header of a type: 1 identification, 3 comments, 5 setup. */
export function isVorbisHeader(packet: Uint8Array, type: number): boolean {
  return String.fromCharCode(...packet.subarray(0, 7)) === `${String.fromCharCode(type)}vorbis`;
}
