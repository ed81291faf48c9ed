#!/usr/bin/env bash
# Installs a release of sgaudit after it was verified. Usage: install.sh VERSION FOLDER
# VERSION is like 1.2.3. Where the GitHub CLI is there, the origin of the archive is
# verified too (a provenance attestation of the release's workflow).
set -euo pipefail
version=${1#v}
folder=$2
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "sgaudit: $version is not a version like 1.2.3" >&2; exit 2; }
case $(uname -s) in Linux) system=linux ;; Darwin) system=darwin ;; *) echo "sgaudit: install.sh knows Linux and macOS" >&2; exit 2 ;; esac
case $(uname -m) in x86_64 | amd64) arch=amd64 ;; aarch64 | arm64) arch=arm64 ;; *) echo "sgaudit: there is no release for $(uname -m)" >&2; exit 2 ;; esac
from=${SGAUDIT_RELEASES:-https://github.com/sgaudit/sgaudit/releases/download}/v$version
archive=sgaudit_${version}_${system}_$arch.tar.gz

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
cd "$work"
curl --fail --silent --show-error --location --remote-name "$from/$archive" --remote-name "$from/checksums.txt"
grep -F "  $archive" checksums.txt >wanted || { echo "sgaudit: checksums.txt of v$version does not name $archive" >&2; exit 1; }
if command -v sha256sum >/dev/null; then sha256sum --check --quiet wanted; else shasum -a 256 --check --quiet wanted; fi
if command -v gh >/dev/null && [ -n "${GH_TOKEN:-}" ]; then
	gh attestation verify "$archive" --repo sgaudit/sgaudit
fi
tar xzf "$archive" sgaudit
mkdir -p "$folder"
install -m 755 sgaudit "$folder/sgaudit"
"$folder/sgaudit" version
