import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAllocator } from "../../../../src/model/backend/wasm/allocator.ts";

/** An allocator over so many bytes, which it may have only as they are needed. */
function boundedAllocator(maxBytes: number) {
  let end = 0;
  const allocator = createAllocator(
    () => end,
    (bytes) => {
      if (bytes > maxBytes) return false;
      end = bytes;
      return true;
    },
  );
  return { ...allocator, end: () => end };
}

/** Allocations of so many bytes, and frees of one of those that live. */
const anySteps = fc.array(
  fc.oneof(
    fc.record({ allocate: fc.integer({ min: 0, max: 1000 }) }),
    fc.record({ free: fc.nat({ max: 99 }) }),
  ),
  { maxLength: 200 },
);

describe("the allocator", () => {
  it("gives aligned addresses that do not overlap, within what there is", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const allocator = boundedAllocator(20_480);
        const live: { address: number; bytes: number }[] = [];
        for (const step of steps) {
          if ("free" in step) {
            const [freed] = live.splice(step.free % Math.max(1, live.length), 1);
            if (freed !== undefined) allocator.free(freed.address);
            continue;
          }
          const address = allocator.allocate(step.allocate);
          if (address === 0) continue;
          expect(address % 64).toBe(0);
          expect(address + step.allocate).toBeLessThanOrEqual(allocator.end());
          for (const other of live) {
            const isApart =
              address + Math.max(1, step.allocate) <= other.address ||
              other.address + Math.max(1, other.bytes) <= address;
            expect(isApart).toBe(true);
          }
          live.push({ address, bytes: step.allocate });
        }
        for (const { address } of live) allocator.free(address);
        // All of it is one piece again.
        expect(allocator.allocate(20_480 - 64)).toBe(64);
      }),
    );
  });

  it("fills a gap before it asks for more", () => {
    const allocator = boundedAllocator(10_000);
    const [first, second, third] = [640, 640, 640].map((bytes) => allocator.allocate(bytes));
    const end = allocator.end();
    allocator.free(second as number);
    expect(allocator.allocate(320)).toBe(second);
    expect(allocator.allocate(320)).toBe((second as number) + 320);
    expect(allocator.end()).toBe(end);
    expect([first, third]).toEqual([64, 64 + 1280]);
  });

  it("gives 0 for what does not fit, and goes on", () => {
    const allocator = boundedAllocator(1000);
    expect(allocator.allocate(1000)).toBe(0);
    expect(allocator.allocate(500)).toBe(64);
  });

  it("refuses to free what was not allocated, or twice", () => {
    const allocator = boundedAllocator(1000);
    const address = allocator.allocate(10);
    allocator.free(address);
    expect(() => allocator.free(address)).toThrow(/nothing was allocated/);
  });
});
