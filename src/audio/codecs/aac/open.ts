/**
 * AAC access units (ISO/IEC 14496-3) → samples: Main, LC and LTP, with spectral band replication (HE-AAC) and parametric
 * stereo (HE-AAC v2). It is our own because the decoders on npm are under the GPL and make the high band of HE-AAC in a way
 * that saves time and is audibly off, or decode whole files only.
 */

import { UndertoneError } from "../../../errors.ts";
import { fromAacOrder } from "../channel-order.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { brokenFrame } from "./broken-frame.ts";
import { coreDecoder, type DecodedElement } from "./decoder.ts";
import { type Extension, extension } from "./extension.ts";
import type { AacConfig } from "./setup/audio-specific-config.ts";

/** 6144 bits for each of 8 channels, and what may stand beside them. */
const LARGEST_PACKET_BYTES = 2 ** 14;
const FULL_SCALE = 32_768;

/** The extension found in the first access unit where the configuration is silent: it holds for the rest of the stream. */
interface Outcome {
  readonly isExtended: boolean;
  readonly isStereo: boolean;
  readonly sampleRateHz: number;
}

/**
 * Makes a decoder of access units; channels come in the order of WAVE files. If units carry spectral band replication the
 * rate is twice the configured one.
 */
export function openAac(config: AacConfig): FrameDecoder {
  const { sampleRateHz, frameSamples, hasSbr, hasStereo, extendedRateHz } = config;
  const doubledHz = 2 * sampleRateHz;
  const isDownsampled = extendedRateHz !== null && extendedRateHz < doubledHz;
  const core = coreDecoder(config);
  const extensions = new Map<number, Extension>();
  let outcome: Outcome | null = null;
  let hasUnread = false;

  const extensionOf = ({ element, channels }: DecodedElement): Extension => {
    const known = extensions.get(element.key);
    if (known !== undefined) return known;
    const channelCount = channels.length;
    const made = extension({ channelCount, rateHz: doubledHz, frameSamples, isDownsampled });
    extensions.set(element.key, made);
    return made;
  };

  const outcomeOf = (decoded: readonly DecodedElement[]): Outcome => {
    const isExtended = hasSbr ?? decoded.some(({ element }) => element.sbr !== null);
    const [only] = decoded;
    const isMono = decoded.length === 1 && only?.channels.length === 1;
    const isStereo = isExtended && isMono && (hasStereo ?? extensionOf(only).hasStereo);
    return {
      isExtended,
      isStereo,
      sampleRateHz: isExtended && !isDownsampled ? doubledHz : sampleRateHz,
    };
  };

  /** In front of all sound two units with something unread are of a stream that has it; elsewhere it is damage that looks so. */
  const decodeCore = (packet: Uint8Array): DecodedElement[] => {
    try {
      return core.decode(packet);
    } catch (error) {
      const isUnread = error instanceof UndertoneError && error.slug === "unsupported-codec";
      if (!isUnread || (hasUnread && outcome === null)) throw error;
      hasUnread = true;
      throw brokenFrame();
    }
  };

  return {
    get sampleRateHz() {
      return outcome?.sampleRateHz ?? sampleRateHz;
    },
    decode(packet) {
      if (packet.length > LARGEST_PACKET_BYTES) throw brokenFrame();
      const decoded = decodeCore(packet);
      if (decoded.length === 0) return null;
      if ((outcome?.isExtended ?? hasSbr) !== false) {
        for (const part of decoded) extensionOf(part).read(part.element.sbr);
      }
      outcome ??= outcomeOf(decoded);
      const { isExtended, isStereo } = outcome;
      const channels = decoded.flatMap((part) =>
        isExtended ? extensionOf(part).extend(part.channels, isStereo) : part.channels,
      );
      return { channels: fromAacOrder(channels.map(toFullScale)) };
    },
    free() {},
  };
}

function toFullScale(samples: Float64Array): Float32Array<ArrayBuffer> {
  const scaled = new Float32Array(samples.length);
  for (let at = 0; at < scaled.length; at++) scaled[at] = (samples[at] as number) / FULL_SCALE;
  return scaled;
}
