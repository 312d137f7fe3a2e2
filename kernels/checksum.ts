/** XXH64 of bytes that come in pieces (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */

const PRIME_1: u64 = ((<u64>0x9e3779b1) << 32) | 0x85ebca87;
const PRIME_2: u64 = ((<u64>0xc2b2ae3d) << 32) | 0x27d4eb4f;
const PRIME_3: u64 = ((<u64>0x165667b1) << 32) | 0x9e3779f9;
const PRIME_4: u64 = ((<u64>0x85ebca77) << 32) | 0xc2b2ae63;
const PRIME_5: u64 = ((<u64>0x27d4eb2f) << 32) | 0x165667c5;

/** Bytes that the four lanes take in one step. */
const STRIPE: usize = 32;

/** Sets the four lanes at `state` (32 bytes) to those of nothing, seed 0. */
export function beginChecksum(state: usize): void {
  store<u64>(state, PRIME_1 + PRIME_2);
  store<u64>(state, PRIME_2, 8);
  store<u64>(state, 0, 16);
  store<u64>(state, 0 - PRIME_1, 24);
}

/** Takes the whole stripes of `byteCount` bytes at `bytes`. */
export function addStripes(state: usize, bytes: usize, byteCount: usize): void {
  let lane0 = load<u64>(state);
  let lane1 = load<u64>(state, 8);
  let lane2 = load<u64>(state, 16);
  let lane3 = load<u64>(state, 24);
  const end = bytes + (byteCount & ~(STRIPE - 1));
  for (let at = bytes; at < end; at += STRIPE) {
    lane0 = round(lane0, load<u64>(at));
    lane1 = round(lane1, load<u64>(at, 8));
    lane2 = round(lane2, load<u64>(at, 16));
    lane3 = round(lane3, load<u64>(at, 24));
  }
  store<u64>(state, lane0);
  store<u64>(state, lane1, 8);
  store<u64>(state, lane2, 16);
  store<u64>(state, lane3, 24);
}

/** Stores at `state` the checksum of `totalCount` bytes, the last `totalCount` mod 32 of which are at `rest`. */
export function endChecksum(state: usize, rest: usize, totalCount: usize): void {
  let sum = totalCount < STRIPE ? PRIME_5 : joinedLanes(state);
  sum += <u64>totalCount;
  const end = rest + (totalCount & (STRIPE - 1));
  let at = rest;
  for (; at + 8 <= end; at += 8) {
    sum = rotl<u64>(sum ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  }
  if (at + 4 <= end) {
    sum = rotl<u64>(sum ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; at++) sum = rotl<u64>(sum ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
  sum = (sum ^ (sum >> 33)) * PRIME_2;
  sum = (sum ^ (sum >> 29)) * PRIME_3;
  store<u64>(state, sum ^ (sum >> 32));
}

function joinedLanes(state: usize): u64 {
  let sum =
    rotl<u64>(load<u64>(state), 1) +
    rotl<u64>(load<u64>(state, 8), 7) +
    rotl<u64>(load<u64>(state, 16), 12) +
    rotl<u64>(load<u64>(state, 24), 18);
  for (let offset: usize = 0; offset < STRIPE; offset += 8) {
    sum = (sum ^ round(0, load<u64>(state + offset))) * PRIME_1 + PRIME_4;
  }
  return sum;
}

function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * PRIME_2, 31) * PRIME_1;
}
