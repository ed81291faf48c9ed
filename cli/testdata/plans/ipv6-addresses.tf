# A server without a public IPv4 address gets an IPv6 address, and its group is open over IPv6.
# exit 1
# new critical admin-port-open-to-internet
# says tcp/22 from the internet (IPv6)
resource "aws_security_group" "administration" {
  name   = "administration"
  vpc_id = "vpc-0a100001"
  ingress {
    description      = "SSH"
    protocol         = "tcp"
    from_port        = 22
    to_port          = 22
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_instance" "server" {
  ami                         = "ami-0a100001"
  instance_type               = "t3.micro"
  subnet_id                   = "subnet-0a1000a0"
  associate_public_ip_address = false
  ipv6_address_count          = 1
  vpc_security_group_ids      = [aws_security_group.administration.id]
}
