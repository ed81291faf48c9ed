# The order database may open connections to everywhere.
# fail-on low
# enable database-egress-open
# exit 1
# new low database-egress-open
resource "aws_vpc_security_group_egress_rule" "anywhere" {
  security_group_id = "sg-0a100014"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
