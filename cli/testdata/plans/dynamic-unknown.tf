# Dynamic blocks of which the number is known after apply only. The plan has one block
# of unknown values for each, or, of a prefix list, nothing: what is unknown is said.
# exit 3
# says aws_security_group.mysql, ingress[0].protocol: the traffic of the rule is known after apply
# says aws_security_group.partner, ingress[0].protocol: the traffic of the rule is known after apply
# says partner (aws_security_group.partner): tcp/443 from 203.0.113.0/24
# says aws_network_acl.partner, ingress[0].rule_no: the entry of the network ACL is known after apply
# says aws_route_table.partner, route[0].cidr_block: the destination of the route is known after apply
# says aws_ec2_managed_prefix_list.partner, entry: the plan does not say which entries the prefix list has
# state aws_security_group.mysql 1 {"id": "sg-0a100014", "name": "shop-mysql", "description": "Orders", "vpc_id": "vpc-0a100001", "revoke_rules_on_delete": false, "ingress": [{"protocol": "tcp", "from_port": 3306, "to_port": 3306, "security_groups": ["sg-0a100012"], "cidr_blocks": [], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "self": false, "description": "application"}, {"protocol": "tcp", "from_port": 3306, "to_port": 3306, "security_groups": [], "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "self": false, "description": "reporting tool"}], "egress": []}
resource "aws_eip" "partner" {}

locals {
  partners = toset(split(",", aws_eip.partner.public_ip))
}

resource "aws_security_group" "mysql" {
  name        = "shop-mysql"
  description = "Orders"
  vpc_id      = "vpc-0a100001"
  dynamic "ingress" {
    for_each = local.partners
    content {
      protocol    = "tcp"
      from_port   = 3306
      to_port     = 3306
      cidr_blocks = ["${ingress.value}/32"]
    }
  }
}

resource "aws_security_group" "partner" {
  name   = "partner"
  vpc_id = "vpc-0a100001"
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["203.0.113.0/24"]
  }
  dynamic "ingress" {
    for_each = local.partners
    content {
      protocol    = "tcp"
      from_port   = 22
      to_port     = 22
      cidr_blocks = ["${ingress.value}/32"]
    }
  }
}

resource "aws_network_acl" "partner" {
  vpc_id = "vpc-0a100001"
  dynamic "ingress" {
    for_each = local.partners
    content {
      rule_no    = 100
      action     = "allow"
      protocol   = "tcp"
      from_port  = 22
      to_port    = 22
      cidr_block = "${ingress.value}/32"
    }
  }
}

resource "aws_route_table" "partner" {
  vpc_id = "vpc-0a100001"
  dynamic "route" {
    for_each = local.partners
    content {
      cidr_block = "${route.value}/32"
      gateway_id = "igw-0a100001"
    }
  }
}

resource "aws_ec2_managed_prefix_list" "partner" {
  name           = "partner"
  address_family = "IPv4"
  max_entries    = 5
  dynamic "entry" {
    for_each = local.partners
    content {
      cidr = "${entry.value}/32"
    }
  }
}
