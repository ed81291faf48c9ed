#!/usr/bin/env bash
# The AWS CLI reads the demo's endpoint, page by page.
# Usage: scripts/aws-cli.sh PATH-TO-SGAUDIT
set -euo pipefail
log=$(mktemp)
"$1" demo --serve --address 127.0.0.1:0 >"$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$log"' EXIT
url=""
for _ in $(seq 100); do
	url=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$log" | head -n 1 || true)
	[ -n "$url" ] && break
	sleep 0.1
done
[ -n "$url" ] || { echo "the endpoint did not start:"; cat "$log"; exit 1; }
export AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER=""
groups() {
	aws ec2 describe-security-groups --endpoint-url "$url" --region us-east-1 "$@" \
		--query 'SecurityGroups[].[GroupId]' --output text | wc -l
}
count=$(groups --page-size 5)
whole=$(groups)
printf 'aws ec2 describe-security-groups --page-size 5: %s groups, unpaged: %s\n' "$count" "$whole"
if [ "$count" != "$whole" ] || [ "$count" -le 5 ]; then
	echo "aws-cli.sh: the pages do not hold what one answer does"
	exit 1
fi
for verb in describe-network-interfaces describe-security-group-rules describe-vpcs describe-subnets describe-route-tables describe-network-acls; do
	aws ec2 "$verb" --endpoint-url "$url" --region us-east-1 --page-size 5 --output json >/dev/null
	echo "aws ec2 $verb: read"
done
