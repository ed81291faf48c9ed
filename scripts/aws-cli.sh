#!/usr/bin/env bash
# The AWS CLI reads the demo's endpoint, page by page and with filters.
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
ec2() { aws ec2 "$@" --endpoint-url "$url" --region us-east-1 --output text; }
is() { # WANTED WHAT...: the output of a command
	local wanted=$1 got
	shift
	got=$("$@")
	[ "$got" = "$wanted" ] || { printf 'aws-cli.sh: %s\nfound %s, not %s\n' "$*" "$got" "$wanted"; exit 1; }
}
is eu-west-1 ec2 describe-regions --region-names eu-west-1 --query 'Regions[].RegionName'
is eu-west-1 ec2 describe-regions --filters 'Name=region-name,Values=eu-west-?' --query 'Regions[].RegionName'
is running ec2 describe-instances --instance-ids i-0a100003 --query 'Reservations[].Instances[].State.Name'
is shop-web ec2 describe-instances --filters Name=network-interface.network-interface-id,Values=eni-0a100003 --query 'Reservations[].Instances[].SecurityGroups[].GroupName'
is rtb-0a100002 ec2 describe-route-tables --filters Name=association.subnet-id,Values=subnet-0a1000a0 --query 'RouteTables[].RouteTableId'
is sg-0a100013 ec2 describe-security-groups --filters Name=tag:Team,Values=platform Name=ip-permission.ipv6-cidr,Values=::/0 --query 'SecurityGroups[].GroupId'
is '' ec2 describe-volumes --query 'Volumes[].VolumeId'
refused=$(ec2 describe-vpcs --filters Name=colour,Values=red 2>&1) && { echo "aws-cli.sh: an unknown filter is taken"; exit 1; }
case $refused in
*InvalidParameterValue*"The filter 'colour' is invalid"*) echo "aws ec2 with filters and ids: as EC2 answers" ;;
*) echo "aws-cli.sh: $refused"; exit 1 ;;
esac
