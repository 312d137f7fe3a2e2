/** Files that cannot be decoded, and how each is refused, whatever door it came through. */
import { oggPage, packetsOf } from "../../../support/clips/make-ogg.ts";
import { makeSphere } from "../../../support/clips/make-sphere.ts";
import { id3Tag } from "../../../support/clips/make-tags.ts";
import { ascii, concatenate } from "../../../support/clips/make-wav.ts";
import { inFreeFormat, mp3FramesOf } from "../../../support/clips/mp3-frames.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";

/** How a clip has to be refused. */
export interface Refusal {
  readonly slug: string;
  readonly status: number;
  /** What the detail has to mention. */
  readonly detail?: RegExp;
}

type Bytes = Uint8Array<ArrayBuffer>;

const unsupported = (detail: RegExp) => ({ slug: "unsupported-codec", status: 415, detail });
const notAudio = (detail: RegExp) => ({ slug: "not-audio", status: 415, detail });
const inconsistent = (detail: RegExp) => ({
  slug: "clip-header-inconsistent",
  status: 422,
  detail,
});
const silentVideo = { slug: "no-audio-track", status: 422, detail: /no (sound|audio)/ };
const truncated = { slug: "clip-truncated", status: 422, detail: /no audio could be decoded/ };
const channels = (detail: RegExp) => ({ slug: "channels-unsupported", status: 422, detail });
const rate = (detail: RegExp) => ({ slug: "sample-rate-unsupported", status: 422, detail });
const zeroChannels = inconsistent(/0 channels/);

/** Whole files of test/fixtures/clips. */
export const REFUSED_FILES: readonly [file: string, refusal: Refusal][] = [
  ["refused/windows-media.wma", unsupported(/Windows Media.*WAV.*MP3/)],
  ["refused/wave64.w64", unsupported(/Wave64.*WAV.*MP3/)],
  ["refused/sun.au", unsupported(/Sun AU/)],
  ["refused/core-audio.caf", unsupported(/Core Audio.*M4A or WAV/)],
  ["refused/amr-wb.awb", unsupported(/AMR.?(WB|wide)/i)],
  ["refused/adpcm-ms.wav", unsupported(/ADPCM/)],
  ["refused/adpcm-ima.wav", unsupported(/ADPCM/)],
  ["refused/wavpack.wv", unsupported(/WavPack.*WAV.*MP3/)],
  ["refused/true-audio.tta", unsupported(/TTA/)],
  ["refused/ac3.ac3", unsupported(/is AC-3/)],
  ["refused/ac3-enhanced.eac3", unsupported(/E-AC-3/)],
  ["refused/dts.dts", unsupported(/DTS/)],
  ["refused/aac.loas", unsupported(/LATM/)],
  ["refused/creative.voc", unsupported(/VOC/)],
  ["refused/gsm-full-rate.gsm", unsupported(/GSM/)],
  ["refused/ac3.mp4", unsupported(/AC-3/)],
  ["refused/dts.mp4", unsupported(/DTS/)],
  ["refused/ac3.mka", unsupported(/AC-3/)],
  ["refused/speex.ogg", unsupported(/Speex/)],
  ["refused/video-without-sound.mp4", silentVideo],
  ["refused/video-without-sound.webm", silentVideo],
  ["refused/video-without-sound.ogv", silentVideo],
  ["refused/page.mp3", notAudio(/HTML page.*WAV.*MP3/)],
  ["refused/text.wav", notAudio(/text file/)],
  ["refused/picture.png", notAudio(/PNG image/)],
  [
    "refused/hours-of-silence.flac",
    { slug: "clip-too-long", status: 413, detail: /longer than the \d+ s/ },
  ],
];

