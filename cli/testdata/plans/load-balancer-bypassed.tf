# The port behind the load balancer, open to everyone.
# exit 1
# new high load-balancer-bypassed
resource "aws_vpc_security_group_ingress_rule" "direct" {
  security_group_id = "sg-0a100011"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}
