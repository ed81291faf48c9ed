# The database allows the VPC link of the API, past the function that is to be between both.
# exit 1
# fail-on medium
# new medium api-gateway-reaches-database
provider "aws" {
  alias                       = "frankfurt"
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

resource "aws_vpc_security_group_ingress_rule" "link" {
  provider                     = aws.frankfurt
  security_group_id            = "sg-0d100107"
  referenced_security_group_id = "sg-0d100106"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
