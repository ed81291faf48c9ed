# SSH to the database tier past the bastion, from the whole VPC.
# fail-on medium
# exit 1
# new medium bastion-bypassed
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = "sg-0a100012"
  cidr_ipv4         = "10.10.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
