#!/usr/bin/env bash
# Builds the container image without a daemon, and tries it as another user than root.
# The same with the image for AWS Lambda, which is invoked by a stand-in for the runtime
# API (scripts/invoke.py). Usage: scripts/container.sh [BINARY]. Needs buildah, and root on
# most machines.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'buildah rm "${container:-none}" "${lambda:-none}" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
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

# The command of deploy/lambda/README.md, as on a machine where Go builds for macOS.
grep -E '^    .*go build ' deploy/lambda/README.md | sed "s#image/#$work/#" >"$work/command"
GOOS=darwin GOARCH=arm64 bash -euo pipefail "$work/command"
rm "$work/command"
cp deploy/lambda/Dockerfile "$work"
buildah build --quiet --timestamp "$(git log -1 --format=%ct)" --tag localhost/sgaudit-lambda "$work" >/dev/null
echo "image for Lambda: $(buildah inspect --type image --format '{{.FromImageDigest}}, entry point {{.OCIv1.Config.Entrypoint}}' localhost/sgaudit-lambda)"
lambda=$(buildah from localhost/sgaudit-lambda)
python3 scripts/invoke.py "$work/sgaudit" "$lambda"
