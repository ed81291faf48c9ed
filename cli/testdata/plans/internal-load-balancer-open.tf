# An internal load balancer with the rule of one that faces the internet.
# exit 1
# fail-on low
# new low internal-load-balancer-open
resource "aws_security_group" "internal" {
  name   = "shop-internal"
  vpc_id = "vpc-0a100001"
}

resource "aws_vpc_security_group_ingress_rule" "internal" {
  security_group_id = aws_security_group.internal.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_lb" "internal" {
  name            = "internal"
  internal        = true
  subnets         = ["subnet-0a1000b0", "subnet-0a1000b1"]
  security_groups = [aws_security_group.internal.id]
}
