# Two halves of the internet are the internet.
# exit 1
# new critical admin-port-open-to-internet
variable "halves" {
  default = ["0.0.0.0/1", "128.0.0.0/1"]
}

resource "aws_security_group_rule" "ssh" {
  count             = length(var.halves)
  type              = "ingress"
  security_group_id = "sg-0a100018"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = [var.halves[count.index]]
}
