#!/usr/bin/env bash
# Tries what pipelines run, on this machine: the installation from a folder of releases,
# the audit with its reports and exit codes, the job of the template and the steps of the
# action as their runners run them (jobs.py), and the workflows by actionlint.
# Usage: scripts/pipelines.sh BINARY
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=$(realpath "$1")
here=$root/deploy/pipelines
check() { # WHAT COMMAND...
	local what=$1
	shift
	"$@" || { echo "FAILED: $what"; exit 1; }
	echo "ok: $what"
}
code() { # COMMAND...: prints its exit code
	local code=0
	"$@" >"$work/said" 2>&1 || code=$?
	echo "$code"
}

# A release as install.sh expects it.
system=$(uname -s | tr '[:upper:]' '[:lower:]')
case $(uname -m) in x86_64) arch=amd64 ;; *) arch=arm64 ;; esac
mkdir -p "$work/releases/v1.2.3" "$work/bin"
cp "$program" "$work/bin/sgaudit"
tar czf "$work/releases/v1.2.3/sgaudit_1.2.3_${system}_$arch.tar.gz" -C "$work/bin" sgaudit
(cd "$work/releases/v1.2.3" && sha256sum ./*.tar.gz | sed 's#\./##' >checksums.txt)
export SGAUDIT_RELEASES=file://$work/releases
unset GH_TOKEN GITHUB_TOKEN
check "a release is installed" test "$(code "$here/install.sh" v1.2.3 "$work/installed")" = 0
check "a folder may be relative" test "$(cd "$work" && code "$here/install.sh" 1.2.3 relative)" = 0
check "and has the program" test -x "$work/relative/sgaudit"
check "what is no version is refused" test "$(code "$here/install.sh" '1.2.3;x' "$work/other")" = 2
echo more >>"$work/releases/v1.2.3/sgaudit_1.2.3_${system}_$arch.tar.gz"
check "a changed archive is refused" test "$(code "$here/install.sh" 1.2.3 "$work/other")" != 0
check "nothing of it was installed" test ! -e "$work/other/sgaudit"

# The audit. Go keeps what it compiled and downloaded, in the folders of the real HOME.
GOCACHE=$(go env GOCACHE) GOMODCACHE=$(go env GOMODCACHE)
export GOCACHE GOMODCACHE
export PATH=$work/installed:$PATH HOME=$work AWS_EC2_METADATA_DISABLED=true
cd "$work"
sgaudit snapshot --demo --quiet -o demo.json.zst
export SGAUDIT_INPUT=demo.json.zst GITHUB_STEP_SUMMARY=$work/summary GITHUB_OUTPUT=$work/outputs
check "an audit without --fail-on ends with 0" test "$(code "$here/audit.sh")" = 0
for report in findings.txt report.json findings.sarif junit.xml codequality.json report.html summary.md; do
	check "it writes $report" test -s "sgaudit-reports/$report"
done
check "the summary is on the page of the job" grep -q orders-wrong-web summary
check "the outputs name exit code and folder" grep -qx 'exit-code=0' outputs
export SGAUDIT_FAIL_ON=high
check "findings at or above fail-on end with 1" test "$(code "$here/audit.sh")" = 1
check "the reports of a failed job are there" test -s sgaudit-reports/report.json
cp sgaudit-reports/report.json before.json
export SGAUDIT_BASELINE=before.json SGAUDIT_NEW_ONLY=true
check "with a baseline only new findings fail" test "$(code "$here/audit.sh")" = 0
# shellcheck disable=SC2016 # the text is what is tried
check "the text of a setting is not run" test "$(SGAUDIT_CONFIG='$(touch run)' code "$here/audit.sh")" = 2
check "nothing ran" test ! -e run
check "regions may stand on lines of their own" test "$(SGAUDIT_INPUT='' SGAUDIT_REGIONS=$'us-east-1\n*' code "$here/audit.sh")" = 2
check "the error names the second" grep -qF '*' "$work/said"
check "a * among the regions is no list of files" test "$(SGAUDIT_INPUT='' SGAUDIT_REGIONS='*' code "$here/audit.sh")" = 2
check "the error names it" grep -qF '"*"' said

cd "$root"
env -u SGAUDIT_INPUT -u SGAUDIT_FAIL_ON -u SGAUDIT_BASELINE -u SGAUDIT_NEW_ONLY -u GITHUB_STEP_SUMMARY -u GITHUB_OUTPUT python3 scripts/jobs.py "$program"
actionlint=$(command -v actionlint || true)
if [ -z "$actionlint" ]; then
	GOBIN=$work go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	actionlint=$work/actionlint
fi
check "actionlint finds nothing in the workflows" "$actionlint"
