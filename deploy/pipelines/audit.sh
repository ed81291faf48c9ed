#!/usr/bin/env bash
# Runs one audit in a pipeline: the action of GitHub (action.yml) and the template of
# GitLab (gitlab.yml) call it. Its settings are variables, so that no text of a
# pipeline becomes a command:
#
#   SGAUDIT_REGIONS        regions, divided by spaces; empty: every enabled one
#   SGAUDIT_INPUT          a snapshot, or a folder of saved answers, instead of the account
#   SGAUDIT_CONFIG         the configuration file
#   SGAUDIT_BASELINE       an older report: what it has is not new
#   SGAUDIT_DEPTH, SGAUDIT_FAIL_ON, SGAUDIT_MIN_SEVERITY
#   SGAUDIT_NEW_ONLY       "true": only new findings fail the job and are in the summary
#   SGAUDIT_OUT            the folder for the reports; default: sgaudit-reports
#
# It ends with the exit code of sgaudit.
set -euo pipefail
out=${SGAUDIT_OUT:-sgaudit-reports}
mkdir -p "$out"

args=(audit --quiet)
read -ra regions <<<"${SGAUDIT_REGIONS:-}" # without the names of files that a * would stand for
for region in "${regions[@]}"; do args+=("--region=$region"); done
[ -z "${SGAUDIT_INPUT:-}" ] || args+=("--input=$SGAUDIT_INPUT")
[ -z "${SGAUDIT_DEPTH:-}" ] || args+=("--depth=$SGAUDIT_DEPTH")
[ -z "${SGAUDIT_FAIL_ON:-}" ] || args+=("--fail-on=$SGAUDIT_FAIL_ON")
[ -z "${SGAUDIT_MIN_SEVERITY:-}" ] || args+=("--min-severity=$SGAUDIT_MIN_SEVERITY")
show=()
if [ -n "${SGAUDIT_BASELINE:-}" ] && [ -s "$SGAUDIT_BASELINE" ]; then
	args+=("--baseline=$SGAUDIT_BASELINE")
	if [ "${SGAUDIT_NEW_ONLY:-}" = true ]; then
		args+=(--new-only)
		show+=(--new)
	fi
fi
# The configuration is read from SGAUDIT_CONFIG by sgaudit itself.

code=0
sgaudit "${args[@]}" -o "table=$out/findings.txt" -o "json=$out/report.json" -o "sarif=$out/findings.sarif" \
	-o "junit=$out/junit.xml" -o "codequality=$out/codequality.json" -o "html=$out/report.html" || code=$?
if [ "$code" = 2 ]; then exit 2; fi

sgaudit show "$out/report.json" "${show[@]}" --quiet -o "markdown=$out/summary.md" || [ $? = 3 ]
cat "$out/findings.txt"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
[ -z "${GITHUB_OUTPUT:-}" ] || printf 'exit-code=%s\nreports=%s\n' "$code" "$out" >>"$GITHUB_OUTPUT"
exit "$code"
