import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../src/audio/codecs/modules-node.ts";
import { decodeOgg } from "../../../src/audio/containers/ogg.ts";
import { type Decoded, decodeAll, refusalOfDecoding } from "../decoding.ts";
import { readClip } from "../fixtures.ts";
import { joined, text } from "./bytes.ts";
import { oggPage, packetsOf, pagesOf } from "./make-ogg.ts";

const OPTIONS = { decoder: decodeOgg, codecs: nodeCodecs() };
const VORBIS = readClip("ogg/vorbis-44100-2.ogg");
const OPUS = readClip("ogg/opus-48000-2.opus");
const OPUS_FRAMES = 960;

const decode = (...parts: readonly Uint8Array[]) => decodeAll(joined(...parts), OPTIONS);
const refusal = (...parts: readonly Uint8Array[]) => refusalOfDecoding(joined(...parts), OPTIONS);

/** An Opus file of the clip's packets, put on pages anew. */
function opusFile({
  granuleOffset = 0,
  headerChange = (_head: Uint8Array) => {},
  last = 52_800 + 312,
} = {}) {
  const [head, tags, ...packets] = packetsOf(OPUS) as [Uint8Array, Uint8Array, ...Uint8Array[]];
  const changed = head.slice();
  headerChange(changed);
  const pages = [
    oggPage({ packets: [changed], isFirst: true }),
    oggPage({ packets: [tags] }),
    ...packets.map((packet, index) => {
      const isLast = index === packets.length - 1;
      const position = isLast ? last : (index + 1) * OPUS_FRAMES;
      return oggPage({
        packets: [packet],
        granulePosition: BigInt(position + granuleOffset),
        isLast,
      });
    }),
  ];
  return pages;
}

function samplesOf({ channels }: Decoded): number {
  return channels[0]?.length ?? 0;
}

describe("the end of a stream", () => {
  test("is where its last page says, not where its packets end", async () => {
    expect(samplesOf(await decode(...opusFile()))).toBe(52_800);
    expect(samplesOf(await decode(...opusFile({ last: 53_000 })))).toBe(53_000 - 312);
  });

  test("is where its packets end if the last page says nothing that can be", async () => {
    const pages = opusFile({ last: 0 });
    expect(samplesOf(await decode(...pages))).toBe((pages.length - 2) * OPUS_FRAMES - 312);
  });

  test("is kept in a stream that was recorded from the middle of a longer one", async () => {
    expect(samplesOf(await decode(...opusFile({ granuleOffset: 4_800_000 })))).toBe(52_800);
  });

  test("may be followed by anything that is no Ogg page", async () => {
    const decoded = await decode(OPUS, text("TAG and whatever else"));
    expect(samplesOf(decoded)).toBe(52_800);
    expect(decoded.damaged).toBe(false);
  });

  test("that is missing is told", async () => {
    const pages = opusFile();
    const decoded = await decode(...pages.slice(0, -1));
    expect(decoded.damaged).toBe(true);
    expect(samplesOf(decoded)).toBe((pages.length - 3) * OPUS_FRAMES - 312);
  });
});

describe("the start of a stream", () => {
  test("is behind Opus's pre-skip", async () => {
    const skipNothing = (head: Uint8Array) => head.fill(0, 10, 12);
    const all = await decode(...opusFile({ headerChange: skipNothing, last: 53_112 }));
    const heard = await decode(...opusFile());
    expect(samplesOf(all)).toBe(53_112);
    expect(all.channels[1]?.subarray(312)).toEqual(heard.channels[1]);
  });

  test("is later in Vorbis if its first page holds more than its position says", async () => {
    const [head, comments, setup, ...packets] = packetsOf(VORBIS) as Uint8Array[];
    const whole = await decode(VORBIS);
    const headers = [
      oggPage({ packets: [head as Uint8Array], isFirst: true }),
      oggPage({ packets: [comments as Uint8Array, setup as Uint8Array] }),
    ];
    const last = oggPage({
      packets: packets.slice(135),
      granulePosition: 48_510n - 4_480n,
      isLast: true,
    });
    const first = oggPage({ packets: packets.slice(0, 135), granulePosition: 44_480n - 4_480n });
    const decoded = await decode(...headers, first, last);
    expect(samplesOf(decoded)).toBe(48_510 - 4_480);
    expect(decoded.channels[0]).toEqual(whole.channels[0]?.subarray(4_480));
  });
});

