/** Groups clients by their addresses. */

/** ::ffff:0:0/96, IPv4 in IPv6, as URLs write it. */
const MAPPED_IPV4 = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/;
/** Of the eight groups of an IPv6 address: one customer has a /64 at least (RFC 6177). */
const NETWORK_GROUPS = 4;

/** The network of an address: an IPv4 address itself, the /64 of an IPv6 address, anything else as it is written. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [withoutZone = ""] = address.split("%");
  const host = URL.parse(`http://[${withoutZone}]/`)?.hostname ?? "";
  const mapped = MAPPED_IPV4.exec(host);
  if (mapped !== null) return ipv4Of(mapped.slice(1) as [string, string]);
  return host === "" ? address : `${groupsOf(host).slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

function ipv4Of(halves: readonly [string, string]): string {
  const numbers = halves.map((half) => Number.parseInt(half, 16));
  return numbers.flatMap((number) => [number >> 8, number & 255]).join(".");
}

/** The groups of `[…]`, with zeros where `::` leaves them out. */
function groupsOf(host: string): string[] {
  const [head = "", tail] = host.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":") : [];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  return [...before, ...(tail === undefined ? [] : zeros), ...after];
}
