/** Recordings from the microphone. */
import type { Clip } from "./clips.ts";
import { element } from "./elements.ts";
import { announce } from "./progress.ts";

/** All hidden states of a recording can be looked at. */
const MOST_SECONDS = 60;

/** Speech needs no more. */
const BITS_PER_SECOND = 48_000;

const button = element("record") as HTMLButtonElement;
let recorder: MediaRecorder | undefined;

/** The button begins a recording, and ends it; `take` gets the clip, `refuse` a sentence that says why there is none. */
export function startMicrophone(
  take: (clip: Clip) => void,
  refuse: (sentence: string) => void,
): void {
  button.addEventListener("click", async () => {
    if (recorder !== undefined) return recorder.stop();
    button.disabled = true;
    try {
      await record(take);
    } catch (error) {
      refuse(sentenceOf(error));
    }
    button.disabled = false;
    button.focus();
  });
}

async function record(take: (clip: Clip) => void): Promise<void> {
  // Pages that came over HTTP, from another machine, have no microphone.
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true });
  if (stream === undefined) throw new DOMException("", "SecurityError");
  const parts: Blob[] = [];
  const startMs = performance.now();
  const secondsNow = () => (performance.now() - startMs) / 1000;
  const own = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND });
  const clock = setInterval(() => {
    showSeconds(Math.floor(secondsNow()));
    if (secondsNow() >= MOST_SECONDS) own.stop();
  }, 500);
  own.ondataavailable = ({ data }) => void parts.push(data);
  own.onstop = () => {
    const seconds = secondsNow();
    clearInterval(clock);
    for (const track of stream.getTracks()) track.stop();
    recorder = undefined;
    showRecording(false);
    const blob = new Blob(parts, { type: own.mimeType });
    take({ name: `recording.${endingOf(own.mimeType)}`, blob, seconds });
  };
  own.start();
  recorder = own;
  showRecording(true);
}

function showRecording(isRecording: boolean): void {
  button.textContent = isRecording ? "Stop recording" : "Record";
  button.classList.toggle("recording", isRecording);
  element("record-seconds").textContent = "";
  if (isRecording) announce(`Recording, for ${MOST_SECONDS} seconds at most.`);
}

function showSeconds(seconds: number): void {
  element("record-seconds").textContent = `${seconds} of ${MOST_SECONDS} s`;
}

/** Browsers record WebM, Ogg or MP4. */
function endingOf(mediaType: string): string {
  return /^audio\/(\w+)/.exec(mediaType)?.[1] ?? "webm";
}

const SENTENCES: Readonly<Record<string, string>> = {
  NotAllowedError:
    "This page may not use the microphone: allow it in the browser's settings of this site, then press Record again.",
  NotFoundError: "No microphone was found: connect one, then press Record again.",
  NotReadableError:
    "The microphone cannot be read: end other programs that use it, then press Record again.",
  SecurityError: "Browsers let pages use the microphone over HTTPS and on localhost only.",
};

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return SENTENCES[error.name] ?? `Nothing can be recorded: ${error.message}`;
}
