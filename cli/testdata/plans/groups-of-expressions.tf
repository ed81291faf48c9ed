# The groups of a server: of another server, of a variable and of for_each. Each is followed.
# exit 1
# new critical admin-port-open-to-internet
# says instance aws_instance.server["a"] tcp/22 from the internet (IPv4)
variable "shared" {
  default = "sg-0a100011"
}

resource "aws_security_group" "administration" {
  name   = "administration"
  vpc_id = "vpc-0a100001"
  ingress {
    description = "SSH"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "server" {
  name   = "server"
  vpc_id = "vpc-0a100001"
}

resource "aws_instance" "first" {
  ami                         = "ami-0a100001"
  instance_type               = "t3.micro"
  subnet_id                   = "subnet-0a1000b0"
  associate_public_ip_address = false
  vpc_security_group_ids      = [aws_security_group.administration.id]
}

resource "aws_instance" "server" {
  for_each                    = { a = aws_security_group.server.id }
  ami                         = "ami-0a100001"
  instance_type               = "t3.micro"
  subnet_id                   = "subnet-0a1000a0"
  associate_public_ip_address = true
  vpc_security_group_ids      = concat([each.value, var.shared], tolist(aws_instance.first.vpc_security_group_ids))
}
