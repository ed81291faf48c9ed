#!/usr/bin/env bash
# Builds the container image without a daemon, and tries it: as another user than
# root, with a root file system that cannot be written, without a network.
# Usage: scripts/container.sh [BINARY]. Needs buildah, and root on most machines.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'buildah rm "${container:-none}" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
if [ "${1:-}" ]; then cp "$1" "$work/sgaudit"; else scripts/build.sh "$work/sgaudit"; fi
chmod 755 "$work/sgaudit"
certificates=/etc/ssl/certs/ca-certificates.crt
cp "${SSL_CERT_FILE:-$certificates}" "$work/ca-certificates.crt"
cp deploy/container/Dockerfile "$work"

export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah build --quiet --timestamp "$(git log -1 --format=%ct)" --tag localhost/sgaudit "$work" >/dev/null
echo "image: $(buildah inspect --type image --format '{{.FromImageDigest}}, user {{.OCIv1.Config.User}}, entry point {{.OCIv1.Config.Entrypoint}}' localhost/sgaudit)"
container=$(buildah from localhost/sgaudit)
buildah run "$container" /sgaudit version
buildah run "$container" /sgaudit demo --quiet >"$work/demo.txt"
head -n 3 "$work/demo.txt"
