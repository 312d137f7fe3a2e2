/** The extension of an element: it doubles the rate of samples and may make two channels of one. */
import { parameterReader } from "./ps/parameters.ts";
import { stereoUpmix, type Upmix } from "./ps/upmix.ts";
import { qmfSynthesis, type Subbands } from "./sbr/quadrature.ts";
import { replicator, type SbrPayload } from "./sbr/replicator.ts";

/** One element's replication and stereo. */
export interface Extension {
  /** Takes what a frame carries for the element. */
  read(payload: SbrPayload | null): void;
  /** True if frames so far described stereo. */
  readonly hasStereo: boolean;
  /** Samples at the new rate: of as many channels as came, or of two if stereo is asked for. */
  extend(samples: readonly Float64Array[], isStereo: boolean): Float64Array[];
}

/** The extension of a stream. */
export interface ExtensionSettings {
  readonly channelCount: number;
  /** Twice the core's rate. */
  readonly rateHz: number;
  readonly frameSamples: number;
  /** The rate stays the core's all the same. */
  readonly isDownsampled: boolean;
}

const PARAMETRIC_STEREO = 2;
const SAMPLES_PER_TIME = 32;

/** An extension at its start. */
export function extension(settings: ExtensionSettings): Extension {
  const { channelCount, rateHz, frameSamples, isDownsampled } = settings;
  const times = frameSamples / SAMPLES_PER_TIME;
  const replication = replicator(channelCount, rateHz, times / 2);
  const stereo = parameterReader(times);
  const syntheses = Array.from({ length: 2 }, () => qmfSynthesis(isDownsampled));

  let upmix: Upmix | null = null;

  const both = (sum: Subbands): readonly Subbands[] => {
    const parameters = stereo.current;
    if (parameters === null) return [sum, sum];
    upmix ??= stereoUpmix();
    return upmix.apply(sum, times, parameters);
  };

  return {
    get hasStereo() {
      return stereo.current !== null;
    },
    read(payload) {
      replication.read(payload, (id, reader, bits) => {
        if (id === PARAMETRIC_STEREO && channelCount === 1) stereo.read(reader, bits);
        else reader.position += bits;
      });
    },
    extend(samples, isStereo) {
      const parts = replication.subbandsOf(samples);
      const [first] = parts;
      const channels = isStereo && parts.length === 1 ? both(first as Subbands) : parts;
      return channels.map((part, index) =>
        (syntheses[index] as ReturnType<typeof qmfSynthesis>)(part, times),
      );
    },
  };
}
