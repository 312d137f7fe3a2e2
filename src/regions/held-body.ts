/** Request bodies that are held while they are sent on, so that they can be sent to another region. */

/** A body on its way. */
export interface HeldBody {
  /** True if `stream` may be called again: all that has come is still held. */
  readonly isHeld: boolean;
  /** The body from its start; a stream that was given before ends. */
  stream(): ReadableStream<Uint8Array> | null;
  /** It will not be sent again: what has come is let go, and counts no more. */
  release(): void;
}

/** Bounds of what is held. */
export interface HoldLimits {
  /** Of one body. */
  readonly maxBytes: number;
  /** Of all bodies together. */
  readonly maxTotalBytes: number;
}

/** Counts the bytes of one body among those of all. */
interface Share {
  readonly isHeld: boolean;
  add(bytes: number): void;
  letGo(): void;
}

/** Makes holders that share `maxTotalBytes`. A body is held as it comes until that or `maxBytes` is reached; from then on it is only passed on. */
export function createBodyHolder(limits: HoldLimits) {
  const beginShare = createShares(limits);
  return (request: Request): HeldBody => {
    const { body } = request;
    if (body === null) return { isHeld: true, stream: () => null, release() {} };
    const isTooLong = Number(request.headers.get("Content-Length") ?? 0) > limits.maxBytes;
    if (isTooLong) return { isHeld: false, stream: () => body, release() {} };
    const share = beginShare();
    return {
      get isHeld() {
        return share.isHeld;
      },
      stream: replayed(body, share),
      release: share.letGo,
    };
  };
}

function createShares({ maxBytes, maxTotalBytes }: HoldLimits): () => Share {
  let totalBytes = 0;
  return () => {
    let isHeld = true;
    let ownBytes = 0;
    const letGo = () => {
      isHeld = false;
      totalBytes -= ownBytes;
      ownBytes = 0;
    };
    return {
      get isHeld() {
        return isHeld;
      },
      add(bytes) {
        if (!isHeld) return;
        ownBytes += bytes;
        totalBytes += bytes;
        if (ownBytes > maxBytes || totalBytes > maxTotalBytes) letGo();
      },
      letGo,
    };
  };
}

/** Makes streams that each begin with what is held, and then read on; only the newest goes on. */
function replayed(body: ReadableStream<Uint8Array>, share: Share) {
  const reader = body.getReader();
  /** Those from `first` on; `null` for the end. */
  const chunks: (Uint8Array | null)[] = [];
  let first = 0;
  let reading: Promise<void> | null = null;
  let newest = 0;

  const readOn = async () => {
    const { done, value } = await reader.read();
    chunks.push(done ? null : value);
    if (!done) share.add(value.length);
  };
  const chunkAt = async (index: number): Promise<Uint8Array | null> => {
    while (index - first >= chunks.length) {
      reading ??= readOn().finally(() => {
        reading = null;
      });
      await reading;
    }
    return chunks[index - first] as Uint8Array | null;
  };
  const forgetUpTo = (index: number) => {
    if (!share.isHeld) first += chunks.splice(0, index + 1 - first).length;
  };

  return (): ReadableStream<Uint8Array> => {
    const mine = ++newest;
    let next = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const chunk = mine === newest ? await chunkAt(next) : null;
      if (mine !== newest || chunk === null) return controller.close();
      forgetUpTo(next++);
      controller.enqueue(chunk);
    };
    return new ReadableStream({ pull }, { highWaterMark: 0 });
  };
}
