import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { decodeOgg } from "../../../../src/audio/containers/ogg/decode.ts";
import { snrDb } from "../../../../support/clips/agreement.ts";
import { joined, text } from "../../../../support/clips/bytes.ts";
import {
  oggPage,
  type PageFields,
  packetsOf,
  pagesOf,
} from "../../../../support/clips/make-ogg.ts";
import {
  type Decoded,
  decodeAll,
  refusalOfDecoding,
} from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { watchWasmMemory } from "../../../../support/wasm-memory.ts";

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
    oggPage({ packets: [tags], sequence: 1 }),
    ...packets.map((packet, index) => {
      const isLast = index === packets.length - 1;
      const position = isLast ? last : (index + 1) * OPUS_FRAMES;
      return oggPage({
        packets: [packet],
        sequence: index + 2,
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

  test("need not be marked as such", async () => {
    const pages = opusFile();
    const decoded = await decode(...pages.slice(0, -1));
    expect(decoded).toMatchObject({ damaged: false, noticed: [] });
    expect(samplesOf(decoded)).toBe((pages.length - 3) * OPUS_FRAMES - 312);
  });

  test.each([
    ["zeros", new Uint8Array(300), []],
    ["an ID3v1 tag", text(`TAG${"\0".repeat(125)}`), []],
    ["an APE tag", text(`APETAGEX${"\0".repeat(24)}`), []],
    ["something else", text("whatever this may be"), ["part-skipped"]],
  ])("that is not marked may be followed by %s", async (_, tail, noticed) => {
    const pages = opusFile().slice(0, -1);
    expect(await decode(...pages, tail)).toMatchObject({ damaged: false, noticed });
  });

  test("is told as cut off in the middle of a packet", async () => {
    const pages = opusFile().slice(0, 12);
    const unfinished = oggPage({ packets: [new Uint8Array(255)], sequence: 12, continues: true });
    const decoded = await decode(...pages, unfinished);
    expect(decoded.damaged).toBe(true);
    expect(samplesOf(decoded)).toBe(10 * OPUS_FRAMES - 312);
  });

  test.each([1, 3, 4, 5, 26, 27, 28])("is told as cut off %i bytes into a page", async (bytes) => {
    const pages = opusFile();
    const decoded = await decode(
      ...pages.slice(0, 12),
      (pages[12] as Uint8Array).subarray(0, bytes),
    );
    expect(decoded).toMatchObject({ damaged: true, noticed: [] });
    expect(samplesOf(decoded)).toBe(10 * OPUS_FRAMES - 312);
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

  test("that are cut give the packets that are there whole", async () => {
    const end = OPUS.length - 400;
    const decoded = await decode(OPUS.subarray(0, end));
    expect(decoded.damaged).toBe(true);
    expect(samplesOf(decoded)).toBeGreaterThan(40_000);
  });
});

describe("what is damaged is left out, and what is behind it is decoded", () => {
  const pages = opusFile();
  const AT = 12;
  const whole = (Math.ceil(53_112 / OPUS_FRAMES) - 1) * OPUS_FRAMES;
  const page = pages[AT] as Uint8Array;
  const flipped = (at: number) => {
    const changed = page.slice();
    changed[at] = (changed[at] as number) ^ 1;
    return changed;
  };
  const [front, back] = [pages.slice(0, AT), pages.slice(AT + 1)];

  test.each<readonly [string, readonly Uint8Array[]]>([
    ["of which a byte is wrong", [flipped(40)]],
    ["whose length is wrong", [flipped(27)]],
    ["that is said to have no segments", [page.slice().fill(0, 26, 27)]],
    ["that is said to have very many segments", [page.slice().fill(255, 26, 27)]],
    ["of another version", [flipped(4)]],
    ["that does not begin like one", [flipped(0)]],
    ["that is cut", [page.subarray(0, 30)]],
    ["with noise around it", [text("OggSOggS"), flipped(40), text("OggS\0 and other things")]],
  ])("a page %s", async (_, broken) => {
    const decoded = await decode(...front, ...broken, ...back);
    expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
    expect(samplesOf(decoded)).toBe(52_800 - OPUS_FRAMES);
    await expectSameFromBothEnds(decoded);
  });

  test("nothing, where there is only noise between two pages", async () => {
    for (const noise of [text("noise"), text("OggS"), new Uint8Array(70_000).fill(0x4f)]) {
      const decoded = await decode(...front, noise, page, ...back);
      expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
      expect(decoded.channels).toEqual((await decode(...pages)).channels);
    }
  });

  test("the last page", async () => {
    const last = (pages.at(-1) as Uint8Array).slice();
    const decoded = await decode(...pages.slice(0, -1), last.fill(0, 30, 34));
    expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
    expect(samplesOf(decoded)).toBe(whole - 312);
  });

  test("several pages, each told of", async () => {
    const [one, ...others] = back as [Uint8Array, ...Uint8Array[]];
    const decoded = await decode(...front, flipped(40), one, text("noise"), ...others);
    expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped", "part-skipped"] });
  });

  test("a page that is not there at all, by its number", async () => {
    const decoded = await decode(...front, ...back);
    expect(decoded).toMatchObject({ damaged: false, noticed: ["part-missing"] });
    expect(samplesOf(decoded)).toBe(52_800 - OPUS_FRAMES);
    await expectSameFromBothEnds(decoded);
  });

  test("but numbers that do not rise are nothing to tell of", async () => {
    const [head, tags, ...packets] = packetsOf(OPUS) as Uint8Array[];
    const unnumbered = [
      oggPage({ packets: [head as Uint8Array], isFirst: true }),
      oggPage({ packets: [tags as Uint8Array] }),
      ...packets.map((packet) => oggPage({ packets: [packet] })),
    ];
    const decoded = await decode(...unnumbered);
    expect(decoded).toMatchObject({ damaged: false, noticed: [] });
  });

  test.each<readonly [string, readonly PageFields[], string[]]>([
    ["its beginning", [{ packets: [new Uint8Array(9)], isContinued: true }], ["part-missing"]],
    [
      "its beginning, over two pages",
      [
        { packets: [new Uint8Array(255)], isContinued: true, continues: true },
        { packets: [new Uint8Array(9)], isContinued: true },
      ],
      ["part-missing"],
    ],
    ["its end", [{ packets: [new Uint8Array(510)], continues: true }], ["part-missing"]],
  ])("a packet that lacks %s", async (_, fields, noticed) => {
    const parts = fields.map((field, index) => oggPage({ ...field, sequence: AT + index }));
    const rest = back.map((_page, index) =>
      renumbered(back[index] as Uint8Array, AT + parts.length + index),
    );
    const decoded = await decode(...front, ...parts, ...rest);
    expect(decoded).toMatchObject({ damaged: false, noticed });
    expect(samplesOf(decoded)).toBe(52_800 - OPUS_FRAMES);
  });

  test("a packet that cannot be decoded", async () => {
    const broken = oggPage({ packets: [Uint8Array.of(0xff, 0xff)], sequence: AT });
    const decoded = await decode(...front, broken, ...back);
    expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
    expect(samplesOf(decoded)).toBe(52_800 - OPUS_FRAMES);
  });

  test("comments", async () => {
    const decoded = await decode(pages[0] as Uint8Array, text("lost"), ...pages.slice(2));
    expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
    expect(decoded.channels).toEqual((await decode(...pages)).channels);
  });

  /** Opus forgets within a few packets what came before. */
  async function expectSameFromBothEnds({ channels }: Decoded): Promise<void> {
    const expected = (await decode(...pages)).channels[0] as Float32Array;
    const actual = channels[0] as Float32Array;
    const lost = (AT - 2) * OPUS_FRAMES - 312;
    expect(actual.subarray(0, lost)).toEqual(expected.subarray(0, lost));
    const settled = lost + 10 * OPUS_FRAMES;
    const end = expected.subarray(settled + OPUS_FRAMES);
    expect(snrDb(actual.subarray(settled), end)).toBeGreaterThan(40);
  }
});

function renumbered(page: Uint8Array, sequence: number): Uint8Array {
  const view = new DataView(page.buffer, page.byteOffset);
  return oggPage({
    packets: packetsOf(page),
    granulePosition: view.getBigInt64(6, true),
    isLast: (view.getUint8(5) & 4) !== 0,
    sequence,
  });
}

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

describe("chained streams", () => {
  const [head, tags, first, second] = packetsOf(OPUS) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const tiny = joined(
    oggPage({ packets: [head], isFirst: true }),
    oggPage({ packets: [tags], sequence: 1 }),
    oggPage({ packets: [first, second], sequence: 2, granulePosition: 1_920n, isLast: true }),
  );
  const empty = joined(
    oggPage({ packets: [head], isFirst: true }),
    oggPage({ packets: [tags], sequence: 1, isLast: true }),
  );
  const noEnd = joined(...opusFile().slice(0, -1));
  const noEndSamples = 55 * OPUS_FRAMES - 312;

  test("need no mark at their ends", async () => {
    const decoded = await decode(noEnd, noEnd, OPUS);
    expect(decoded).toMatchObject({ damaged: false, noticed: [], further: [] });
    expect(samplesOf(decoded)).toBe(2 * noEndSamples + 52_800);
  });

  test("may hold nothing", async () => {
    const decoded = await decode(empty, tiny, empty, tiny, empty);
    expect(decoded).toMatchObject({ damaged: false, noticed: [] });
    expect(samplesOf(decoded)).toBe(2 * (1_920 - 312));
    expect((await refusal(empty, empty)).slug).toBe("clip-damaged");
  });

  test("that are damaged or of another codec are left out, and those behind them are decoded", async () => {
    const broken = VORBIS.slice();
    broken[35] = 0xff;
    for (const unread of [readClip("refused/speex.ogg"), broken]) {
      const decoded = await decode(tiny, unread, VORBIS);
      expect(decoded).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
      expect(decoded.further[0]?.channels).toEqual((await decode(VORBIS)).channels);
    }
  });

  test("whose first is damaged begin with the second", async () => {
    const [bad, ...rest] = opusFile() as [Uint8Array, ...Uint8Array[]];
    const decoded = await decode(bad.slice().fill(0, 40, 44), ...rest, VORBIS);
    expect(decoded).toMatchObject({ damaged: false, description: { codec: "vorbis" } });
    expect(decoded.noticed).toContain("part-skipped");
  });

  test("are as many as a thousand", async () => {
    const chain = (links: number) => Array.from({ length: links }, () => tiny);
    const decoded = await decode(...chain(1_000));
    expect(samplesOf(decoded)).toBe(1_000 * (1_920 - 312));
    const { slug, message } = await refusal(...chain(1_001));
    expect(slug).toBe("too-many-streams");
    expect(message).toContain("more than 1000 streams");
    expect((await refusal(...chain(10_000))).slug).toBe("too-many-streams");
  });

  test("let other work in, and hold the memory of one decoder", async () => {
    const memory = watchWasmMemory();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await decode(...Array.from({ length: 400 }, (_, index) => (index % 2 ? tiny : noEnd)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(30);
    expect(memory.takeMadeBytes()).toBeLessThanOrEqual(2 ** 20);
  });
});

test("what looks like pages and is none is given up once checking it costs more than the file", async () => {
  const decoy = text(`OggS\0${".".repeat(30)}`).fill(255, 26, 27);
  const withDecoys = (count: number) => {
    const [front, back] = [opusFile().slice(0, 20), opusFile().slice(20)];
    return decode(...front, ...Array.from({ length: count }, () => decoy), ...back);
  };
  expect(await withDecoys(100)).toMatchObject({ damaged: false, noticed: ["part-skipped"] });
  const { damaged, channels } = await withDecoys(2_000);
  expect(damaged).toBe(true);
  expect(channels[0]).toHaveLength(18 * OPUS_FRAMES - 312);
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
    ["Opus of a mapping family that is not read", 18, 2, "unsupported-codec", "family 2"],
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

test("Opus's channels of no layout stay in the order they have in the file", async () => {
  const pages = pagesOf(readClip("ogg/opus-48000-6.opus"));
  const [head] = packetsOf(pages[0] as Uint8Array) as [Uint8Array];
  const discrete = head.slice().fill(255, 18, 19);
  const serial = new DataView((pages[0] as Uint8Array).slice().buffer).getUint32(14, true);
  const first = oggPage({ packets: [discrete], isFirst: true, serial });
  const decoded = await decode(first, ...pages.slice(1));
  const surround = await decode(...pages);
  // RFC 7845 §5.1.1.2: left, centre, right, rear left, rear right, LFE; as WAVE: left, right, centre, LFE, rear left, rear right.
  const [left, right, centre, lfe, rearLeft, rearRight] = surround.channels;
  expect(decoded.channels).toEqual([left, centre, right, rearLeft, rearRight, lfe]);
});

test("Opus of more channels than are read is refused", async () => {
  const [head] = packetsOf(OPUS) as [Uint8Array];
  const many = joined(
    head,
    [33, 0],
    Uint8Array.from({ length: 33 }, (_, index) => index),
  );
  many.set([33], 9);
  many.set([255], 18);
  const refused = await refusal(
    oggPage({ packets: [many], isFirst: true }),
    ...opusFile().slice(1),
  );
  expect(refused.slug).toBe("channels-unsupported");
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
