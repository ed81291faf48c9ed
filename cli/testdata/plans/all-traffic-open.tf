# A new server with a group of its own that is open to everyone.
# exit 1
# new critical all-traffic-open-to-internet
# says Newly reachable from the internet
resource "aws_security_group" "open" {
  name   = "open"
  vpc_id = "vpc-0a100001"
  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "server" {
  ami                         = "ami-0a100001"
  instance_type               = "t3.micro"
  subnet_id                   = "subnet-0a1000a0"
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.open.id]
}
