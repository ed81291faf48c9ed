# The address of a server in the place of its group.
# fail-on medium
# exit 1
# new medium ip-source-should-be-group
resource "aws_vpc_security_group_ingress_rule" "metrics" {
  security_group_id = "sg-0a100015"
  cidr_ipv4         = "10.10.11.21/32"
  ip_protocol       = "tcp"
  from_port         = 5433
  to_port           = 5433
}
