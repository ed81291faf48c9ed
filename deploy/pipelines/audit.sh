#!/usr/bin/env bash
# Runs one audit in a pipeline: the action of GitHub (action.yml) and the template of
# GitLab (gitlab.yml) call it. Its settings are variables, so that no text of a
# pipeline becomes a command:
#
#   SGAUDIT_REGIONS        regions, divided by spaces or line breaks; empty: every enabled one
#   SGAUDIT_INPUT          a snapshot, or a folder of saved answers, instead of the account
#   SGAUDIT_CONFIG         the configuration file
#   SGAUDIT_BASELINE       an older report: what it has is not new
#   SGAUDIT_DEPTH, SGAUDIT_FAIL_ON, SGAUDIT_MIN_SEVERITY
#   SGAUDIT_NEW_ONLY       "true": only findings that are new, or more severe than in the baseline,
#                          fail the job and are in the summary
#   SGAUDIT_OUT            the folder for the reports; default: sgaudit-reports
#
# It ends with the exit code of sgaudit. Where that is 2, the summary says that the audit
# failed, with the messages of sgaudit.
set -euo pipefail
out=${SGAUDIT_OUT:-sgaudit-reports}
mkdir -p "$out"

args=(audit --quiet)
read -r -d '' -a regions <<<"${SGAUDIT_REGIONS:-}" || true # without the names of files that a * would stand for
for region in ${regions[@]+"${regions[@]}"}; do args+=("--region=$region"); done
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
messages=$out/messages.txt
rm -f "$out"/{findings.txt,report.json,findings.sarif,junit.xml,codequality.json,report.html,summary.md} # of an earlier run
sgaudit "${args[@]}" -o "table=$out/findings.txt" -o "json=$out/report.json" -o "sarif=$out/findings.sarif" \
	-o "junit=$out/junit.xml" -o "codequality=$out/codequality.json" -o "html=$out/report.html" 2>"$messages" || code=$?
cat "$messages" >&2
case $code in
0 | 1 | 3)
	sgaudit show "$out/report.json" ${show[@]+"${show[@]}"} --quiet -o "markdown=$out/summary.md" || [ $? = 3 ]
	cat "$out/findings.txt"
	;;
*) # indented, so that no message ends the block
	printf '## The audit of the security groups failed\n\nsgaudit ended with exit code %s: nothing is known about the findings.\n\n' "$code" >"$out/summary.md"
	sed 's/^/    /' "$messages" >>"$out/summary.md"
	;;
esac
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
[ -z "${GITHUB_OUTPUT:-}" ] || printf 'exit-code=%s\nreports=%s\n' "$code" "$out" >>"$GITHUB_OUTPUT"
exit "$code"
