#!/usr/bin/env bash
# Looks for code that compiles and should not stay: staticcheck with every check
# (staticcheck.conf), unreachable functions, parameters and results without use,
# and functions that are hard to follow. The tools are pinned in tools/go.mod.
set -uo pipefail
cd "$(dirname "$0")/.."

# tool TOOL ARGUMENTS...: prints what a tool finds, and its errors. What go prints while it
# downloads and compiles the tool is not in it.
tool() {
	local program
	program=$(go tool -modfile=tools/go.mod -n "$1") || { echo "$1 cannot be compiled"; return; }
	GOFLAGS=${flags-$(go env GOFLAGS)} "$program" "${@:2}" 2>&1
}
failed=0
report() { # WHAT TEXT: fails where there is text
	[ -z "$2" ] && return
	printf '%s:\n%s\n' "$1" "$2"
	failed=1
}

# staticcheck and unparam read packages that are compiled: with -race, as the tests compile
# them. The tools themselves are compiled without it, so that they run faster.
compiled() { flags="$(go env GOFLAGS) -race" tool "$@"; } # TOOL ARGUMENTS...
report "staticcheck" "$(compiled staticcheck ./...)"

# Unreachable even from tests, then from the program and the bench alone. Only
# tests call facts, and of fixtures the faults, how often a test repeats, what writes an estate down, where a statement
# stands, and the answers that are none; a Part is decoded by reflection, which
# deadcode does not follow.
report "deadcode -test" "$(tool deadcode -test ./...)"
report "deadcode" "$(tool deadcode ./... | grep -Ev '^facts/|^fixtures/faults/|^fixtures/objects/|^fixtures/repeat/|^fixtures/notation/format\.go:|unreachable func: (Estate\.Line|NonAnswers|Part\.UnmarshalJSON)$')"

report "unparam" "$(compiled unparam ./...)"

# Tests are left out: a test that goes through seeds, regions, groups and rules
# is long and still read from top to bottom.
complex=$(tool gocognit -over 25 -test=false -f '{{.PkgName}} {{.FuncName}}' . | grep -v '^gocognit: note: ' | sort)
allowed=$(grep -v '^#' .ci/complex.txt | sort)
report "over a cognitive complexity of 25: split it, or say why not in a comment and add it to .ci/complex.txt" "$(comm -23 <(echo "$complex") <(echo "$allowed"))"
report "in .ci/complex.txt, and not over 25 (any more): take it off the list" "$(comm -13 <(echo "$complex") <(echo "$allowed"))"

exit $failed
