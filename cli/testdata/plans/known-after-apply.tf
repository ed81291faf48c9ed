# A source that is known after apply only: no verdict is given on it.
# exit 3
# says aws_vpc_security_group_ingress_rule.office, cidr_ipv4: the addresses of the rule are known after apply
# says simulated 2 of 2 resource changes
resource "aws_eip" "office" {}

resource "aws_vpc_security_group_ingress_rule" "office" {
  security_group_id = "sg-0a100018"
  cidr_ipv4         = "${aws_eip.office.public_ip}/32"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
