/**
 * What a clip may cost: bounds in proportion to the bytes that have arrived of it and to the sound that came out of them.
 * Honest clips stay far below each (docs/audio.md). Long because each bound stands beside its refusal.
 */
import { UndertoneError } from "../../errors.ts";
import type { AudioBlock } from "../block.ts";
import { createPace, type Pace, stepsOfBlock } from "./pace.ts";

/** Steps through a file: whenever a decoder looks at, takes or passes over bytes of it. Each takes about 1 µs. */
const FREE_STEPS = 50_000;
/** A header, and what it says to pass over, takes three or four steps: an element every 64 bytes. */
const BYTES_PER_STEP = 16;
const STEPS_PER_SECOND = 20_000;
/** Looking at more bytes than that without taking them counts as more than one step. */
const BYTES_PER_LOOK = 2_048;
/** On its way through all stages. */
const STEPS_PER_PACKET = 16;
/** The extra cost of a packet that its codec refuses. */
const STEPS_PER_REFUSAL = 16;

/** Samples of all channels: 350 s of 48 kHz stereo. */
const FREE_SAMPLES = 2 ** 25;
/** Silence in FLAC as the format's subset allows it, eight channels in blocks of 16,384, has 3,745. */
const SAMPLES_PER_BYTE = 4_096;

/** Of processor time, where the clock advances: five to ten times what clips take on a slow processor. */
const FREE_MS = 3_000;
const MS_PER_BYTE = 0.000_5;
const MS_PER_SAMPLE = 0.000_5;
const MS_PER_SECOND = 50;

/** Keeps account of one clip. What its methods return has to be waited for before going on. */
export interface DecodeBudget {
  readonly pace: Pace;
  /** Counts bytes of the clip that are taken; what is only looked at does not count, nor how far ahead they arrive. */
  take(bytes: number): void;
  /**
   * Counts steps through the file that have given no sound, at the most.
   * @param lookedAtBytes how many bytes were looked at and are not taken
   * @throws UndertoneError `clip-too-costly`.
   */
  step(lookedAtBytes?: number): Promise<void> | undefined;
  /**
   * Counts steps through what is in memory, which go on without a rest.
   * @throws UndertoneError `clip-too-costly`.
   */
  elements(steps: number): void;
  /** Counts a packet, before it is decoded. */
  packet(): Promise<void> | undefined;
  /** Counts a packet that its codec refused. */
  refusal(): Promise<void> | undefined;
  /**
   * Counts what was decoded, whether it is heard or not.
   * @throws UndertoneError `clip-too-costly`.
   */
  block(block: AudioBlock, sampleRateHz: number): Promise<void> | undefined;
}

/**
 * Begins with nothing spent.
 * @param pace that of the clip's decoding, which goes on at it
 */
export function createDecodeBudget(pace: Pace = createPace()): DecodeBudget {
  let takenBytes = 0;
  let steps = 0;
  let samples = 0;
  let seconds = 0;

  const found = () => ({
    takenBytes,
    steps: Math.round(steps),
    samples,
    seconds: Number(seconds.toFixed(3)),
    processorMs: Math.round(pace.busyMs),
  });
  const spendSteps = (count: number) => {
    steps += count;
    const most = FREE_STEPS + takenBytes / BYTES_PER_STEP + seconds * STEPS_PER_SECOND;
    if (steps > most) throw tooManyElements(found());
  };
  const requireTime = () => {
    const most =
      FREE_MS + takenBytes * MS_PER_BYTE + samples * MS_PER_SAMPLE + seconds * MS_PER_SECOND;
    if (pace.busyMs > most) throw tooSlow(found());
  };
  const rest = (work: number): Promise<void> | undefined => {
    const resting = pace.spend(work);
    return resting === undefined ? undefined : resting.then(requireTime);
  };

  const go = (count: number): Promise<void> | undefined => {
    spendSteps(count);
    return rest(count);
  };

  return {
    pace,
    take(bytes) {
      takenBytes += bytes;
    },
    step: (lookedAtBytes = 0) => go(1 + lookedAtBytes / BYTES_PER_LOOK),
    elements: spendSteps,
    packet: () => go(STEPS_PER_PACKET),
    refusal: () => go(STEPS_PER_REFUSAL),
    block(block, sampleRateHz) {
      const frames = block.channels[0]?.length ?? 0;
      samples += frames * block.channels.length;
      seconds += frames / sampleRateHz;
      if (samples > FREE_SAMPLES + takenBytes * SAMPLES_PER_BYTE) {
        throw tooManySamples(found());
      }
      return rest(stepsOfBlock(block));
    },
  };
}

/** For bytes that are no clip, which are bounded otherwise: parsing them goes on at a pace. */
export function unbounded(): DecodeBudget {
  const pace = createPace();
  return {
    pace,
    take() {},
    step: (lookedAtBytes = 0) => pace.spend(1 + lookedAtBytes / BYTES_PER_LOOK),
    elements() {},
    packet: () => undefined,
    refusal: () => undefined,
    block: () => undefined,
  };
}

interface Found {
  readonly takenBytes: number;
  readonly steps: number;
  readonly samples: number;
  readonly seconds: number;
  readonly processorMs: number;
}

function tooManyElements(found: Found): UndertoneError {
  return tooCostly(
    `its first ${found.takenBytes} bytes took ${found.steps} steps to read, and held ${found.seconds} s of sound. It consists of empty or tiny parts (chunks, boxes, pages, packets)`,
    found,
  );
}

function tooManySamples(found: Found): UndertoneError {
  return tooCostly(
    `its first ${found.takenBytes} bytes hold ${found.samples} samples, more than ${SAMPLES_PER_BYTE} for each byte. Send it with fewer channels or a lower sample rate`,
    found,
  );
}

function tooSlow(found: Found): UndertoneError {
  return tooCostly(
    `its first ${found.takenBytes} bytes, ${found.seconds} s of sound, took ${found.processorMs} ms of processor time`,
    found,
  );
}

function tooCostly(what: string, found: Found): UndertoneError {
  return new UndertoneError(
    "clip-too-costly",
    `The clip costs too much to decode: ${what}. Export it anew, for example with: ffmpeg -i in -ac 1 -ar 16000 out.wav`,
    { ...found },
  );
}
