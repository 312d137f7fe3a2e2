#!/usr/bin/env bash
# Makes the folder $1 a root file system as images of Node have it: Debian, this project's Node, npm and a user `node`. It stands
# in for NODE_IMAGE where no registry of images can be reached.
set -euo pipefail
root=$1
repository=$(cd "$(dirname "$0")/../.." && pwd)

debootstrap --variant=minbase --include=ca-certificates bookworm "$root" http://deb.debian.org/debian >/dev/null
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
chroot "$root" groupadd --gid 1000 node
chroot "$root" useradd --uid 1000 --gid node --create-home --shell /bin/bash node

cp "$repository/node_modules/node/bin/node" "$root/usr/local/bin/node"
modules=$root/usr/local/lib/node_modules
mkdir -p "$modules/npm"
packed=$(cd "$(dirname "$root")" && npm pack --silent npm@11)
tar -xzf "$(dirname "$root")/$packed" --strip-components=1 -C "$modules/npm"
chmod +x "$modules"/npm/bin/*.js
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