/** Files that are broken. */
export const BROKEN_FILES: readonly [what: string, clip: () => Bytes, refusal: Refusal][] = [
  ["an M4A cut before its moov", () => firstPart("mp4/aac-44100-2.m4a", 0.5), truncated],
  ["an M4A cut within its moov", () => firstPart("mp4/aac-faststart-48000-2.m4a", 0.02), truncated],
  ["a FLAC without frames", () => readClip("flac/s16-44100-2.flac").slice(0, 42), truncated],
  [
    "a Vorbis file of headers only",
    () => readClip("ogg/vorbis-8000-1.ogg").slice(0, 58),
    truncated,
  ],
  ["an Opus file of headers only", () => readClip("ogg/opus-8000-1.opus").slice(0, 47), truncated],
  [
    "a WebM cut before its first cluster",
    () => firstPart("matroska/opus-48000-2.webm", 0.005),
    truncated,
  ],
  ["an AMR without frames", () => readClip("amr/amr-nb-12k2.amr").slice(0, 6), truncated],
  ["an MP3 of a tag only", () => readClip("mp3/picture-44100-1.mp3").slice(0, 2_000), truncated],
  ["a WAV of 0 channels", () => patched("wav/s16-16000-1.wav", 22, [0, 0]), zeroChannels],
  ["an AIFF of 0 channels", () => patched("aiff/s16-44100-2.aiff", 20, [0, 0]), zeroChannels],
  ["a WAV of 64 channels", () => wavOf({ channelCount: 64 }), channels(/64 channels.*1 to 32/)],
  ["an AIFF of 64 channels", () => patched("aiff/s8-16000-1.aiff", 20, [0, 64]), channels(/64/)],
  ["a Matroska file of 64 channels", () => matroskaOf(0x9f, [64]), channels(/64/)],
  ["a WAV at 0 Hz", () => wavOf({ sampleRateHz: 0 }), inconsistent(/0 Hz/)],
  ["a WAV at 1 Hz", () => wavOf({ sampleRateHz: 1 }), rate(/is 1 Hz.*4000 and 384000 Hz/)],
  ["a WAV at 4 GHz", () => wavOf({ sampleRateHz: 4e9 }), rate(/4000000000 Hz/)],
  [
    "an AIFF at 0 Hz",
    () => patched("aiff/s8-16000-1.aiff", 28, [0, 0, 0, 0]),
    inconsistent(/0 Hz/),
  ],
  [
    "an AIFF at 1 Hz",
    () => patched("aiff/s8-16000-1.aiff", 28, [0x3f, 0xff, 0x80, 0]),
    rate(/ 1 Hz/),
  ],
  [
    "an AIFF at 4 GHz",
    () => patched("aiff/s8-16000-1.aiff", 28, [0x40, 0x1e, 0xee, 0x6b, 0x28]),
    rate(/4000000000 Hz/),
  ],
  [
    "a WAV of samples of 0 bits",
    () => patched("wav/s16-16000-1.wav", 34, [0, 0]),
    inconsistent(/size of a frame cannot be derived.*ffmpeg -f s16le/),
  ],
  ["a NIST SPHERE file in Shorten", shortenedSphere, unsupported(/Shorten.*sph2pipe/)],
  [
    "a run of ID3 tags",
    () => concatenate(Array(2_000).fill(ascii("ID3\x04\0\0\0\0\0\0"))),
    { slug: "clip-damaged", status: 422, detail: /more than 64 ID3.*write it again/ },
  ],
  [
    "a chain of 1,200 Ogg streams",
    oggChain,
    { slug: "too-many-streams", status: 422, detail: /more than 1000 streams.*ffmpeg/ },
  ],
  ["an MP3 header and noise", () => noiseBehind([0xff, 0xfb, 0x90, 0x64]), notAudio(/not a recog/)],
  [
    "noise around an AAC header",
    () => concatenate([noiseBehind([1]), noiseBehind([0xff, 0xf1, 0x60, 0x40, 0x20, 0x1f, 0xfc])]),
    notAudio(/not a recognised audio file/),
  ],
  ["an MP3 of free format", freeFormat, unsupported(/free format.*320 kbit/)],
  [
    "a tag and noise",
    () => noiseBehind([...id3Tag(100)]),
    { slug: "clip-damaged", status: 422, detail: /no sound begins within 64 kB behind its tag/ },
  ],
  ["a WAV read as UTF-8", () => readAsUtf8("wav/s16-16000-1.wav"), notAudio(/read as UTF-8 text/)],
  ["an MP3 read as UTF-8", () => readAsUtf8("mp3/cbr-44100-2.mp3"), notAudio(/EF BF BD/)],
  ["a form saved as a file", savedForm, notAudio(/multipart form that was saved as a file/)],
  ["a later WebM cluster", laterCluster, notAudio(/later piece.*send it joined to the first/)],
  ["a Matroska file at 1 Hz", () => matroskaOf(0xb5, float64(1)), rate(/ 1 Hz/)],
  ["a Matroska file at 4 GHz", () => matroskaOf(0xb5, float64(4e9)), rate(/4000000000 Hz/)],
];

