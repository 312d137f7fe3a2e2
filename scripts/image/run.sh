#!/usr/bin/env bash
# Runs "$4…" as the service of ops/compose.yml runs: run.sh ROOT CONFIG DATA COMMAND…, in a mount namespace of its own (unshare).
# ROOT is read-only, DATA is the volume; user, folder and variables are of the image's CONFIG (JSON), PORT and API_KEY of this
# environment.
set -euo pipefail
root=$1 config=$2 data=$3
shift 3
mapfile -t variables < <(node -p 'JSON.parse(process.argv[1]).Env.join("\n")' "$config")
user=$(node -p 'JSON.parse(process.argv[1]).User' "$config")
folder=$(node -p 'JSON.parse(process.argv[1]).WorkingDir' "$config")

mount --bind "$root" "$root"
mount --options remount,bind,ro "$root"
mount --bind "$data" "$root/data"
mount --types tmpfs tmpfs "$root/tmp"
mount --types proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# No capabilities, and none to be had.
exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \
  env --ignore-environment --chdir "$folder" "${variables[@]}" "PORT=$PORT" "API_KEY=$API_KEY" "$@"
