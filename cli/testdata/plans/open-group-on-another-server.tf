# The group of the jump host, which is open to everyone, on a new server too: its findings
# were there before.
# exit 1
# widened critical admin-port-open-to-internet
# says Findings with a rule that opens, or may open, more interfaces to the internet (2)
resource "aws_instance" "reports" {
  ami                         = "ami-0a100001"
  instance_type               = "t3.micro"
  subnet_id                   = "subnet-0a1000a0"
  associate_public_ip_address = true
  vpc_security_group_ids      = ["sg-0a100017"]
}
