/** What a door is: a way by which clips come in. */

/** A clip that is sent through every door. */
export interface DoorClip {
  /** Unique. */
  readonly name: string;
  /** The file name's ending, without a dot. */
  readonly extension: string;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What is known of a clip and of what was computed, the same at every door. */
export interface ClipAnswer {
  /** The block `audio` of answers in JSON. */
  readonly audio: AudioBlock;
  readonly frames: number;
  /** The last hidden state, [frames, width]: base64 of little-endian float32. */
  readonly numbers: string;
}

/** The members of `audio` that are looked at by themselves. */
export interface AudioBlock {
  readonly container: string;
  readonly codec: string;
  readonly sample_rate_hz: number;
  readonly channels: number;
  readonly seconds: number;
  readonly warnings: readonly { readonly code: string }[];
}

/** Why a clip was not read. */
export interface ClipRefusal {
  readonly slug: string;
  readonly detail: string;
}

export type Outcome = ClipAnswer | ClipRefusal;

/** A door that stands open. */
export interface Door {
  /** What becomes of each clip, in their order; how many are sent at once is the door's own business. */
  sendAll(clips: readonly DoorClip[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** A door by name. */
export interface DoorEntry {
  readonly name: string;
  open(): Promise<Door>;
  /** Why it cannot be opened on this machine; null where it can. */
  readonly missing?: string | null;
}

/** A door that takes one clip after the other. */
export function oneByOne(
  send: (clip: DoorClip) => Promise<Outcome>,
  close: () => Promise<void>,
): Door {
  return {
    async sendAll(clips) {
      const outcomes: Outcome[] = [];
      for (const clip of clips) outcomes.push(await send(clip));
      return outcomes;
    },
    close,
  };
}

/** Something that several doors lead into: made for the first that opens, stopped once the last is closed. */
export function shared<Host extends { stop(): Promise<void> }>(start: () => Promise<Host>) {
  let host: Promise<Host> | undefined;
  let users = 0;
  return {
    async take(): Promise<Host> {
      users++;
      host ??= start();
      return host;
    },
    async leave(): Promise<void> {
      users--;
      if (users > 0) return;
      const left = host;
      host = undefined;
      await (await left)?.stop();
    },
  };
}
