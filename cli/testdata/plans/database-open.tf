# The catalogue database for everyone, in a private subnet.
# fail-on medium
# exit 1
# new medium database-port-open-to-internet
resource "aws_security_group_rule" "database" {
  type              = "ingress"
  security_group_id = "sg-0a100015"
  protocol          = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_blocks       = ["0.0.0.0/0"]
}
