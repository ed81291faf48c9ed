# A server without groups gets the default one, which allows all from itself.
# fail-on low
# exit 1
# new low default-group-in-use
# new medium bastion-bypassed
resource "aws_instance" "forgotten" {
  ami           = "ami-0a100001"
  instance_type = "t3.micro"
  subnet_id     = "subnet-0a1000b0"
}
