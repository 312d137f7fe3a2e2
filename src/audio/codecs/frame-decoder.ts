/** The contract of frame decoders: a codec's packets in, samples out, whichever container they came in. */
import type { AudioBlock } from "../block.ts";

/** One stream's decoder, which keeps what the codec carries from packet to packet. */
export interface FrameDecoder {
  /** ffmpeg's name of the codec, where packets tell more of it than their container does. */
  readonly codec?: string;
  /** Rate of the samples that come out; of AAC it holds from the first block on, since the packets tell whether SBR doubles it. */
  readonly sampleRateHz: number;
  /**
   * Decodes one whole packet into all of its samples; what a container says to drop is for its own decoder to drop.
   * @returns null if the packet gives no samples, such as the first one of a codec that overlaps its windows.
   * @throws UndertoneError `clip-damaged` if the packet is not one of this codec; the next one may be decoded all the same,
   *   unless the error has a `cause`, which says that the codec trapped.
   */
  decode(packet: Uint8Array): AudioBlock | null;
  /** Gives back what the decoder holds, which decodes nothing after it; more calls do nothing. */
  free(): void;
}
