# A service that is not known to be attached anywhere: its groups count as attached.
# exit 1
# new critical database-port-open-to-internet
# says tcp/9200 from 0.0.0.0/0
resource "aws_security_group" "search" {
  name   = "search"
  vpc_id = "vpc-0a100001"
}

resource "aws_vpc_security_group_ingress_rule" "search" {
  security_group_id = aws_security_group.search.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 9200
  to_port           = 9200
}

resource "aws_ecs_service" "search" {
  name = "search"
  network_configuration {
    subnets         = ["subnet-0a1000a0"]
    security_groups = [aws_security_group.search.id]
  }
}
