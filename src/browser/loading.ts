/** Progress of loading a pack. */
import type { Blob as PackBlob } from "../model/pack/manifest.ts";
import type { Store } from "../store/store.ts";

/** Told how many bytes of some blobs have been read, and how many they have. */
export type LoadingReport = (loadedBytes: number, totalBytes: number) => void;

/** Watches a store of packs being read. */
export interface LoadingWatch {
  /** Fetches as `fetch` does and counts the bytes of blobs while they come. */
  fetch(url: URL, init: RequestInit): Promise<Response>;
  /** The store, whose blobs count as loaded once they were read, from wherever. */
  watched(store: Store): Store;
  /** Reports on these blobs, whenever one of them is read, until the function that is returned is called. */
  report(blobs: readonly PackBlob[], report: LoadingReport): () => void;
}

/** Begins with nothing read. */
export function watchLoading(): LoadingWatch {
  const loadedBytes = new Map<string, number>();
  const listeners = new Set<(key: string) => void>();

  const count = (key: string, bytes: number) => {
    loadedBytes.set(key, bytes);
    for (const listener of listeners) listener(key);
  };

  return {
    async fetch(url, init) {
      const response = await fetch(url, init);
      const [key] = /blobs\/[^/]+$/.exec(url.pathname) ?? [];
      if (key === undefined || response.body === null || !response.ok) return response;
      const counted = response.body.pipeThrough(countingStream((bytes) => count(key, bytes)));
      return new Response(counted, response);
    },
    watched: (store) => ({
      ...store,
      async get(key) {
        const bytes = await store.get(key);
        if (bytes !== null) count(key, bytes.length);
        return bytes;
      },
    }),
    report(blobs, report) {
      const keys = new Set(blobs.map(({ key }) => key));
      const totalBytes = sum(blobs.map(({ bytes }) => bytes));
      const listener = (key: string) => {
        if (!keys.has(key)) return;
        report(sum([...keys].map((known) => loadedBytes.get(known) ?? 0)), totalBytes);
      };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Passes bytes on and tells after each piece how many there have been. */
function countingStream(count: (bytes: number) => void) {
  let bytes = 0;
  return new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, controller) {
      bytes += piece.length;
      count(bytes);
      controller.enqueue(piece);
    },
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
