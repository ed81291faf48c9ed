# The group that is open to everyone gets a server: the finding becomes worse.
# exit 1
# raised critical all-traffic-open-to-internet
# state aws_instance.web 1 {"id": "i-0a100003", "ami": "ami-0a100001", "instance_type": "t3.micro", "subnet_id": "subnet-0a1000a0", "vpc_security_group_ids": ["sg-0a100011"], "source_dest_check": true, "get_password_data": false, "user_data_replace_on_change": false}
resource "aws_instance" "web" {
  ami                    = "ami-0a100001"
  instance_type          = "t3.micro"
  subnet_id              = "subnet-0a1000a0"
  vpc_security_group_ids = ["sg-0a100011", "sg-0a10001b"]
}
