#!/usr/bin/env bash
# Holds the binary to its budget. Usage: scripts/size.sh STRIPPED UNSTRIPPED
#
# The EC2 client has some 800 methods. One of them in an interface makes the
# linker keep them all and triples the binary, so both are watched.
set -euo pipefail
limit=$((21250 * 1000))
size=$(wc -c <"$1")
methods=$(go tool nm "$2" | grep -c 'service/ec2\.(\*Client)\.[A-Z]' || true)
printf 'stripped binary: %d bytes (limit %d); EC2 client methods linked: %d (limit 120)\n' "$size" "$limit" "$methods"
[ "$size" -lt "$limit" ] && [ "$methods" -gt 0 ] && [ "$methods" -lt 120 ]
