# A rule in a default group.
# exit 1
# fail-on medium
# new medium default-group-allows-traffic
resource "aws_vpc_security_group_ingress_rule" "default" {
  security_group_id = "sg-0a10001d"
  cidr_ipv4         = "10.20.0.0/24"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
