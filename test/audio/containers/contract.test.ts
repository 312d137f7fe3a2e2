import { decodeAdts } from "../../../src/audio/containers/adts/decode.ts";
import { decodeAiff } from "../../../src/audio/containers/aiff/decode.ts";
import { decodeAmr } from "../../../src/audio/containers/amr/decode.ts";
import { decodeFlac } from "../../../src/audio/containers/flac/decode.ts";
import { decodeMatroska } from "../../../src/audio/containers/matroska/decode.ts";
import { decodeMp3 } from "../../../src/audio/containers/mp3/decode.ts";
import { decodeMp4 } from "../../../src/audio/containers/mp4/decode.ts";
import { decodeOgg } from "../../../src/audio/containers/ogg/decode.ts";
import { decodeSphere } from "../../../src/audio/containers/sphere/decode.ts";
import { decodeWav } from "../../../src/audio/containers/wav/decode.ts";
import type { ClipDecoder } from "../../../src/audio/decoder.ts";
import { joined } from "../../../support/clips/bytes.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { describeDecoderContract } from "../../contract/decoder.ts";

const CLIPS: readonly [file: string, decoder: ClipDecoder, codecName: string | null][] = [
  ["wav/s16-48000-2.wav", decodeWav, null],
  ["wav/mulaw-8000-1.wav", decodeWav, null],
  ["aiff/s16-44100-2.aiff", decodeAiff, null],
  ["wav/mp3-44100-2.wav", decodeWav, "MP3"],
  ["sphere/s16be-44100-2.sph", decodeSphere, null],
  ["mp3/no-xing-44100-2.mp3", decodeMp3, "MP3"],
  ["mp3/mpeg25-8000-1.mp3", decodeMp3, "MP3"],
  ["flac/s16-16000-1.flac", decodeFlac, "FLAC"],
  ["flac/s24-48000-2.flac", decodeFlac, "FLAC"],
  ["flac/s24-48000-2.oga", decodeOgg, "FLAC"],
  ["ogg/vorbis-44100-2.ogg", decodeOgg, "Vorbis"],
  ["ogg/vorbis-chained-44100-2.ogg", decodeOgg, "Vorbis"],
  ["ogg/opus-48000-2.opus", decodeOgg, "Opus"],
  ["ogg/opus-48000-6.opus", decodeOgg, "Opus"],
  ["adts/aac-44100-2.aac", decodeAdts, null],
  ["amr/amr-nb-12k2.amr", decodeAmr, "AMR"],
  ["matroska/opus-48000-2.webm", decodeMatroska, "Opus"],
  ["matroska/vorbis-44100-2.webm", decodeMatroska, "Vorbis"],
  ["matroska/aac-44100-2.mka", decodeMatroska, null],
  ["matroska/mp3-44100-1.mka", decodeMatroska, "MP3"],
  ["matroska/s24-48000-1.mka", decodeMatroska, null],
  ["recorded/video.webm", decodeMatroska, "Opus"],
  ["mp4/aac-faststart-48000-2.m4a", decodeMp4, null],
  ["mp4/aac-fragmented-44100-2.mp4", decodeMp4, null],
  ["mp4/mp3-22050-2.mp4", decodeMp4, "MP3"],
  ["mp4/flac16-44100-1.mp4", decodeMp4, "FLAC"],
  ["mp4/alac16-16000-1.m4a", decodeMp4, null],
  ["recorded/opus.mp4", decodeMp4, "Opus"],
];

const CHAIN = ["ogg/opus-8000-1.opus", "flac/s16-44100-2.oga", "ogg/vorbis-8000-1.ogg"];
describeDecoderContract("Ogg links of several kinds", {
  decoder: decodeOgg,
  bytes: joined(...CHAIN.map(readClip)),
  codecName: "Opus",
});

for (const [file, decoder, codecName] of CLIPS) {
  describeDecoderContract(file, { decoder, bytes: readClip(file), codecName });
}
