# A notebook server, open to everyone.
# exit 1
# new critical high-risk-port-open-to-internet
resource "aws_vpc_security_group_ingress_rule" "notebook" {
  security_group_id = "sg-0a100017"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 8888
  to_port           = 8888
}
