# The range of a peered VPC where its group could be referenced.
# exit 1
# fail-on medium
# new medium peer-range-should-be-group
resource "aws_vpc_security_group_ingress_rule" "shop" {
  security_group_id = "sg-0a100020"
  cidr_ipv4         = "10.10.10.0/24"
  ip_protocol       = "tcp"
  from_port         = 9443
  to_port           = 9443
}
