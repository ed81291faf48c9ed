# The network ACL stopped SSH to a part of the servers: now the internet gets in.
# exit 1
# raised critical admin-port-open-to-internet
provider "aws" {
  alias                       = "ireland"
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

resource "aws_network_acl_rule" "ssh" {
  provider       = aws.ireland
  network_acl_id = "acl-0e100002"
  rule_number    = 80
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}
