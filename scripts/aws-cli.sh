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
count=$(aws ec2 describe-security-groups --endpoint-url "$url" --region us-east-1 --page-size 5 \
	--query 'length(SecurityGroups)' --output text)
whole=$(aws ec2 describe-security-groups --endpoint-url "$url" --region us-east-1 \
	--query 'length(SecurityGroups)' --output text)
printf 'aws ec2 describe-security-groups --page-size 5: %s groups, unpaged: %s\n' "$count" "$whole"
[ "$count" = "$whole" ] && [ "$count" -gt 5 ]
for verb in describe-network-interfaces describe-security-group-rules describe-vpcs describe-subnets describe-route-tables describe-network-acls; do
	aws ec2 "$verb" --endpoint-url "$url" --region us-east-1 --page-size 5 --output json >/dev/null
	echo "aws ec2 $verb: read"
done
