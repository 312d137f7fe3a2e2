/** MP3 files: frames of MPEG audio one after another. */
import { UndertoneError } from "../../../errors.ts";
import type { ByteSource } from "../../bytes/source.ts";
import type { Mp3FrameHeader } from "../../codecs/mp3/frame-header.ts";
import { type Mp3Info, readMp3Info } from "../../codecs/mp3/info.ts";
import type { ClipDecoder } from "../../decoder.ts";
import { cutShort, isBreakage } from "../../faults.ts";
import { decodeStreams, type PacketStream } from "../packets/decode.ts";
import { type Frame, readFrames } from "../streams/frames.ts";
import { splitStreams } from "../streams/split.ts";
import { mp3Track } from "../tracks/mp3.ts";
import { type Packet, type TimeWindow, type TrackCodec, WHOLE } from "../tracks/track.ts";
import { mp3Frames } from "./frames.ts";

/** The delay that every decoder adds in front of the sound, as LAME counts it. */
const DECODER_DELAY_SAMPLES = 529;

/**
 * Decodes MPEG 1, 2 and 2.5 audio of any layer, also a file of several that were joined; of the first, the delay and padding
 * that a LAME header tells of are dropped.
 */
export const decodeMp3: ClipDecoder = async function* (source, context) {
  yield* decodeStreams(readStreams(source), context);
};

async function* readStreams(source: ByteSource): AsyncGenerator<PacketStream> {
  const syntax = mp3Frames();
  let info: Mp3Info | null | undefined;
  for await (const { first, frames } of splitStreams(readFrames(source, syntax), syntax)) {
    info = info === undefined ? readMp3Info(first.bytes, first.header) : null;
    const packets = info === null ? packetsOf(frames) : packetsBehind(info, frames, source);
    const windows = info === null ? WHOLE : heardOf(info, first.header);
    const track = first.header.isFree ? freeFormatTrack() : mp3Track();
    yield { container: "mp3", track, windows, packets };
  }
}

/** mpg123 guesses how long such frames are, and does it wrong. */
function freeFormatTrack(): TrackCodec {
  const error = new UndertoneError(
    "unsupported-codec",
    "The clip is MP3 of free format, whose frames do not tell their bit rate, and is not read; encode it anew at a bit rate of up to 320 kbit/s, or convert it, for example with: lame --decode in.mp3 out.wav",
    { codec: "MP3 of free format" },
  );
  return { codec: "mp3", bitsPerSample: null, open: () => Promise.reject(error) };
}

async function* packetsOf(frames: AsyncIterable<Frame<Mp3FrameHeader>>): AsyncGenerator<Packet> {
  for await (const { bytes, isBehindGap } of frames) {
    yield { bytes, discardSeconds: 0, isBehindGap };
  }
}

/** The frames behind the one that tells of them, which holds no sound. */
async function* packetsBehind(
  info: Mp3Info,
  frames: AsyncIterable<Frame<Mp3FrameHeader>>,
  source: ByteSource,
): AsyncGenerator<Packet> {
  const start = source.position;
  let count = -1;
  try {
    for await (const { bytes, isBehindGap } of frames) {
      if (count >= 0) yield { bytes, discardSeconds: 0, isBehindGap };
      count++;
    }
  } catch (error) {
    // All that was told of is there, so that what follows is none of it.
    if (isBreakage(error) && count === info.frames) return;
    throw error;
  }
  // Programs that cut files leave one of the two as it was; that both are too many is no accident.
  const isShort = (info.bytes ?? Infinity) > source.position - start;
  if (isShort && (info.frames ?? 0) > count)
    throw cutShort("before as many MP3 frames as it tells");
}

/** The part of the frames that is heard: not what the encoder put before and behind the sound. */
function heardOf(info: Mp3Info, { samples, sampleRateHz }: Mp3FrameHeader): TimeWindow[] {
  const { frames, delaySamples, paddingSamples } = info;
  if (delaySamples === null) return [...WHOLE];
  const start = delaySamples + DECODER_DELAY_SAMPLES;
  const padding = Math.max(0, paddingSamples - DECODER_DELAY_SAMPLES);
  const framesEnd = (frames ?? 0) * samples;
  const end = framesEnd - padding;
  const startSeconds = start / sampleRateHz;
  if (end <= start) return [{ startSeconds, endSeconds: Infinity }];
  return [
    { startSeconds, endSeconds: end / sampleRateHz },
    // Behind the last frame, as far as the file tells, there may be another file.
    { startSeconds: framesEnd / sampleRateHz, endSeconds: Infinity },
  ];
}
