/** MP4 and QuickTime files whose samples hold several packets, or broken ones. */
import { amrFrameBytes } from "../../../../src/audio/codecs/amr/open.ts";
import { joined } from "../../../../support/clips/bytes.ts";
import { fullBox, makeMp4, soundEntry, words } from "../../../../support/clips/make-mp4.ts";
import { mp3FramesOf } from "../../../../support/clips/mp3-frames.ts";
import type { FieldClip } from "./field-clip.ts";
import { fixtureLink, formatOf } from "./fixture-link.ts";

export const MP4_PACKET_CLIPS: readonly FieldClip[] = [
  packetClip("AMR, ten frames to a sample", "amr/amr-nb-12k2.amr", {
    entry: soundEntry({ format: "samr" }),
    packets: (file) => grouped(amrFrames(file), 10),
  }),
  packetClip("QuickTime's .mp3", "mp3/no-xing-44100-2.mp3", {
    entry: soundEntry({ format: ".mp3" }),
    packets: mp3FramesOf,
  }),
  packetClip("MP3, three frames to a sample", "mp3/no-xing-44100-2.mp3", {
    entry: soundEntry({ format: "ms\0U" }),
    packets: (file) => grouped(mp3FramesOf(file), 3),
  }),
  brokenPacketClip(),
];

interface PacketContent {
  readonly entry: Uint8Array;
  readonly packets: (file: Uint8Array) => readonly Uint8Array[];
}

/** Packets of a file, as samples of a track of a codec whose packets are heard whole. */
function packetClip(what: string, file: string, { entry, packets }: PacketContent): FieldClip {
  const { bytes, codec, sampleRateHz: rateHz, channels, seconds } = fixtureLink(file);
  const make = () => {
    const samples = packets(bytes);
    const sizes = fullBox(
      "stsz",
      0,
      words(0, samples.length, ...samples.map(({ length }) => length)),
    );
    const content = { entry, stsz: sizes, samples: samples.length, timescale: rateHz };
    return makeMp4(joined(...samples), content);
  };
  return {
    name: `mp4: ${what}`,
    extension: "mp4",
    make: async () => make(),
    clean: async () => bytes,
    ...{ container: "mp4", codec, sampleRateHz: rateHz, channels, seconds },
    toleranceSeconds: 0,
    warnings: [],
  };
}

function amrFrames(file: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = "#!AMR\n".length; at < file.length; ) {
    const end = at + (amrFrameBytes(file[at] as number) as number);
    frames.push(file.subarray(at, end));
    at = end;
  }
  return frames;
}

function grouped(packets: readonly Uint8Array[], size: number): Uint8Array[] {
  return packets.flatMap((_, index) =>
    index % size === 0 ? [joined(...packets.slice(index, index + size))] : [],
  );
}

function brokenPacketClip(): FieldClip {
  const link = fixtureLink("mp4/aac-44100-2.m4a");
  const middle = link.bytes.length >> 1;
  return {
    ...formatOf(link),
    name: "mp4: a broken AAC packet",
    extension: "m4a",
    make: async () => link.bytes.slice().fill(0xff, middle, middle + 40),
    seconds: link.seconds - 1_024 / 44_100,
    toleranceSeconds: 0,
    warnings: ["part-skipped"],
  };
}