describe("pages", () => {
  test("may hold parts of packets", async () => {
    const [head, tags, packet, ...rest] = packetsOf(OPUS) as [
      Uint8Array,
      Uint8Array,
      ...Uint8Array[],
    ];
    const long = joined(tags, new Uint8Array(255 * 255));
    const split = Math.ceil(tags.length / 255) * 255;
    const decoded = await decode(
      oggPage({ packets: [head], isFirst: true }),
      oggPage({ packets: [long.subarray(0, split)], granulePosition: -1n, continues: true }),
      oggPage({ packets: [long.subarray(split)], isContinued: true }),
      oggPage({ packets: [packet as Uint8Array, ...rest], granulePosition: 53_112n, isLast: true }),
    );
    expect(decoded.channels).toEqual((await decode(OPUS)).channels);
  });

  test("end the clip where one is damaged or missing", async () => {
    const pages = opusFile();
    const changed = (pages[12] as Uint8Array).slice();
    changed[40] = (changed[40] as number) ^ 1;
    for (const broken of [
      [...pages.slice(0, 12), changed, ...pages.slice(13)],
      [...pages.slice(0, 12), oggPage({ packets: [new Uint8Array(9)], isContinued: true })],
    ]) {
      const decoded = await decode(...broken);
      expect(decoded.damaged).toBe(true);
      expect(samplesOf(decoded)).toBe(10 * OPUS_FRAMES - 312);
    }
  });

  test("that are cut give the packets that are there whole", async () => {
    const end = OPUS.length - 400;
    const decoded = await decode(OPUS.subarray(0, end));
    expect(decoded.damaged).toBe(true);
    expect(samplesOf(decoded)).toBeGreaterThan(40_000);
  });
});

describe("several streams", () => {
  const theora = (packet: string, fields: object = {}) =>
    oggPage({ packets: [text(packet)], serial: 99, ...fields });

  test("side by side: the first one of sound is taken", async () => {
    const [first, ...rest] = pagesOf(OPUS) as [Uint8Array, ...Uint8Array[]];
    const decoded = await decode(
      theora("\x80theora", { isFirst: true }),
      first,
      theora("\x81theora"),
      ...rest.flatMap((page) => [page, theora("picture")]),
      theora("picture", { isLast: true }),
    );
    expect(decoded.damaged).toBe(false);
    expect(decoded.channels).toEqual((await decode(OPUS)).channels);
  });

  test("one after another: all of them, each from its own start to its own end", async () => {
    const decoded = await decode(OPUS, OPUS);
    expect(samplesOf(decoded)).toBe(2 * 52_800);
    expect(decoded.channels[0]?.subarray(52_800)).toEqual(decoded.channels[0]?.subarray(0, 52_800));
  });

  test("one after another that differ: all of them, each as what it is", async () => {
    const links = [
      OPUS,
      VORBIS,
      readClip("flac/s24-48000-2.oga"),
      readClip("ogg/vorbis-8000-1.ogg"),
    ];
    const decoded = await decode(...links);
    expect(decoded.damaged).toBe(false);
    const alone = await Promise.all(links.map((link) => decode(link)));
    const parts = alone.map(({ description, channels }) => ({ description, channels }));
    expect([decoded, ...decoded.further]).toMatchObject(parts);
  });
});

describe("what has no sound that is read is refused", () => {
  test("by name if there is sound", async () => {
    const { slug, message } = await refusal(readClip("refused/speex.ogg"));
    expect(slug).toBe("unsupported-codec");
    expect(message).toContain("Speex");
  });

  test("as without sound if there is none", async () => {
    expect((await refusal(readClip("refused/video-without-sound.ogv"))).slug).toBe(
      "no-audio-track",
    );
  });

  test("as cut or damaged if it ends before its sound, or begins behind it", async () => {
    const pages = opusFile();
    expect((await refusal(...pages.slice(0, 2))).slug).toBe("clip-truncated");
    expect((await refusal((pages[0] as Uint8Array).subarray(0, 40))).slug).toBe("clip-truncated");
    expect((await refusal(...pages.slice(2))).slug).toBe("clip-damaged");
  });

  test.each([
    ["Opus of a mapping family that is not read", 18, 255, "unsupported-codec", "family 255"],
    ["Opus of a version to come", 8, 0x10, "clip-damaged", "no Opus header"],
    ["Opus of no channels", 9, 0, "clip-damaged", "0 channels"],
    ["Opus of three channels in one stream", 9, 3, "clip-damaged", "3 channels"],
  ])("%s", async (_, at, value, slug, words) => {
    const refused = await refusal(
      ...opusFile({ headerChange: (head) => head.fill(value, at, at + 1) }),
    );
    expect(refused.slug).toBe(slug);
    expect(refused.message).toContain(words);
  });
});

test("Opus's output gain is applied", async () => {
  const quieter = (head: Uint8Array) => new DataView(head.buffer).setInt16(16, -6 * 256, true);
  const [whole, gained] = [
    await decode(...opusFile()),
    await decode(...opusFile({ headerChange: quieter })),
  ];
  const factor = 10 ** (-6 / 20);
  for (const [index, sample] of (gained.channels[0] as Float32Array).entries()) {
    expect(sample).toBeCloseTo((whole.channels[0]?.[index] as number) * factor, 5);
  }
});
