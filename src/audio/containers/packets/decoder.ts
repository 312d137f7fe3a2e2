/** A track's decoder that survives broken packets: they are left out, and decoding goes on behind them. */

import type { AudioBlock } from "../../block.ts";
import type { DecodeContext } from "../../decoder.ts";
import { damaged, isBreakage } from "../../faults.ts";
import type { TrackCodec } from "../tracks/track.ts";

/** A packet that makes a codec trap costs an instance of its WASM, so that a file may have only so many of them. */
const MOST_INSTANCES = 8;
/** Many seconds of sound; broken packets can be short and cost more than good ones. */
const MOST_BROKEN_IN_A_ROW = 1_000;
/** A decoder takes 2 ms to set up, and memory that is collected only between turns of the event loop. */
const STEPS_TO_OPEN = 1_024;

/** The outcome of a packet. */
export type DecodedPacket =
  /** `isBehindBroken` says that the packets right before this one were broken. */
  | { readonly kind: "block"; readonly block: AudioBlock; readonly isBehindBroken: boolean }
  /** It gives no samples, such as the first one of a codec that overlaps its windows. */
  | { readonly kind: "nothing" }
  | { readonly kind: "broken" };

/** One track's decoder. */
export interface PacketDecoder {
  /** ffmpeg's name of the codec. */
  readonly codec: string;
  /** Rate of the last block. */
  readonly sampleRateHz: number;
  /**
   * Decodes one packet.
   * @throws UndertoneError `clip-damaged` once packets have made the codec trap too often, or too many in a row are broken;
   *   `clip-too-costly`.
   */
  decode(packet: Uint8Array): Promise<DecodedPacket>;
  /**
   * Ends the track.
   * @throws UndertoneError `clip-damaged` if all packets since the last block were broken.
   */
  finish(): void;
  /** Gives back what the decoder holds. */
  free(): void;
}

/**
 * Opens a track's decoder.
 * @throws UndertoneError what `track.open` throws.
 */
export async function openPacketDecoder(
  track: TrackCodec,
  { codecs, budget }: Pick<DecodeContext, "codecs" | "budget">,
): Promise<PacketDecoder> {
  await budget.pace.spend(STEPS_TO_OPEN);
  let decoder = await track.open(codecs);
  let instances = 1;
  /** Made once: an error costs more than most packets. */
  const emptyPacket = damaged("a packet is empty");
  let failure: unknown = null;
  let brokenPackets = 0;

  const recover = async (error: unknown): Promise<void> => {
    if (!isBreakage(error)) throw error;
    failure ??= error;
    brokenPackets++;
    if (brokenPackets > MOST_BROKEN_IN_A_ROW) throw failure;
    if (!hasTrapped(error)) return;
    if (instances === MOST_INSTANCES) throw error;
    decoder.free();
    decoder = await track.open(codecs);
    instances++;
  };

  return {
    get codec() {
      return decoder.codec ?? track.codec;
    },
    get sampleRateHz() {
      return decoder.sampleRateHz;
    },
    async decode(packet) {
      await budget.packet();
      if (packet.length === 0) {
        await recover(emptyPacket);
        return { kind: "broken" };
      }
      let block: AudioBlock | null;
      try {
        block = decoder.decode(packet);
      } catch (error) {
        await recover(error);
        await budget.refusal();
        return { kind: "broken" };
      }
      if (block === null) return { kind: "nothing" };
      await budget.block(block, decoder.sampleRateHz);
      const isBehindBroken = failure !== null;
      failure = null;
      brokenPackets = 0;
      return { kind: "block", block, isBehindBroken };
    },
    finish() {
      if (failure !== null) throw failure;
    },
    free: () => decoder.free(),
  };
}

/** A codec that trapped may have left its heap in any state; one that refuses a packet has not. */
function hasTrapped(error: unknown): boolean {
  return error instanceof Error && error.cause !== undefined;
}
