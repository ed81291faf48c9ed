#!/usr/bin/env bash
# Reads and audits random accounts under random faults, with the race detector: each
# group that the endpoint served is in the report or in a gap, nothing hangs, and no
# goroutine or file is left. The faults are those of fixtures/faults.
#
#   scripts/faults.sh [MINUTES]   (10 without a number)
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-10}
half=$((minutes * 30))s
run() { # PACKAGE TESTS
	go test -race -count=1 -timeout $((minutes + 20))m -v "./$1" -run "^($2)\$" -soak-for "$half" >"$log" || {
		grep -v '^ *--- PASS\|^=== ' "$log" | tail -n 60
		exit 1
	}
	grep -E '^ +[a-z_]+_test.go.*(runs with|exit codes)|^ok' "$log"
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run awsclient 'TestSoak'
run cli 'TestRandomFaults|TestNoConnection|TestConnectionLostMidway'
