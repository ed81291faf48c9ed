# As it should be: a new service that the database allows by reference.
# exit 0
# says Gain access
# says aws_instance.report to
resource "aws_security_group" "report" {
  name   = "report"
  vpc_id = "vpc-0a100001"
}

resource "aws_vpc_security_group_egress_rule" "report" {
  security_group_id            = aws_security_group.report.id
  referenced_security_group_id = "sg-0a100015"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "report" {
  security_group_id            = "sg-0a100015"
  referenced_security_group_id = aws_security_group.report.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_instance" "report" {
  ami                    = "ami-0a100001"
  instance_type          = "t3.micro"
  subnet_id              = "subnet-0a1000b0"
  vpc_security_group_ids = [aws_security_group.report.id]
}
