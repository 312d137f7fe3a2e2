/** Makes test/fixtures/clips/recorded: what Chromium's MediaRecorder makes of speech, in each format that it offers. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

const CLIPS = join(import.meta.dirname, "../test/fixtures/clips");
const PATIENCE_MS = 60_000;

/** Media types to record, and the names of the files that hold them. */
const RECORDINGS = {
  "audio/webm;codecs=opus": "opus.webm",
  "audio/webm;codecs=pcm": "pcm.webm",
  "audio/mp4;codecs=opus": "opus.mp4",
  "audio/mp4;codecs=mp4a.40.2": "aac.mp4",
  "video/webm;codecs=vp8,opus": "video.webm",
};

const PAGE = `<!doctype html><script type="module">
const context = new AudioContext({ sampleRate: 48000 });
const clip = await context.decodeAudioData(await (await fetch("/clip")).arrayBuffer());
const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
const pen = canvas.getContext("2d");
setInterval(() => pen.fillRect(0, 0, 32, 32), 50);

async function record(mimeType) {
  const sound = context.createMediaStreamDestination();
  sound.channelCount = 1;
  const tracks = [...sound.stream.getTracks()];
  if (mimeType.startsWith("video")) tracks.push(...canvas.captureStream(20).getTracks());
  const player = new AudioBufferSourceNode(context, { buffer: clip });
  player.connect(sound);
  const recorder = new MediaRecorder(new MediaStream(tracks), { mimeType });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  player.onended = () => recorder.stop();
  recorder.start(250);
  player.start();
  await stopped;
  return new Blob(pieces);
}

await context.resume();
for (const type of ${JSON.stringify(Object.keys(RECORDINGS))}) {
  if (!MediaRecorder.isTypeSupported(type)) continue;
  await fetch("/recorded?" + new URLSearchParams({ type }), { method: "POST", body: await record(type) });
}
await fetch("/done", { method: "POST" });
</script>`;

await mkdir(join(CLIPS, "recorded"), { recursive: true });
const { promise: done, resolve: finish } = Promise.withResolvers<void>();
const server = createServer(async (request, response) => {
  response.end(await answer(request));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const profile = await mkdtemp(join(tmpdir(), "undertone-recording-"));
const chromium = spawn(
  "chromium",
  [
    "--headless=new",
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  ],
  { stdio: "ignore", detached: true },
);
try {
  const tooLate = AbortSignal.timeout(PATIENCE_MS);
  await Promise.race([
    done,
    once(chromium, "exit", { signal: tooLate }).then(() => {
      throw new Error("chromium ended before it had recorded everything");
    }),
  ]);
} finally {
  if (chromium.exitCode === null && chromium.pid !== undefined) {
    process.kill(-chromium.pid);
    await once(chromium, "exit");
  }
  server.closeAllConnections();
  server.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function answer(request: IncomingMessage): Promise<string | Uint8Array> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  switch (pathname) {
    case "/clip":
      return readFile(join(CLIPS, "spoken-16000.wav"));
    case "/recorded": {
      const file = RECORDINGS[searchParams.get("type") as keyof typeof RECORDINGS];
      await writeFile(join(CLIPS, "recorded", file), await buffer(request));
      console.log(`recorded/${file}`);
      return "";
    }
    case "/done":
      finish();
      return "";
    default:
      return PAGE;
  }
}
