#!/usr/bin/env bash
# Builds the image of ops/Dockerfile by buildah from a clone of the last commit, starts it with a read-only root, and prints its
# size and how long it takes to be ready. For root on Debian, some minutes:
#
#     scripts/check-image.sh                                       # on a base that debootstrap makes
#     NODE_IMAGE=docker.io/library/node:24-bookworm-slim scripts/check-image.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/node_modules/.bin:$PATH

needed=(buildah curl node npm openssl setpriv unshare)
[[ -n ${NODE_IMAGE:-} ]] || needed+=(debootstrap)
for program in "${needed[@]}"; do
  command -v "$program" >/dev/null || { echo "skipped: $program is missing (apt-get install buildah debootstrap)"; exit 0; }
done
((EUID == 0)) || { echo "skipped: only root may mount the image"; exit 0; }

work=$(mktemp -d)
server=
clean_up() {
  [[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
  storage rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
storage() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs --log-level error "$@"; }
fail() { echo "failed: $*" >&2; exit 1; }
now() { date +%s%N; }
seconds_since() { printf '%d.%02d' $((($(now) - $1) / 1000000000)) $((($(now) - $1) / 10000000 % 100)); }
megabytes_of() { du --summarize --apparent-size --block-size=1000000 "$1" | cut -f 1; }

if [[ -z ${NODE_IMAGE:-} ]]; then
  scripts/image/base.sh "$work/base"
  container=$(storage from scratch)
  storage add --quiet "$container" "$work/base" / >/dev/null
  storage config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  storage commit --quiet --rm "$container" node-base >/dev/null
  rm -rf "$work/base"
  NODE_IMAGE=localhost/node-base
fi

# npm in the image asks the registry that npm asks here.
echo "registry=$(npm config get registry)" >"$work/npmrc"
volumes=(--volume "$work/npmrc:/usr/local/etc/npmrc:ro")
if [[ -n ${NODE_EXTRA_CA_CERTS:-} ]]; then
  echo "cafile=/etc/npm-ca.crt" >>"$work/npmrc"
  volumes+=(--volume "$NODE_EXTRA_CA_CERTS:/etc/npm-ca.crt:ro")
fi
git clone --quiet --depth 1 "file://$PWD" "$work/clone"
storage bud --quiet --isolation chroot --format docker --build-arg "NODE_IMAGE=$NODE_IMAGE" "${volumes[@]}" \
  --file "$work/clone/ops/Dockerfile" --tag undertone "$work/clone" >"$work/build.log" 2>&1 ||
  { tail -40 "$work/build.log" >&2; fail "the image cannot be built"; }

base=$(storage mount "$(storage from "$NODE_IMAGE")")
root=$(storage mount "$(storage from undertone)")
echo "size: $(megabytes_of "$root") MB, of which the base has $(megabytes_of "$base") MB"
config=$(storage inspect --type image undertone | node -p 'JSON.stringify(JSON.parse(require("node:fs").readFileSync(0)).Docker.config)')
mapfile -t command < <(node -p 'JSON.parse(process.argv[1]).Cmd.join("\n")' "$config")
mapfile -t health < <(node -p 'JSON.parse(process.argv[1]).Healthcheck.Test.slice(1).join("\n")' "$config")

# A new volume begins with what the image has there, and has its owner.
cp --archive "$root/data" "$work/data"
PORT=$(node -e 'const s = require("node:net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
API_KEY=ut_$(openssl rand -hex 6)_$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')
export PORT API_KEY
in_image=(unshare --mount scripts/image/run.sh "$root" "$config" "$work/data")
[[ $("${in_image[@]}" id --user) == 1000 ]] || fail "the image's user is not node"
! "${in_image[@]}" touch /home/node/written 2>/dev/null || fail "the root can be written to"

transcribe() { curl --silent --data-binary @docs/example.wav "$@" "http://127.0.0.1:$PORT/v1/transcriptions"; }
for start in "a new volume" "an empty folder"; do
  [[ $start == "a new volume" ]] || find "$work/data" -mindepth 1 -delete
  began=$(now)
  "${in_image[@]}" "${command[@]}" >"$work/server.log" 2>&1 &
  server=$!
  until curl --silent --fail --output /dev/null "http://127.0.0.1:$PORT/readyz"; do
    kill -0 "$server" 2>/dev/null || { tail "$work/server.log" >&2; fail "the server has ended"; }
    sleep 0.2
  done
  ready=$(seconds_since "$began")
  [[ $(transcribe --header "Authorization: Bearer $API_KEY") == *'"text":"THREE ONE FOUR ONE FIVE NINE"'* ]] || fail "the first clip"
  echo "$start: ready after $ready s, the first clip answered after $(seconds_since "$began") s"
  [[ $(transcribe --output /dev/null --write-out '%{http_code}') == 401 ]] || fail "a clip without a key is not refused"
  "${in_image[@]}" "${health[@]}" || fail "the health check"
  kill -TERM "$server"
  wait "$server" || fail "the server ended with $?"
  server=
done
! "${in_image[@]}" "${health[@]}" || fail "the health check of no server"
echo "on $(nproc) processors:$(sed -n 's/^model name.*://p' /proc/cpuinfo | head -1)"
