# The list of the offices grows to the whole internet: so does the bastion's rule.
# exit 1
# new critical admin-port-open-to-internet
# state aws_ec2_managed_prefix_list.offices 0 {"id": "pl-0a100001", "name": "securecart-offices", "address_family": "IPv4", "max_entries": 10, "version": 1, "entry": [{"cidr": "203.0.113.0/24", "description": ""}, {"cidr": "198.51.100.64/26", "description": ""}]}
resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "securecart-offices"
  address_family = "IPv4"
  max_entries    = 10
  entry {
    cidr = "0.0.0.0/1"
  }
  entry {
    cidr = "128.0.0.0/1"
  }
}
