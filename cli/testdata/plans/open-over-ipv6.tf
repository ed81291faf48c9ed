# A port that is closed over IPv4, open over IPv6.
# exit 1
# fail-on medium
# new medium ip-version-mismatch
resource "aws_vpc_security_group_ingress_rule" "ipv6" {
  security_group_id = "sg-0a100013"
  cidr_ipv6         = "::/0"
  ip_protocol       = "tcp"
  from_port         = 8443
  to_port           = 8443
}
