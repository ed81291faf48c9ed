# SSH from anywhere, to servers with public addresses.
# exit 1
# new critical admin-port-open-to-internet
# says tcp/22 from 0.0.0.0/0
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = "sg-0a100018"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
