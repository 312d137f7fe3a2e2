/** Recognises addresses of the public internet. */
import { convertIPv4ToBinary, convertIPv6ToBinary, distinctRemoteAddr } from "hono/utils/ipaddr";

/** The blocks of the IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast, and the metadata address of one cloud. */
const NOT_PUBLIC_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  // Azure's host agent answers virtual machines here.
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
].map(ipv4Range);

/** The only block that global unicast addresses are given out from (RFC 4291 §2.4); mapped and NAT64 ones lie outside. */
const GLOBAL_UNICAST_IPV6 = ipv6Range("2000::/3");

/** Exceptions within that block: protocol assignments with Teredo, documentation, 6to4. */
const NOT_PUBLIC_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].map(ipv6Range);

/** A block of addresses: those that are `prefix` once `hostBits` are shifted out. */
interface AddressRange {
  readonly prefix: bigint;
  readonly hostBits: bigint;
}

/**
 * True if `address`, an IPv4 or IPv6 address in its usual text form, is globally reachable unicast: not private,
 * loopback, link-local, shared (CGNAT), multicast, reserved, documentation, nor an IPv6 form that leads to an IPv4 one
 * (mapped, compatible, 6to4, NAT64, Teredo). Text that is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  const isIpv6 = distinctRemoteAddr(address) === "IPv6";
  try {
    return isIpv6
      ? isPublicIpv6(convertIPv6ToBinary(address))
      : !NOT_PUBLIC_IPV4.some((range) => contains(range, convertIPv4ToBinary(address)));
  } catch {
    return false;
  }
}

function isPublicIpv6(address: bigint): boolean {
  return (
    contains(GLOBAL_UNICAST_IPV6, address) &&
    !NOT_PUBLIC_IPV6.some((range) => contains(range, address))
  );
}

function contains({ prefix, hostBits }: AddressRange, address: bigint): boolean {
  return address >> hostBits === prefix;
}

function ipv4Range(cidr: string): AddressRange {
  return rangeOf(cidr, convertIPv4ToBinary, 32);
}

function ipv6Range(cidr: string): AddressRange {
  return rangeOf(cidr, convertIPv6ToBinary, 128);
}

function rangeOf(cidr: string, parse: (address: string) => bigint, bits: number): AddressRange {
  const [address = "", prefixBits = ""] = cidr.split("/");
  const hostBits = BigInt(bits - Number(prefixBits));
  return { prefix: parse(address) >> hostBits, hostBits };
}
