/** What the command uses of newer versions of Node, for Node 20. */

URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);

Promise.withResolvers ??= () => {
  let settle;
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
};

Array.fromAsync ??= async (items, map = (item) => item) => {
  const all = [];
  for await (const item of items) all.push(await map(item, all.length));
  return all;
};
