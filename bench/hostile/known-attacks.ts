/** Every attack that `npm run bench:attacks` does: with forms, bodies, batches and clips. */
import { silentFlac } from "../../support/clips/hostile/frames.ts";
import { HOSTILE_CLIPS } from "../../support/clips/hostile/index.ts";
import { speechLikeClip } from "../speech-clip.ts";
import type { Attack, Runtime } from "./attack.ts";
import { holdConnections, postSingleBytes, postWhole } from "./strikes.ts";

/** The hook that there is, for who attacks with a signature that is wrong. */
export const HOOK = "calls";
const SIGNED = { "X-Hub-Signature-256": `sha256=${"0".repeat(64)}` };

const FEATURES = "/v1/features?pool=mean";
const MIB = 1024 * 1024;
const CONNECTIONS = 60;
/** Almost what a hook takes. */
const HELD_BYTES = 8 * MIB - 65_536;

const NODE: readonly Runtime[] = ["Node"];
const BOTH: readonly Runtime[] = ["Node", "workerd"];

const FORMS: readonly Attack[] = [boundaryAttack(65_600, 70_000), boundaryAttack(65_531, 300_000)];

const BODIES: readonly Attack[] = [
  {
    name: "hook-single-bytes",
    what: "6,000,000 single bytes for a hook that does not exist",
    runtimes: NODE,
    prepare: () => postSingleBytes("/v1/hooks/none", new Uint8Array(), 6_000_000),
  },
  holdAttack("idle-no-hook", "for a hook that does not exist", "/v1/hooks/none"),
  holdAttack("idle-hook", "for a hook, signed wrongly", `/v1/hooks/${HOOK}`, SIGNED),
  holdAttack("idle-jobs", "for jobs", "/v1/jobs?pool=mean"),
  {
    name: "small-chunks",
    what: "1,000,000 chunks of a byte behind the start of a clip",
    runtimes: NODE,
    prepare: () => postSingleBytes(FEATURES, speechLikeClip(1).wav.subarray(0, 1000), 1_000_000),
  },
];

const BATCHES: readonly Attack[] = [
  batchAttack("batch-brackets", "32 MiB of [", () => Buffer.alloc(32 * MIB, "[")),
  batchAttack("batch-newlines", "32 MiB of line feeds", () => Buffer.alloc(32 * MIB, "\n")),
  batchAttack("batch-objects", "11 million {}", () => Buffer.alloc(33_000_000, "{}\n")),
  // As large as a batch may be, so that it is read.
  batchAttack("batch-half-brackets", "16 MiB of [", () => Buffer.alloc(16 * MIB, "[")),
  batchAttack("batch-half-newlines", "16 MiB of line feeds", () => Buffer.alloc(16 * MIB, "\n")),
  batchAttack("batch-half-objects", "5.6 million {}", () => Buffer.alloc(16 * MIB - 1, "{}\n")),
];

const CLIPS: readonly Attack[] = [
  clipAttack("matroska-laces", "Matroska of 256 empty laced frames in a block"),
  clipAttack("matroska-voids", "Matroska of Voids"),
  clipAttack("wav-chunks", "WAV of empty chunks"),
  clipAttack("ogg-pages", "Ogg of empty pages"),
  {
    name: "flac-384-khz",
    what: "FLAC of 384 kHz, eight channels and 29 s",
    runtimes: BOTH,
    prepare: () => postWhole(FEATURES, wideFlac()),
  },
];

export const ATTACKS: readonly Attack[] = [...FORMS, ...BODIES, ...BATCHES, ...CLIPS];

function boundaryAttack(characters: number, bytes: number): Attack {
  const type = `multipart/form-data; boundary=${"b".repeat(characters)}`;
  return {
    name: `boundary-${characters}`,
    what: `a form's boundary of ${characters.toLocaleString("en")} characters, ${bytes / 1000} kB`,
    runtimes: BOTH,
    prepare: () => postWhole(FEATURES, Buffer.alloc(bytes, "x"), { "Content-Type": type }),
  };
}

function holdAttack(
  name: string,
  what: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Attack {
  return {
    name,
    what: `${CONNECTIONS} idle connections of almost 8 MiB ${what}`,
    runtimes: NODE,
    prepare: () => holdConnections(path, CONNECTIONS, Buffer.alloc(HELD_BYTES, "x"), headers),
  };
}

function batchAttack(name: string, what: string, make: () => Uint8Array): Attack {
  const headers = { "Content-Type": "application/jsonl" };
  return {
    name,
    what: `a batch of ${what}`,
    runtimes: BOTH,
    prepare: () => postWhole("/v1/batches", make(), headers),
  };
}

function clipAttack(name: string, clipName: string): Attack {
  const clip = HOSTILE_CLIPS.find((candidate) => candidate.name === clipName);
  if (clip === undefined) throw new Error(`there is no hostile clip '${clipName}'`);
  return {
    name,
    what: `${clipName}, ${(clip.attackBytes / 1e6).toFixed(0)} MB`,
    runtimes: BOTH,
    prepare: () => postWhole(FEATURES, clip.make(clip.attackBytes)),
  };
}

/** 3.6 MB: frames of 35 bytes for 108 samples of eight channels. */
function wideFlac(): Uint8Array {
  return silentFlac({ sampleRateHz: 384_000, channels: 8, blockFrames: 108 }, 102_857);
}
