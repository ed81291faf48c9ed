# Rules in the group itself: one goes, one comes.
# fail-on medium
# exit 1
# fixed medium database-port-open-to-internet
# new medium admin-port-open-to-internet
# state aws_security_group.mysql 1 {"id": "sg-0a100014", "name": "shop-mysql", "description": "Orders", "vpc_id": "vpc-0a100001", "revoke_rules_on_delete": false, "ingress": [{"protocol": "tcp", "from_port": 3306, "to_port": 3306, "security_groups": ["sg-0a100012"], "cidr_blocks": [], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "self": false, "description": "application"}, {"protocol": "tcp", "from_port": 3306, "to_port": 3306, "security_groups": [], "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "self": false, "description": "reporting tool"}], "egress": []}
resource "aws_security_group" "mysql" {
  name        = "shop-mysql"
  description = "Orders"
  vpc_id      = "vpc-0a100001"
  ingress {
    protocol        = "tcp"
    from_port       = 3306
    to_port         = 3306
    security_groups = ["sg-0a100012"]
    description     = "application"
  }
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
