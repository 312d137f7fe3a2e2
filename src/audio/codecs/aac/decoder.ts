/** Access units of AAC → samples (ISO/IEC 14496-3 §4, with spectral band replication and parametric stereo). */

import { bandTables } from "./bands.ts";
import type { ChannelData } from "./bitstream/channel-data.ts";
import { type AacElement, MOST_ELEMENTS, readRawBlock } from "./bitstream/raw-block.ts";
import { brokenFrame } from "./broken-frame.ts";
import { separateMiddleSide, spreadIntensity } from "./channel-pair.ts";
import { type FilterBank, filterBank, filterTables } from "./filter-bank/filter-bank.ts";
import { shapeNoise } from "./noise-shaping.ts";
import { fillNoise, noiseSource } from "./perceptual-noise.ts";
import { type LongTermPredictor, longTermPredictor } from "./prediction/long-term.ts";
import { type MainPredictor, mainPredictor } from "./prediction/main.ts";
import { type AacConfig, LONG_TERM_PREDICTION, MAIN } from "./setup/audio-specific-config.ts";

/** The core's decoder: samples at the core's rate and the scale of 16-bit integers, element by element. */
export interface CoreDecoder {
  decode(packet: Uint8Array): DecodedElement[];
}

/** An element's samples by channel, which are the caller's until the next unit, and what it carries beside. */
export interface DecodedElement {
  readonly element: AacElement;
  readonly channels: readonly Float64Array[];
}

interface ChannelState {
  readonly bank: FilterBank;
  readonly main: MainPredictor | null;
  readonly longTerm: LongTermPredictor | null;
}

/** A core decoder at its start. */
export function coreDecoder({ objectType, rateIndex, frameSamples }: AacConfig): CoreDecoder {
  const bands = bandTables(rateIndex, frameSamples);
  const tables = filterTables(frameSamples);
  const noise = noiseSource();
  const states = new Map<number, ChannelState[]>();

  const createChannel = (): ChannelState => {
    const bank = filterBank(tables);
    return {
      bank,
      main: objectType === MAIN ? mainPredictor() : null,
      longTerm: objectType === LONG_TERM_PREDICTION ? longTermPredictor(bank, tables) : null,
    };
  };

  const stateOf = (element: AacElement, index: number): ChannelState => {
    const known = states.get(element.key) ?? [];
    if (known.length === 0 && states.size === MOST_ELEMENTS) throw brokenFrame();
    states.set(element.key, known);
    known[index] ??= createChannel();
    return known[index];
  };

  const synthesize = (channel: ChannelData, { bank, longTerm }: ChannelState): Float64Array => {
    const { windows, spectrum, shaping } = channel;
    const { prediction } = windows;
    if (longTerm !== null && prediction?.kind === "long-term" && prediction.own !== null) {
      longTerm.apply(spectrum, windows, prediction.own, shaping);
    }
    if (shaping !== null) shapeNoise(spectrum, shaping, windows);
    const samples = bank.synthesize(spectrum, windows);
    longTerm?.remember(samples);
    return samples;
  };

  return {
    decode(packet) {
      const elements = readRawBlock(packet, { objectType, frameSamples, bands });
      return elements.map((element) => {
        const { channels, isMiddleSide } = element;
        const [left, right] = channels;
        for (const channel of channels) fillNoise(channel, noise);
        if (left !== undefined && right !== undefined) {
          separateMiddleSide({ left, right, isMiddleSide });
        }
        for (const [index, { spectrum, windows }] of channels.entries()) {
          stateOf(element, index).main?.apply(spectrum, windows, bands.predictedCount);
        }
        if (left !== undefined && right !== undefined) {
          spreadIntensity({ left, right, isMiddleSide });
        }
        return {
          element,
          channels: channels.map((channel, index) => synthesize(channel, stateOf(element, index))),
        };
      });
    },
  };
}