/** The first part of a file, of 0 to 1. */
function firstPart(file: string, part: number): Bytes {
  const bytes = readClip(file);
  return bytes.slice(0, Math.floor(bytes.length * part));
}

function patched(file: string, at: number, patch: readonly number[]): Bytes {
  const bytes = readClip(file);
  bytes.set(patch, at);
  return bytes;
}

function readAsUtf8(file: string): Bytes {
  return new TextEncoder().encode(new TextDecoder().decode(readClip(file)));
}

function savedForm(): Bytes {
  const lines = ["--boundary", 'Content-Disposition: form-data; name="file"', "", ""];
  return concatenate([ascii(lines.join("\r\n")), readClip("wav/s16-16000-1.wav")]);
}

function oggChain(): Bytes {
  const [head, tags, packet] = packetsOf(readClip("ogg/opus-8000-1.opus")) as [Bytes, Bytes, Bytes];
  const link = concatenate([
    oggPage({ packets: [head], isFirst: true }),
    oggPage({ packets: [tags], sequence: 1 }),
    oggPage({ packets: [packet], sequence: 2, isLast: true, granulePosition: 330n }),
  ]);
  return concatenate(Array(1_200).fill(link));
}

function laterCluster(): Bytes {
  const bytes = readClip("recorded/opus.webm");
  return bytes.slice(Buffer.from(bytes).indexOf("1f43b675", "hex"));
}

/** The bytes, and 9 kB that are the same at each run. */
function noiseBehind(bytes: readonly number[]): Bytes {
  let state = 1;
  const noise = Array.from({ length: 9_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >> 16;
  });
  return Uint8Array.of(...bytes, ...noise);
}

function freeFormat(): Bytes {
  const [, ...frames] = mp3FramesOf(readClip("mp3/cbr-320k-48000-2.mp3"));
  return concatenate(frames.map(inFreeFormat));
}

/** Only the start of such samples. */
function shortenedSphere(): Bytes {
  const coding = { sample_coding: "pcm,embedded-shorten-v2.00" };
  return makeSphere(coding, concatenate([ascii("ajkg\x02"), new Uint8Array(500)]));
}

/** An 8-bit WAV file with another format, all of whose fields agree. */
function wavOf({ channelCount = 1, sampleRateHz = 16_000 }): Bytes {
  const bytes = readClip("wav/u8-8000-1.wav");
  const view = new DataView(bytes.buffer);
  view.setUint16(22, channelCount, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * channelCount, true);
  view.setUint16(32, channelCount, true);
  return bytes;
}

/** A PCM track in Matroska whose element (RFC 9559: 0x9f is Channels, 0xb5 SamplingFrequency) says something else. */
function matroskaOf(element: number, value: readonly number[]): Bytes {
  const bytes = readClip("matroska/s16-44100-2.mka");
  const at = bytes.findIndex(
    (byte, index) => byte === element && bytes[index + 1] === 0x80 + value.length,
  );
  bytes.set(value, at + 2);
  return bytes;
}

function float64(value: number): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return [...bytes];
}
