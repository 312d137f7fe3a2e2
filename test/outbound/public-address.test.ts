import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublicAddress } from "../../src/outbound/public-address.ts";

describe("isPublicAddress", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2001:200::1",
    "2a00:1450:4001::200e",
  ])("takes %s, which the internet routes", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(["", "audio.undertone.dev", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.1.1.1", "1.1.1.1 "])(
    "refuses '%s', which is no address",
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );

  it("refuses an address with a zone", () => {
    expect(isPublicAddress("fe80::1%eth0")).toBe(false);
  });

  it("refuses exactly the addresses of the IANA registry's blocks", () => {
    const registry = new BlockList();
    for (const [block, bits] of IANA_IPV4_BLOCKS) registry.addSubnet(block, bits, "ipv4");
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(address)).toBe(!registry.check(address, "ipv4"));
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses every IPv6 address outside the block of global unicast", () => {
    const unicast = new BlockList();
    unicast.addSubnet("2000::", 3, "ipv6");
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        fc.pre(!unicast.check(address, "ipv6"));
        expect(isPublicAddress(address)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

const IANA_IPV4_BLOCKS: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
