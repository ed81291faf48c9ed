#!/usr/bin/env bash
# Builds the static binary that is released. Usage: scripts/build.sh OUTPUT [LINKER-FLAGS]
# Without linker flags of its own it leaves the symbols out (-s -w).
#
# Left out: urfave/cli's generator of man pages, and HTTP/2, which the EC2
# endpoints do not speak. The SDK's generated code is built without inlining,
# which saves 0.7 MB; it spends its time waiting for the network. So are the codecs
# that the Parquet library brings and sgaudit does not use: 0.2 MB, and what reads configuration
# files, the command line and types of Terraform, and x/text: 0.2 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
CGO_ENABLED=0 exec go build -trimpath \
	-tags urfave_cli_no_docs,nethttpomithttp2 \
	-gcflags='github.com/aws/...=-l' -gcflags='google.golang.org/protobuf/...=-l' \
	-gcflags='github.com/andybalholm/...=-l' -gcflags='github.com/pierrec/...=-l' -gcflags='github.com/twpayne/...=-l' \
	-gcflags='go.yaml.in/...=-l' -gcflags='github.com/urfave/...=-l' -gcflags='golang.org/x/text/...=-l' \
	-gcflags='github.com/zclconf/...=-l' -gcflags='github.com/hashicorp/...=-l' \
	-ldflags="${2--s -w}" -o "$1" .
