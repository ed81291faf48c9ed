# A rule that was to end long ago.
# exit 1
# fail-on medium
# new medium expired-rule
resource "aws_vpc_security_group_ingress_rule" "migration" {
  security_group_id = "sg-0a100012"
  cidr_ipv4         = "203.0.113.0/24"
  ip_protocol       = "tcp"
  from_port         = 9443
  to_port           = 9443
  description       = "migration, until 2025-01-31"
}
