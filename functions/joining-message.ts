/** A request whose body's chunks are joined as they are parsed: Node makes a piece of each, were it of one byte. */
import { IncomingMessage } from "node:http";

const JOINED_BYTES = 16_384;
/** Larger chunks are passed on as they are. */
const SMALL_CHUNK_BYTES = 4096;
/** Copying byte by byte is faster than `set` for fewer. */
const FEW_BYTES = 32;
/** The app refuses such a body earlier; this one is read by nobody, and costs the parser too much. */
const MAX_SMALL_CHUNKS = 262_144;
const MIN_AVERAGE_BYTES = 64;

/** For `IncomingMessage` of `http.createServer`. Chunks that come in one turn of the event loop are joined, up to 16 kB. */
export class JoiningMessage extends IncomingMessage {
  /** The body's chunks so far. */
  pieces = 0;
  #bytes = 0;
  #joined: Buffer<ArrayBuffer> | null = null;
  #filled = 0;
  #isScheduled = false;

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (chunk === null) {
      this.#passOn();
      return super.push(null);
    }
    this.pieces++;
    this.#bytes += chunk.length;
    if (this.pieces > MAX_SMALL_CHUNKS && this.#bytes < this.pieces * MIN_AVERAGE_BYTES) {
      this.destroy();
      return false;
    }
    if (chunk.length >= SMALL_CHUNK_BYTES) {
      this.#passOn();
      return super.push(chunk, encoding);
    }
    if (this.#filled + chunk.length > JOINED_BYTES) this.#passOn();
    this.#append(chunk);
    return this.readableLength + this.#filled < this.readableHighWaterMark;
  }

  #append(chunk: Buffer): void {
    this.#joined ??= Buffer.allocUnsafeSlow(JOINED_BYTES);
    if (chunk.length > FEW_BYTES) this.#joined.set(chunk, this.#filled);
    else {
      for (let index = 0; index < chunk.length; index++) {
        this.#joined[this.#filled + index] = chunk[index] as number;
      }
    }
    this.#filled += chunk.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#passOn();
    });
  }

  #passOn(): void {
    if (this.#joined === null) return;
    const bytes = this.#joined.subarray(0, this.#filled);
    this.#joined = null;
    this.#filled = 0;
    if (!this.destroyed) super.push(bytes);
  }
}
